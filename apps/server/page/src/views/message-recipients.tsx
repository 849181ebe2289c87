import type { JSX } from 'preact';
import { isStatusCode } from '@dsnkit/delivery-status';
import { explainStatus } from '@dsnkit/delivery-status/registry';
import type { MessageDetailJson, RecipientJson } from '../api/shapes.ts';
import { counted } from '../format.ts';
import { Badge, Due } from '../parts/basics.tsx';
import { visible } from '../parts/source.tsx';
import { hop } from '../tell.ts';
import { lookOf } from '../words.ts';

/** Each recipient with its fate; choosing one narrows the timeline to it. */
export function Recipients({
  message,
  only,
  choose,
}: {
  readonly message: MessageDetailJson;
  readonly only: string | undefined;
  readonly choose: (address: string | undefined) => void;
}): JSX.Element {
  const waiting = new Map(message.queued?.recipients.map((each) => [each.shownAs ?? each.address, each]));
  return (
    <ul class="recipients">
      {message.recipients.map((recipient) => (
        <Row
          key={recipient.address}
          recipient={recipient}
          chosen={only === recipient.address}
          narrow={
            message.recipients.length > 1
              ? () => choose(only === recipient.address ? undefined : recipient.address)
              : undefined
          }
          nextAt={waiting.get(recipient.address)?.nextAttemptAt}
          parameters={waiting.get(recipient.address)?.parameters}
          waitsAs={waiting.get(recipient.address)?.state}
        />
      ))}
    </ul>
  );
}

function Row({
  recipient,
  chosen,
  narrow,
  nextAt,
  parameters,
  waitsAs,
}: {
  readonly recipient: RecipientJson;
  readonly chosen: boolean;
  readonly narrow: (() => void) | undefined;
  readonly nextAt: string | undefined;
  readonly parameters: string | undefined;
  readonly waitsAs: string | undefined;
}): JSX.Element {
  const { address, state, status, reply, destination, attempts } = recipient;
  const shown = waitsAs === 'paused' || waitsAs === 'held' ? waitsAs : state;
  const { tone, icon } = lookOf(shown);
  return (
    <li class={chosen ? 'chosen' : ''}>
      <div class="recipient-line">
        {narrow === undefined ? (
          <span class="address recipient-name">{visible(address)}</span>
        ) : (
          <button
            type="button"
            class="address recipient-name linkish"
            aria-pressed={chosen}
            onClick={narrow}
            data-row
            title="Show only what happened to this recipient"
          >
            {visible(address)}
          </button>
        )}
        <Badge tone={tone} icon={icon}>
          {shown}
        </Badge>
        {status !== null && <code class="status-code">{status}</code>}
        <span class="recipient-how quiet">
          {destination !== null && `by ${visible(hop(destination))}`}
          {attempts > 1 && `, ${counted(attempts, 'attempt')}`}
          {nextAt !== undefined && waitsAs !== 'held' && waitsAs !== 'paused' && (
            <>
              , next <Due at={Date.parse(nextAt)} />
            </>
          )}
        </span>
      </div>
      {status !== null && isStatusCode(status) && !status.startsWith('2') && (
        <p class="recipient-meaning">{explainStatus(status)}</p>
      )}
      {reply !== null && <code class="recipient-reply">{visible(reply)}</code>}
      {parameters !== undefined && parameters !== '' && (
        <code class="recipient-parameters quiet">{visible(parameters)}</code>
      )}
    </li>
  );
}
