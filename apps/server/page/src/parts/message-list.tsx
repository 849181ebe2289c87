import type { JSX } from 'preact';
import type { MessageJson } from '../api/shapes.ts';
import { counted } from '../format.ts';
import { linkTo } from '../routing.ts';
import { lookOf } from '../words.ts';
import { Badge, Sender, When } from './basics.tsx';
import { visible } from './source.tsx';

/** Messages, one in each row; j and k go along them. */
export function MessageList({
  messages,
  label,
}: {
  readonly messages: readonly MessageJson[];
  readonly label: string;
}): JSX.Element {
  return (
    <ul class="rows" aria-label={label}>
      {messages.map((message) => (
        <li key={message.id}>
          <MessageRow message={message} />
        </li>
      ))}
    </ul>
  );
}

function MessageRow({ message }: { readonly message: MessageJson }): JSX.Element {
  const { id, recipients, reversePath, arrivedAt, envelopeId, reportOn, reportsIssued, reportsReceived } = message;
  const state = stateOf(message);
  const first = inState(recipients, state) ?? recipients[0];
  const { tone, icon } = lookOf(state);
  const reports = reportsIssued.length + reportsReceived.length;
  return (
    <a class="row" href={linkTo(['messages', id])} data-row>
      <span class="row-state">
        <Badge tone={tone} icon={icon}>
          {state}
        </Badge>
        {first?.status && GIVEN_UP.includes(state) && <code class="status-code">{first.status}</code>}
      </span>
      <span class="row-what">
        <span class="row-to address">
          {first === undefined ? 'nobody' : visible(first.address)}
          {recipients.length > 1 && <span class="more"> +{recipients.length - 1}</span>}
        </span>
        <span class="row-subject">{visible(titleOf(message))}</span>
      </span>
      <span class="row-from">
        <span>
          {reportOn === null ? 'from ' : 'report, from '}
          <Sender path={reversePath} />
        </span>
        {(envelopeId ?? '') !== '' && <code class="envelope-id">{visible(envelopeId ?? '')}</code>}
      </span>
      <span class="row-end">
        <When at={Date.parse(arrivedAt)} />
        {reports > 0 && <span class="row-reports">{counted(reports, 'report')}</span>}
      </span>
    </a>
  );
}

/** What it calls itself. */
export function titleOf({ subject, reportOn }: MessageJson): string {
  return (subject ?? '') === '' ? (reportOn === null ? 'No subject' : 'Delivery report') : (subject ?? '');
}

/** The recipient for whom the word for the whole message was chosen. */
function inState(recipients: MessageJson['recipients'], state: string): MessageJson['recipients'][number] | undefined {
  const meant = state === 'failed' ? GIVEN_UP : [state];
  return recipients.find((recipient) => meant.includes(recipient.state));
}

/** States of recipients that will not get it. */
export const GIVEN_UP: readonly string[] = ['failed', 'expired', 'bounced'];

/** The worst that can be said of its recipients, in one word. */
export function stateOf({ state, recipients }: MessageJson): string {
  const states = new Set<string>(recipients.map((recipient) => recipient.state));
  if (state === 'queued') return states.has('deferred') ? 'deferred' : 'queued';
  if (state === 'failed' && states.size === 1) return recipients[0]?.state ?? state;
  if (state === 'delivered' && states.size === 1) return recipients[0]?.state ?? state;
  return state;
}
