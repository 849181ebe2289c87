import type { MailEvent, RemoteReply } from '../model.ts';
import type { MessageSummary, RecipientState, RecipientSummary } from '../ports.ts';

/** A summary while events come in; `hasContent` is known to who keeps the contents. */
export type Story = Omit<MessageSummary, 'hasContent'>;

const MOST_RECIPIENTS = 1000;
const MOST_REPORTS = 1000;

/** What one event changes: the message itself, and reports that it names. */
export interface Change {
  readonly messageId: string;
  /** Undefined: nothing was known of the message before. */
  readonly change: (story: Story | undefined) => Story;
}

/** What an event changes in what is known; nothing if it is about no message. */
export function changesOf(event: MailEvent): readonly Change[] {
  const { messageId } = event;
  if (messageId === '') return [];
  const own: Change = {
    messageId,
    change: (story) => ({ ...apply(story ?? unknown(event), event), changedAtMs: event.atMs }),
  };
  if (event.kind === 'report-issued') {
    const { reportId, to, atMs, headerMessageId, subject, sizeOctets } = event;
    const report = (story: Story | undefined): Story =>
      story ?? {
        ...begun(reportId, atMs, 'report'),
        ...(headerMessageId === undefined ? {} : { headerMessageId }),
        ...(subject === undefined ? {} : { subject }),
        ...(sizeOctets === undefined ? {} : { sizeOctets }),
        ...{ reportOn: messageId, recipients: [queued(to, atMs)] },
      };
    return [own, { messageId: reportId, change: report }];
  }
  if (event.kind === 'report-received') {
    const { reportId, atMs } = event;
    const report = (story: Story | undefined): Story => ({
      ...(story ?? begun(reportId, atMs, 'smtp')),
      reportOn: messageId,
    });
    return [own, { messageId: reportId, change: report }];
  }
  return [own];
}

function apply(story: Story, event: MailEvent): Story {
  switch (event.kind) {
    case 'accepted':
      return accepted(story, event);
    case 'attempted':
      return updated(story, event.recipients, event, (known) => ({ attempts: known.attempts + 1 }));
    case 'delivered':
    case 'relayed': {
      const { status, destination, remote } = event;
      return reached(story, event.recipient, event, event.kind, { status, destination, ...replyOf(remote) });
    }
    case 'expanded':
      return reached(story, event.recipient, event, 'expanded', { reply: `goes on to ${event.to.join(', ')}` });
    case 'deferred':
    case 'failed':
    case 'expired':
    case 'bounced': {
      const { failure, destination } = event;
      const reply = replyOf(failure.remote).reply ?? failure.reason;
      return reached(story, event.recipient, event, event.kind, { status: failure.status, destination, reply });
    }
    case 'held':
      return updated(story, event.recipients, event, () => ({ state: 'held' }));
    case 'released':
    case 'retried':
      return updated(story, event.recipients, event, () => ({ state: 'queued' }));
    case 'rerouted':
      return updated(story, event.recipients, event, () => ({ destination: event.destination }));
    case 'dropped':
      return updated(story, event.recipients, event, () => ({ state: 'dropped' }));
    case 'report-issued':
      return { ...story, reportsIssued: withOne(story.reportsIssued, event.reportId) };
    case 'report-received':
      return { ...story, reportsReceived: withOne(story.reportsReceived, event.reportId) };
    case 'digest-issued':
      return { ...story, recipients: [queued(event.to, event.atMs)] };
    default:
      return story;
  }
}

function accepted(story: Story, event: Extract<MailEvent, { kind: 'accepted' }>): Story {
  const { reversePath, envelopeId, headerMessageId, subject, origin, sizeOctets, atMs } = event;
  return {
    ...story,
    ...{ reversePath, origin, sizeOctets, arrivedAtMs: atMs },
    ...(envelopeId === undefined ? {} : { envelopeId }),
    ...(headerMessageId === undefined ? {} : { headerMessageId }),
    ...(subject === undefined ? {} : { subject }),
    recipients: event.recipients.slice(0, MOST_RECIPIENTS).map((address) => queued(address, atMs)),
  };
}

function updated(
  story: Story,
  names: readonly string[],
  { atMs }: MailEvent,
  change: (known: RecipientSummary) => Partial<RecipientSummary>,
): Story {
  const wanted = new Set(names);
  const recipients = story.recipients.map((each) => {
    if (!wanted.delete(each.address)) return each;
    return { ...each, ...change(each), changedAtMs: atMs };
  });
  const room = MOST_RECIPIENTS - recipients.length;
  const added = [...wanted].slice(0, Math.max(0, room)).map((address) => {
    const begin = queued(address, atMs);
    return { ...begin, ...change(begin) };
  });
  return { ...story, recipients: [...recipients, ...added] };
}

/** Of the targets of an alias the one counts that fared worst: they share its name. */
function reached(
  story: Story,
  name: string,
  event: MailEvent,
  state: RecipientState,
  what: Partial<RecipientSummary>,
): Story {
  return updated(story, [name], event, (known) =>
    failures.has(known.state) && !failures.has(state) ? {} : { ...what, state },
  );
}

const failures: ReadonlySet<RecipientState> = new Set(['failed', 'expired', 'bounced']);

function replyOf(remote: RemoteReply | undefined): { readonly reply?: string } {
  return remote === undefined ? {} : { reply: remote.rawLines.join(' / ').slice(0, 1000) };
}

function queued(address: string, atMs: number): RecipientSummary {
  return { address, state: 'queued', attempts: 0, changedAtMs: atMs };
}

/** Of a message that was there before somebody kept a history, or that this server made for itself. */
function unknown({ messageId, atMs }: MailEvent): Story {
  return begun(messageId, atMs, 'report');
}

function begun(id: string, atMs: number, origin: Story['origin']): Story {
  return {
    ...{ id, origin, arrivedAtMs: atMs, changedAtMs: atMs, reversePath: '', sizeOctets: 0 },
    ...{ recipients: [], reportsIssued: [], reportsReceived: [] },
  };
}

function withOne(ids: readonly string[], id: string): readonly string[] {
  return ids.includes(id) || ids.length >= MOST_REPORTS ? ids : [...ids, id];
}
