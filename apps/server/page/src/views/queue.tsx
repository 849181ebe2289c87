import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import * as api from '../api/calls.ts';
import { reasonOf } from '../api/client.ts';
import { useLoad } from '../api/load.ts';
import { useRefresh } from '../api/live.ts';
import type { DestinationJson, MessageJson } from '../api/shapes.ts';
import { count, counted } from '../format.ts';
import { Badge, Due, Empty, Loading, Panel, Trouble, ViewHead, When } from '../parts/basics.tsx';
import { Icon } from '../parts/icon.tsx';
import { MessageList } from '../parts/message-list.tsx';
import { visible } from '../parts/source.tsx';
import { tell } from '../parts/toast.tsx';

/** What waits, by destination, and the brakes. */
export function QueueView(): JSX.Element {
  const { data, error, reload } = useLoad('destinations', api.destinations);
  const waiting = useLoad('waiting', waitingMessages);
  const both = (): void => {
    reload();
    waiting.reload();
  };
  useRefresh(both, () => true, 1500);
  const destinations = data?.destinations ?? [];
  const total = destinations.reduce((sum, { recipients }) => sum + recipients, 0);
  return (
    <>
      <ViewHead
        title="Queue"
        lead={
          data === undefined
            ? 'Loading…'
            : `${counted(total, 'recipient')} for ${counted(destinations.length, 'destination')}`
        }
      />
      {error !== undefined && <Trouble message={error} retry={both} />}
      {data === undefined && error === undefined && <Loading what="the queue" />}
      {data !== undefined && destinations.length === 0 && (
        <Empty title="The queue is empty" icon="queue">
          Mail that was put off rests here until it is tried again, and so does mail on hold.{' '}
          <a href="#/compose?to=4.2.1%40simulator.test">Write to 4.2.1@simulator.test</a>: it is put off until it
          expires.
        </Empty>
      )}
      {destinations.length > 0 && (
        <div class="panel flush">
          <ul class="destinations">
            {destinations.map((destination) => (
              <Destination key={destination.destination} destination={destination} done={both} />
            ))}
          </ul>
        </div>
      )}
      {(waiting.data?.length ?? 0) > 0 && (
        <Panel title="Messages that wait" id="waiting-messages" note={<a href="#/messages?state=deferred">All</a>}>
          <MessageList messages={waiting.data ?? []} label="Messages that wait" />
        </Panel>
      )}
    </>
  );
}

/** Those that wait for their turn, were put off, or are held: the latest first. */
async function waitingMessages(signal: AbortSignal): Promise<readonly MessageJson[]> {
  const states = ['queued', 'deferred', 'held'];
  const pages = await Promise.all(states.map((state) => api.messages({ state, limit: 20 }, signal)));
  const byId = new Map(pages.flatMap(({ messages }) => messages).map((message) => [message.id, message]));
  return [...byId.values()].sort((a, b) => b.arrivedAt.localeCompare(a.arrivedAt));
}

const DONE: Readonly<Record<api.DestinationAction, string>> = {
  pause: 'is paused: nothing is tried until it is resumed',
  resume: 'goes on',
  retry: 'is tried now',
};

function Destination({
  destination: one,
  done,
}: {
  readonly destination: DestinationJson;
  readonly done: () => void;
}): JSX.Element {
  const { destination, recipients, oldestAt, nextDueAt, pausedSince, inHand } = one;
  const [trouble, setTrouble] = useState<string>();
  const perform = async (action: api.DestinationAction): Promise<void> => {
    try {
      await api.actOn(destination, action);
      tell(`${destination} ${DONE[action]}.`);
      setTrouble(undefined);
    } catch (error) {
      setTrouble(reasonOf(error));
    }
    done();
  };
  const name = visible(destination);
  return (
    <li class="destination">
      <div class="destination-what">
        <h2 class="destination-name">{name}</h2>
        <p class="quiet">
          {oldestAt === null ? (
            'Nothing waits'
          ) : (
            <>
              oldest <When at={Date.parse(oldestAt)} />
            </>
          )}
          {pausedSince === null && nextDueAt !== null && (
            <>
              , next <Due at={Date.parse(nextDueAt)} />
            </>
          )}
          {inHand > 0 && `, ${counted(inHand, 'message')} under way`}
        </p>
        {pausedSince !== null && (
          <Badge tone="late" icon="hold">
            paused <When at={Date.parse(pausedSince)} />
          </Badge>
        )}
        {trouble !== undefined && <Trouble message={trouble} />}
      </div>
      <p class="destination-count">
        <b>{count(recipients)}</b> <span class="quiet">{recipients === 1 ? 'recipient' : 'recipients'}</span>
      </p>
      <div class="button-row">
        {pausedSince === null ? (
          <button
            type="button"
            class="button"
            data-row
            onClick={() => void perform('pause')}
            aria-label={`Pause ${name}`}
            title="Its mail is not attempted, and does not expire, until it is resumed"
          >
            <Icon name="hold" /> Pause
          </button>
        ) : (
          <button
            type="button"
            class="button primary"
            data-row
            onClick={() => void perform('resume')}
            aria-label={`Resume ${name}`}
          >
            <Icon name="play" /> Resume
          </button>
        )}
        <button
          type="button"
          class="button"
          disabled={pausedSince !== null || recipients === 0}
          onClick={() => void perform('retry')}
          aria-label={`Retry now: ${name}`}
        >
          <Icon name="retry" /> Retry now
        </button>
      </div>
    </li>
  );
}
