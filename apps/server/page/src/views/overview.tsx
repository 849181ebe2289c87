import type { JSX } from 'preact';
import * as api from '../api/calls.ts';
import { useLoad } from '../api/load.ts';
import { useRefresh } from '../api/live.ts';
import type { OverviewJson } from '../api/shapes.ts';
import { duration } from '../format.ts';
import { Loading, Panel, Trouble, useNow, ViewHead } from '../parts/basics.tsx';
import { MessageList } from '../parts/message-list.tsx';
import { linkTo } from '../routing.ts';
import { Feed } from './feed.tsx';
import { Outcomes } from './overview-outcomes.tsx';
import { Depths, Reasons } from './overview-panels.tsx';
import { WebhooksPanel } from './webhooks.tsx';
import { Welcome } from './welcome.tsx';

/** What goes on, at a glance. */
export function OverviewView(): JSX.Element {
  const overview = useLoad('overview', api.overview);
  const queue = useLoad('queue', api.destinations);
  const latest = useLoad('latest', (signal) => api.messages({ limit: 6 }, signal));
  const reload = (): void => [overview, queue, latest].forEach((each) => each.reload());
  useRefresh(reload, () => true, 2000);
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
          <Reasons failures={data.failures} />
        </Panel>
      </div>
      <WebhooksPanel />
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

function Head({ overview: { hostname, startedAt, version } }: { readonly overview: OverviewJson }): JSX.Element {
  const now = useNow();
  const lead = `${hostname}, dsnd ${version}, up for ${duration(Math.max(1000, now - Date.parse(startedAt)))}`;
  return <ViewHead title="Overview" lead={lead} />;
}
