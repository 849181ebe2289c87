import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import * as api from '../api/calls.ts';
import { newKey, reasonOf } from '../api/client.ts';
import type { MessageDetailJson } from '../api/shapes.ts';
import { counted } from '../format.ts';
import { Confirm } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { GIVEN_UP } from '../parts/message-list.tsx';
import { tell } from '../parts/toast.tsx';
import { goTo } from '../routing.ts';

/** Sends a message again to those who did not get it; nothing where there are none, or where its content was not kept. */
export function SendAgain({ message }: { readonly message: MessageDetailJson }): JSX.Element | null {
  const key = useRef(newKey());
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const { id, origin, hasContent, recipients } = message;
  const missed = recipients.filter(({ state }) => GIVEN_UP.includes(state) || state === 'dropped').length;
  if (missed === 0 || origin === 'report' || !hasContent) return null;
  const answer = async (yes: boolean): Promise<void> => {
    setTrouble(undefined);
    if (!yes) {
      setAsking(false);
      return;
    }
    setBusy(true);
    try {
      const again = await api.resend(id, key.current);
      key.current = newKey();
      tell('It is in the queue again, as a new message.');
      goTo(['messages', again.id]);
    } catch (error) {
      setTrouble(reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" class="button" onClick={() => setAsking(true)}>
        <Icon name="retry" /> Send again
      </button>
      {asking && (
        <Confirm
          question={{
            title: 'Send it again',
            text: (
              <p>
                {counted(missed, 'recipient')} did not get it: the same content goes to them once more, as a new
                message.
              </p>
            ),
            confirm: 'Send again',
          }}
          busy={busy}
          {...(trouble !== undefined && { trouble })}
          onAnswer={(text) => void answer(text !== undefined)}
        />
      )}
    </>
  );
}
