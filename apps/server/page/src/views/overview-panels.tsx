import type { JSX } from 'preact';
import { isStatusCode } from '@dsnkit/delivery-status';
import { explainStatus } from '@dsnkit/delivery-status/registry';
import type { DestinationJson, OverviewJson } from '../api/shapes.ts';
import { count } from '../format.ts';
import { Badge, Empty, When } from '../parts/basics.tsx';

/** How much waits for each destination. */
export function Depths({ destinations }: { readonly destinations: readonly DestinationJson[] }): JSX.Element {
  if (destinations.length === 0)
    return (
      <Empty title="Nothing waits" icon="queue">
        Mail that can't be delivered at once rests here, by destination. Write to <code>4.2.1@simulator.test</code> to
        see some.
      </Empty>
    );
  const most = Math.max(...destinations.map(({ recipients }) => recipients), 1);
  return (
    <ol class="bars" aria-label="Recipients that wait, by destination">
      {destinations.slice(0, 8).map(({ destination, recipients, oldestAt, pausedSince }) => (
        <li key={destination}>
          <span class="bar-label">{destination}</span>
          <span class="bar-value">{count(recipients)}</span>
          <span class="bar-track" aria-hidden="true">
            <span
              class={`bar-fill ${pausedSince === null ? 'fill-deferred' : 'fill-paused'}`}
              style={{ width: `${Math.max(1, (recipients / most) * 100)}%` }}
            />
          </span>
          <span class="bar-note">
            {pausedSince !== null && (
              <Badge tone="late" icon="hold">
                paused
              </Badge>
            )}{' '}
            {oldestAt !== null && (
              <>
                oldest <When at={Date.parse(oldestAt)} />
              </>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** The status codes of failures since the start, by how often they were told. */
export function Reasons({ failures }: { readonly failures: OverviewJson['failures'] }): JSX.Element {
  const sorted = failures.slice(0, 5);
  const most = sorted[0]?.recipients ?? 1;
  if (sorted.length === 0)
    return (
      <Empty title="No failures" icon="delivered">
        When mail fails, the codes are counted here with what they mean.{' '}
        <a href="#/compose">Send one to 5.2.2@simulator.test</a>.
      </Empty>
    );
  return (
    <ol class="bars" aria-label="Status codes of failures since the start">
      {sorted.map(({ status, recipients }) => (
        <li key={status}>
          <span class="bar-label">
            <code class="status-code">{status}</code>
          </span>
          <span class="bar-value">{count(recipients)}</span>
          <span class="bar-track" aria-hidden="true">
            <span class="bar-fill fill-failed" style={{ width: `${(recipients / most) * 100}%` }} />
          </span>
          <span class="bar-note">{isStatusCode(status) ? firstSentence(explainStatus(status)) : ''}</span>
        </li>
      ))}
    </ol>
  );
}

function firstSentence(text: string): string {
  return text.split(/(?<=\.) /, 1)[0] ?? text;
}
