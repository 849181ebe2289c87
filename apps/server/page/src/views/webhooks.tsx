import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import * as api from '../api/calls.ts';
import { reasonOf } from '../api/client.ts';
import { useLoad } from '../api/load.ts';
import { useRefresh } from '../api/live.ts';
import type { WebhookJson } from '../api/shapes.ts';
import { counted } from '../format.ts';
import { Badge, Due, Panel, Trouble, When } from '../parts/basics.tsx';
import { visible } from '../parts/source.tsx';
import { tell } from '../parts/toast.tsx';

const LOOKS = {
  idle: { tone: 'good', icon: 'delivered', words: 'up to date' },
  sending: { tone: 'quiet', icon: 'attempted', words: 'sending' },
  failing: { tone: 'bad', icon: 'failed', words: 'failing' },
} as const;

/** How webhooks are doing; nothing where there are none. */
export function WebhooksPanel(): JSX.Element | null {
  const { data, reload } = useLoad('webhooks', api.webhooks);
  const [trouble, setTrouble] = useState<string>();
  useRefresh(reload, () => true, 5000);
  const isBusy = data?.webhooks.some(({ state }) => state !== 'idle') === true;
  useEffect(() => {
    if (!isBusy) return;
    // What becomes of it is no event.
    const timer = setInterval(() => document.hidden || reload(), 3000);
    return () => clearInterval(timer);
  }, [isBusy]);
  if (data === undefined || data.webhooks.length === 0) return null;
  const replay = async (webhook: string): Promise<void> => {
    try {
      const { count } = await api.replay(webhook);
      tell(`${counted(count, 'event')} will be sent to ${webhook} again.`);
      setTrouble(undefined);
      reload();
    } catch (error) {
      setTrouble(reasonOf(error));
    }
  };
  return (
    <Panel title="Webhooks" id="webhooks-title">
      {trouble !== undefined && <Trouble message={trouble} />}
      <ul class="plain-rows" aria-label="Webhooks">
        {data.webhooks.map((each) => (
          <Webhook key={each.webhook} webhook={each} replay={() => void replay(each.webhook)} />
        ))}
      </ul>
    </Panel>
  );
}

function Webhook({ webhook, replay }: { readonly webhook: WebhookJson; readonly replay: () => void }): JSX.Element {
  const { webhook: name, state, delivered, deadLetters, lastFailure, lastSuccessAt, retryAt } = webhook;
  const { tone, icon, words } = LOOKS[state];
  return (
    <li class="plain-row">
      <div>
        <p class="address">
          {visible(name)}{' '}
          <Badge tone={tone} icon={icon}>
            {words}
          </Badge>
        </p>
        <p class="quiet">
          {counted(delivered, 'event')} taken since the start
          {lastSuccessAt !== null && (
            <>
              , the last <When at={Date.parse(lastSuccessAt)} />
            </>
          )}
          {lastFailure !== null && `; ${visible(lastFailure)}`}
          {retryAt !== null && (
            <>
              ; tried again <Due at={Date.parse(retryAt)} />
            </>
          )}
          {deadLetters > 0 && `; ${counted(deadLetters, 'dead letter')}`}
        </p>
      </div>
      {deadLetters > 0 && (
        <button
          type="button"
          class="button small"
          onClick={replay}
          aria-label={`Send again what ${visible(name)} did not take`}
        >
          Send again
        </button>
      )}
    </li>
  );
}
