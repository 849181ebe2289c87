import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import * as api from '../api/calls.ts';
import { useLoad, type Loaded } from '../api/load.ts';
import { useRefresh } from '../api/live.ts';
import { toEvent, type MessageDetailJson } from '../api/shapes.ts';
import { counted, size, time } from '../format.ts';
import { Badge, Empty, Loading, Panel, Sender, Trouble, useNow, ViewHead, When } from '../parts/basics.tsx';
import { Icon } from '../parts/icon.tsx';
import { stateOf, titleOf } from '../parts/message-list.tsx';
import { visible } from '../parts/source.tsx';
import { linkTo } from '../routing.ts';
import { lookOf } from '../words.ts';
import { Actions } from './message-actions.tsx';
import { MessageContent } from './message-content.tsx';
import { Recipients } from './message-recipients.tsx';
import { SendAgain } from './send-again.tsx';
import { StoredReport } from './stored-report.tsx';
import { Timeline } from './timeline.tsx';

/** One message: what became of it, recipient by recipient and step by step, and what can be done about it. */
export function MessageView({ id }: { readonly id: string }): JSX.Element {
  const loaded = useLoad(`message ${id}`, (signal) => api.message(id, signal));
  useRefresh(loaded.reload, (event) => event.messageId === id, 300);
  const { data, error, reload } = loaded;
  const looking = useLookAgain(loaded);
  if (data === undefined) {
    if (error === undefined || looking) return <Loading what="the message" />;
    return (
      <>
        <ViewHead title="Message" lead={visible(id)} />
        <Trouble message={error} retry={reload} />
      </>
    );
  }
  return <MessageParts message={data} error={error} reload={reload} />;
}

/** How often, and after what time, a message is looked for that is not known. */
const LOOKS = 12;
const LOOK_AGAIN_MS = 400;

/** A message that was handed over just now may be known a moment later. */
function useLookAgain({ isMissing, loading, reload }: Loaded<unknown>): boolean {
  const looks = useRef(0);
  const wanted = isMissing === true && looks.current < LOOKS;
  useEffect(() => {
    if (!wanted || loading) return;
    const timer = setTimeout(() => {
      looks.current++;
      reload();
    }, LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [wanted, loading]);
  return wanted;
}

function MessageParts({
  message,
  error,
  reload,
}: {
  readonly message: MessageDetailJson;
  readonly error: string | undefined;
  readonly reload: () => void;
}): JSX.Element {
  const [only, setOnly] = useState<string>();
  const events = message.events.map(toEvent);
  const isReport = message.origin === 'report' || message.reportOn !== null || message.reversePath === '';
  return (
    <>
      <Head message={message} />
      {error !== undefined && <Trouble message={error} retry={reload} />}
      {isReport && message.hasContent && <StoredReport id={message.id} />}
      <Facts message={message} />
      {message.queued !== null && message.queued.recipients.length > 0 && (
        <Actions id={message.id} queued={message.queued} done={reload} />
      )}
      <Panel title={counted(message.recipients.length, 'recipient')} id="recipients-title">
        <Recipients message={message} only={only} choose={setOnly} />
      </Panel>
      <Reports message={message} />
      <Panel
        title="What happened"
        id="timeline-title"
        note={
          only !== undefined && (
            <button type="button" class="button small" onClick={() => setOnly(undefined)}>
              Show all recipients
            </button>
          )
        }
      >
        {events.length === 0 ? (
          <Empty title="No history is kept" icon="info">
            The server is configured to keep no history, so that only what waits in the queue is known.
          </Empty>
        ) : (
          <Timeline events={events} only={only} />
        )}
      </Panel>
      {message.hasContent && <MessageContent id={message.id} sizeOctets={message.sizeOctets} />}
    </>
  );
}

function Head({ message }: { readonly message: MessageDetailJson }): JSX.Element {
  const state = stateOf(message);
  const { tone, icon } = lookOf(state);
  return (
    <ViewHead
      title={visible(titleOf(message))}
      lead={
        <>
          <Badge tone={tone} icon={icon}>
            {state}
          </Badge>{' '}
          from <Sender path={message.reversePath} />, <When at={Date.parse(message.arrivedAt)} />
        </>
      }
    >
      <SendAgain key={message.id} message={message} />
      {message.reportOn !== null && (
        <a class="button" href={linkTo(['messages', message.reportOn])}>
          <Icon name="messages" /> The message it is about
        </a>
      )}
    </ViewHead>
  );
}

const ORIGINS: Readonly<Record<string, string>> = {
  smtp: 'came by SMTP',
  submission: 'was submitted',
  lmtp: 'came by LMTP',
  report: 'a report of this server',
  list: 'passed on by a list',
};

function Facts({ message }: { readonly message: MessageDetailJson }): JSX.Element {
  const now = useNow();
  const { queued } = message;
  const facts: readonly (readonly [string, string | null | undefined, boolean?])[] = [
    ['Queue id', message.id, true],
    ['Envelope id', message.envelopeId, true],
    ['Message-ID', message.headerMessageId, true],
    ['Arrived', time(Date.parse(message.arrivedAt), now)],
    ['Size', message.sizeOctets > 0 ? size(message.sizeOctets) : ''],
    ['Origin', ORIGINS[message.origin] ?? message.origin],
    ['Asked for', queued?.parameters, true],
  ];
  return (
    <dl class="facts">
      {facts.map(
        ([label, value, isCode]) =>
          value !== null &&
          value !== undefined &&
          value !== '' && (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{isCode === true ? <code>{visible(value)}</code> : visible(value)}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

function Reports({
  message: { reportsIssued, reportsReceived },
}: {
  readonly message: MessageDetailJson;
}): JSX.Element | null {
  const reports = [
    ...reportsIssued.map((id) => ({ id, what: 'Report that this server made' })),
    ...reportsReceived.map((id) => ({ id, what: 'Report that came back' })),
  ];
  if (reports.length === 0) return null;
  return (
    <Panel title={counted(reports.length, 'report')} id="reports-title">
      <ul class="rows">
        {reports.map(({ id, what }) => (
          <li key={id}>
            <a class="row report-row" href={linkTo(['messages', id])} data-row>
              <span class="dot t-report">
                <Icon name="report" />
              </span>
              <span class="row-what">{what}</span>
              <code class="row-end">{id}</code>
            </a>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
