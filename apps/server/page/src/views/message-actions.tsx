import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import * as api from '../api/calls.ts';
import { reasonOf } from '../api/client.ts';
import type { ActionResultJson, QueuedMessageJson } from '../api/shapes.ts';
import { counted } from '../format.ts';
import { Confirm, type Question } from '../parts/dialog.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { visible } from '../parts/source.tsx';
import { tell } from '../parts/toast.tsx';

interface Kind {
  readonly action: api.MessageAction;
  readonly label: string;
  readonly icon: IconName;
  readonly done: string;
  /** Asked before; absent: it harms nobody. */
  readonly ask?: (whom: string) => Question;
  /** What the text that was asked for goes under. */
  readonly field?: string;
}

const KINDS: readonly Kind[] = [
  { action: 'retry', label: 'Retry now', icon: 'retry', done: 'will be tried now' },
  { action: 'hold', label: 'Hold', icon: 'hold', done: 'on hold until released' },
  { action: 'release', label: 'Release', icon: 'play', done: 'released' },
  {
    ...{ action: 'reroute', label: 'Reroute', icon: 'reroute', done: 'sent another way', field: 'nextHop' },
    ask: (whom) => ({
      title: 'Send it another way',
      text: <p>What waits for {whom} goes to another next hop and is tried now, whatever the routes say.</p>,
      confirm: 'Reroute',
      input: {
        label: 'Next hop',
        value: 'smtp://127.0.0.1:25',
        hint: 'smtp://HOST:PORT, lmtp://HOST:PORT, mx:DOMAIN or simulator:',
        required: true,
      },
    }),
  },
  {
    ...{
      action: 'bounce',
      label: 'Bounce',
      icon: 'failed',
      done: 'failed; the sender is told as NOTIFY asks',
      field: 'reason',
    },
    ask: (whom) => ({
      title: 'Fail it now',
      text: (
        <p>The server gives up on {whom}. The sender gets a report, if NOTIFY asks for one. This can't be undone.</p>
      ),
      confirm: 'Bounce',
      danger: true,
      input: { label: 'Reason for the report', value: '', hint: 'One sentence, or nothing' },
    }),
  },
  {
    ...{ action: 'drop', label: 'Drop', icon: 'drop', done: 'dropped' },
    ask: (whom) => ({
      title: 'Drop it without a word',
      text: <p>{whom} will not get the message, and nobody is told. This can't be undone.</p>,
      confirm: 'Drop',
      danger: true,
    }),
  },
];

/** What can be done with what waits of a message, for all of it or for one recipient. */
export function Actions({
  id,
  queued,
  done,
}: {
  readonly id: string;
  readonly queued: QueuedMessageJson;
  readonly done: () => void;
}): JSX.Element {
  const [recipient, setRecipient] = useState('');
  const [asking, setAsking] = useState<Kind>();
  const [trouble, setTrouble] = useState<string>();
  const [busy, setBusy] = useState(false);
  const targets = queued.recipients.filter(({ address }) => recipient === '' || address === recipient);
  const anyHeld = targets.some(({ state }) => state === 'held');
  const anyFree = targets.some(({ state }) => state !== 'held');
  const whom = recipient === '' ? counted(queued.recipients.length, 'recipient') : visible(recipient);
  const perform = async (kind: Kind, text: string): Promise<void> => {
    setBusy(true);
    try {
      const more = kind.field !== undefined && text !== '' ? { [kind.field]: text } : {};
      const result = await api.act(kind.action, { messageId: id, ...(recipient !== '' && { recipient }), ...more });
      tell(outcomeOf(kind, result));
      setAsking(undefined);
      setTrouble(undefined);
      done();
    } catch (error) {
      setTrouble(reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  const start = (kind: Kind): void => {
    setTrouble(undefined);
    if (kind.ask === undefined) void perform(kind, '');
    else setAsking(kind);
  };
  return (
    <section class="actions" aria-label="Actions">
      {queued.recipients.length > 1 && (
        <label class="field inline">
          <span>For</span>
          <select value={recipient} onChange={(event) => setRecipient(event.currentTarget.value)}>
            <option value="">all {queued.recipients.length} that wait</option>
            {queued.recipients.map(({ n, address }) => (
              <option key={n} value={address}>
                {visible(address)}
              </option>
            ))}
          </select>
        </label>
      )}
      <div class="button-row">
        {KINDS.filter(({ action }) => (action === 'hold' ? anyFree : action === 'release' ? anyHeld : true)).map(
          (kind) => (
            <button key={kind.action} type="button" class="button" disabled={busy} onClick={() => start(kind)}>
              <Icon name={kind.icon} /> {kind.label}
            </button>
          ),
        )}
      </div>
      {asking === undefined && trouble !== undefined && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {asking?.ask !== undefined && (
        <Confirm
          question={asking.ask(whom)}
          busy={busy}
          {...(trouble !== undefined && { trouble })}
          onAnswer={(text) => (text === undefined ? setAsking(undefined) : void perform(asking, text))}
        />
      )}
    </section>
  );
}

function outcomeOf(kind: Kind, { recipients, busy }: ActionResultJson): string {
  if (recipients === 0 && busy > 0) return 'An attempt is being made just now; try again when it is over.';
  const left = busy > 0 ? ` ${counted(busy, 'recipient')} left alone: an attempt is being made.` : '';
  return `${counted(recipients, 'recipient')} ${kind.done}.${left}`;
}
