import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { explainStatus } from '@dsnkit/delivery-status/registry';
import { isStatusCode } from '@dsnkit/delivery-status';
import type { MailEvent } from '../../../src/model.ts';
import * as api from '../api/calls.ts';
import { useLoad } from '../api/load.ts';
import { useEvents, useRefresh } from '../api/live.ts';
import type { DestinationJson, MessageJson, OverviewJson } from '../api/shapes.ts';
import { count, counted, duration, rate } from '../format.ts';
import { Badge, Empty, Loading, Panel, Trouble, useNow, ViewHead, When } from '../parts/basics.tsx';
import { OutcomeChart, sum, type Step } from '../parts/chart.tsx';
import { EventLine } from '../parts/event-line.tsx';
import { MessageList } from '../parts/message-list.tsx';
import { linkTo } from '../routing.ts';
import { Welcome } from './welcome.tsx';

const SPANS = [
  { minutes: 15, label: '15 min' },
  { minutes: 60, label: '1 hour' },
] as const;

/** What goes on, at a glance. */
export function OverviewView(): JSX.Element {
  const overview = useLoad('overview', api.overview);
  const queue = useLoad('queue', api.destinations);
  const latest = useLoad('latest', (signal) => api.messages({ limit: 6 }, signal));
  const failed = useLoad('failed', (signal) => api.messages({ state: 'failed', limit: 100 }, signal));
  const reload = (): void => [overview, queue, latest, failed].forEach((each) => each.reload());
  useRefresh(reload, () => true, 2000);
  useRefreshEvery(reload, 30_000);
  const { data, error } = overview;
  if (data === undefined)
    return error === undefined ? <Loading what="the overview" /> : <Trouble message={error} retry={overview.reload} />;
  const nothingYet = data.totals.accepted === 0 && latest.data?.messages.length === 0;
  return (
    <>
      <Head overview={data} />
      {error !== undefined && <Trouble message={error} retry={overview.reload} />}
      {nothingYet ? <Welcome /> : <Outcomes overview={data} waiting={queue.data?.destinations ?? []} />}
      <div class="columns">
        <Panel title="Waiting, by destination" id="waiting-title" note={<a href="#/queue">Queue</a>}>
          {queue.error !== undefined ? (
            <Trouble message={queue.error} />
          ) : (
            <Depths destinations={queue.data?.destinations ?? []} />
          )}
        </Panel>
        <Panel
          title="Why mail failed"
          id="why-title"
          note={<a href={linkTo(['messages'], { state: 'failed' })}>Failed</a>}
        >
          <Reasons messages={failed.data?.messages ?? []} />
        </Panel>
      </div>
      <div class="columns wide-first">
        <Panel title="Latest messages" id="latest-title" note={<a href="#/messages">All</a>}>
          {latest.error !== undefined && <Trouble message={latest.error} />}
          {latest.data?.messages.length === 0 ? (
            <p class="quiet pad">No message is known yet.</p>
          ) : (
            <MessageList messages={latest.data?.messages ?? []} label="Latest messages" />
          )}
        </Panel>
        <Feed />
      </div>
    </>
  );
}

function useRefreshEvery(refresh: () => void, everyMs: number): void {
  const now = useNow(everyMs);
  const [last, setLast] = useState(now);
  if (now !== last) {
    setLast(now);
    queueMicrotask(refresh);
  }
}

function Head({ overview: { hostname, startedAt, version } }: { readonly overview: OverviewJson }): JSX.Element {
  const now = useNow();
  const lead = `${hostname}, dsnd ${version}, up for ${duration(Math.max(1000, now - Date.parse(startedAt)))}`;
  return <ViewHead title="Overview" lead={lead} />;
}

