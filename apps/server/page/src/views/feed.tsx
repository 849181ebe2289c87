import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { MailEvent } from '../../../src/model.ts';
import { useEvents } from '../api/live.ts';
import { Empty, Panel } from '../parts/basics.tsx';
import { EventLine } from '../parts/event-line.tsx';

/** Events that are shown. */
const FED = 12;

/** What happens, as it happens. */
export function Feed(): JSX.Element {
  const [events, setEvents] = useState<readonly { readonly key: number; readonly event: MailEvent }[]>([]);
  const [paused, setPaused] = useState(false);
  useEvents((event) => {
    if (!paused) setEvents((before) => [{ key: (before[0]?.key ?? 0) + 1, event }, ...before].slice(0, FED));
  });
  const pause = (
    <button type="button" class="button small" aria-pressed={paused} onClick={() => setPaused(!paused)}>
      {paused ? 'Go on' : 'Pause'}
    </button>
  );
  return (
    <Panel title="Happening now" id="feed-title" note={pause}>
      {events.length === 0 ? (
        <Empty title="Waiting for events" icon="attempted">
          Each change of state appears here the moment it happens.
        </Empty>
      ) : (
        <ol class="feed">
          {events.map(({ key, event }) => (
            <li key={key}>
              <EventLine event={event} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