function Outcomes({
  overview,
  waiting,
}: {
  readonly overview: OverviewJson;
  readonly waiting: readonly DestinationJson[];
}): JSX.Element {
  const [minutes, setMinutes] = useState<number>(60);
  const stepMs = overview.stepSeconds * 1000;
  const steps = overview.steps
    .slice(-Math.ceil((minutes * 60_000) / stepMs))
    .map(({ at, delivered, relayed, expanded, deferred, failed, expired }): Step => ({
      ...{ atMs: Date.parse(at), delivered: delivered + expanded, relayed, deferred },
      failed: failed + expired,
    }));
  const spanMs = steps.length * stepMs;
  const accepted = overview.steps.slice(-steps.length).reduce((total, step) => total + step.accepted, 0);
  const spans = (
    <div class="segments" role="group" aria-label="Time shown">
      {SPANS.map((span) => (
        <button
          key={span.minutes}
          type="button"
          aria-pressed={span.minutes === minutes}
          onClick={() => setMinutes(span.minutes)}
        >
          {span.label}
        </button>
      ))}
    </div>
  );
  const paused = waiting.filter(({ pausedSince }) => pausedSince !== null).length;
  return (
    <>
      <dl class="figures">
        <Figure label="Accepted" value={accepted} note={rate(accepted, spanMs)} to={linkTo(['messages'])} />
        <Figure
          label="Delivered"
          value={sum(steps, 'delivered')}
          tone="good"
          to={linkTo(['messages'], { state: 'delivered' })}
        />
        <Figure
          label="Relayed"
          value={sum(steps, 'relayed')}
          tone="passed"
          to={linkTo(['messages'], { state: 'relayed' })}
        />
        <Figure
          label="Put off"
          value={sum(steps, 'deferred')}
          tone="late"
          note="attempts"
          to={linkTo(['messages'], { state: 'deferred' })}
        />
        <Figure label="Failed" value={sum(steps, 'failed')} tone="bad" to={linkTo(['messages'], { state: 'failed' })} />
        <Figure
          label="Waiting now"
          value={overview.queue.recipients}
          note={paused > 0 ? `${counted(paused, 'destination')} paused` : counted(overview.queue.messages, 'message')}
          to="#/queue"
        />
      </dl>
      <Panel title="Outcomes" id="outcomes-title" note={spans}>
        <OutcomeChart steps={steps} stepMs={stepMs} />
      </Panel>
    </>
  );
}

function Figure({
  label,
  value,
  note,
  tone = 'quiet',
  to,
}: {
  readonly label: string;
  readonly value: number;
  readonly note?: string;
  readonly tone?: string;
  readonly to: string;
}): JSX.Element {
  return (
    <div class={`figure t-${tone}`}>
      <dt>
        <a href={to}>{label}</a>
      </dt>
      <dd class="figure-value">{count(value)}</dd>
      <dd class="figure-note">{note ?? ''}</dd>
    </div>
  );
}

function Depths({ destinations }: { readonly destinations: readonly DestinationJson[] }): JSX.Element {
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

/** The status codes of the latest failures, by how often they were told. */
function Reasons({ messages }: { readonly messages: readonly MessageJson[] }): JSX.Element {
  const counts = new Map<string, number>();
  for (const { status, state } of messages.flatMap(({ recipients }) => recipients))
    if (status !== null && ['failed', 'expired', 'bounced'].includes(state))
      counts.set(status, (counts.get(status) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 5);
  const most = sorted[0]?.[1] ?? 1;
  if (sorted.length === 0)
    return (
      <Empty title="No failures" icon="delivered">
        When mail fails, the codes are counted here with what they mean.{' '}
        <a href="#/compose">Send one to 5.2.2@simulator.test</a>.
      </Empty>
    );
  return (
    <ol class="bars" aria-label="Status codes of the latest failures">
      {sorted.map(([status, many]) => (
        <li key={status}>
          <span class="bar-label">
            <code class="status-code">{status}</code>
          </span>
          <span class="bar-value">{count(many)}</span>
          <span class="bar-track" aria-hidden="true">
            <span class="bar-fill fill-failed" style={{ width: `${(many / most) * 100}%` }} />
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

const FED = 12;

function Feed(): JSX.Element {
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
