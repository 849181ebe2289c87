import type { Failure, MailEvent, RemoteReply } from '../../src/model.ts';
import type { Telling } from './words.ts';
import { duration } from './format.ts';

/** An event in words for people. */
export function tellEvent(event: MailEvent): Telling {
  switch (event.kind) {
    case 'accepted':
      return accepted(event);
    case 'attempted': {
      const { destination, recipients, durationMs } = event;
      const detail = `took ${duration(durationMs)}`;
      return { tone: 'quiet', icon: 'attempted', title: `Tried ${hop(destination)}`, about: recipients, detail };
    }
    case 'delivered':
    case 'relayed':
    case 'expanded':
      return arrived(event);
    case 'deferred':
    case 'delayed':
    case 'failed':
    case 'expired':
    case 'bounced':
      return troubled(event);
    case 'report-issued':
    case 'report-held':
    case 'report-received':
    case 'digest-issued':
    case 'not-reported':
      return reported(event);
    default:
      return operated(event);
  }
}

function accepted({ client, user, tls, recipients, origin }: Of<'accepted'>): Telling {
  const how = [user && `as ${user}`, tls && `over ${tls}`].filter(Boolean).join(', ');
  const from = { report: 'Made by this server', list: 'Passed on by a list' }[origin as string];
  const title = from ?? (client === undefined ? 'Accepted' : `Accepted from ${client}`);
  return { tone: 'quiet', icon: 'accepted', title, about: recipients, ...(how && { detail: how }) };
}

function arrived(event: Of<'delivered' | 'relayed' | 'expanded'>): Telling {
  if (event.kind === 'expanded') {
    const detail = `to ${event.to.join(', ')}`;
    return { tone: 'passed', icon: 'expanded', title: 'Expanded', about: [event.recipient], detail };
  }
  const { kind, recipient, status, destination, delayMs, remote } = event;
  return {
    tone: kind === 'delivered' ? 'good' : 'passed',
    icon: kind,
    title: `${kind === 'delivered' ? 'Delivered' : 'Relayed'} (${status})`,
    about: [recipient],
    detail: `by ${hop(destination)}, ${duration(delayMs)} after it came`,
    ...replyOf(remote),
  };
}

function troubled(event: Of<'deferred' | 'delayed' | 'failed' | 'expired' | 'bounced'>): Telling {
  const { kind, recipient, failure } = event;
  const base = { about: [recipient], ...replyOf(failure?.remote) };
  const why = failure === undefined ? undefined : sentence(failure);
  if (kind === 'deferred') {
    const again = `tried again in ${duration(event.retryAtMs - event.atMs)}`;
    return {
      tone: 'late',
      icon: 'deferred',
      title: `Put off (${event.failure.status})`,
      detail: `${why}; ${again}`,
      ...base,
    };
  }
  if (kind === 'delayed') {
    return {
      tone: 'late',
      icon: 'deferred',
      title: 'Late: the sender may be told',
      ...(why && { detail: why }),
      ...base,
    };
  }
  const title = {
    failed: `Failed (${event.failure.status})`,
    expired: `Given up: it took too long (${event.failure.status})`,
    bounced: `Bounced by ${by(event)} (${event.failure.status})`,
  }[kind];
  return { tone: 'bad', icon: 'failed', title, ...(why && { detail: why }), ...base };
}

function reported(
  event: Of<'report-issued' | 'report-held' | 'report-received' | 'digest-issued' | 'not-reported'>,
): Telling {
  const look = { tone: 'report', icon: 'report' } as const;
  switch (event.kind) {
    case 'report-issued': {
      const title = `Report to ${event.to}: ${actionsOf(event.actions)}`;
      const about = event.actions.map(({ recipient }) => recipient);
      return { ...look, title, about, link: { id: event.reportId, label: 'Read the report' } };
    }
    case 'report-received': {
      const from = event.reportingMta === undefined ? '' : ` from ${event.reportingMta}`;
      const came = CAME_BACK[event.what];
      const title = `${came} came back${from}${event.actions.length > 0 ? `: ${actionsOf(event.actions)}` : ''}`;
      const detail = event.verified
        ? 'to the return path made for it'
        : 'not verified: it says itself what it is about';
      const about = event.actions.map(({ recipient }) => recipient);
      return { ...look, title, about, detail, link: { id: event.reportId, label: 'Read it' } };
    }
    case 'report-held':
      return { ...look, title: `Report to ${event.to} waits to go together with others`, about: event.recipients };
    case 'digest-issued':
      return { ...look, title: `The postmaster is told of ${event.failures} failures`, about: [] };
    case 'not-reported':
      return {
        ...look,
        tone: 'quiet',
        title: `Nobody is told: ${NOT_REPORTED[event.reason]}`,
        about: [event.recipient],
      };
  }
}

const CAME_BACK = {
  dsn: 'A report',
  bounce: 'A bounce that follows no standard',
  mdn: 'A notice of reading',
  feedback: 'A complaint',
  'auto-reply': 'An automatic reply',
  other: 'Some answer',
} as const;

const NOT_REPORTED = {
  'null-reverse-path': 'it came from the null reverse-path',
  'not-asked': 'NOTIFY asks for no such report',
  trouble: 'the report could not be made',
} as const;

type Operated = Exclude<
  MailEvent,
  Parameters<typeof arrived | typeof troubled | typeof reported | typeof accepted>[0] | Of<'attempted'>
>;

function operated(event: Operated): Telling {
  const look = { tone: 'quiet', icon: 'info' } as const;
  switch (event.kind) {
    case 'held':
      return { tone: 'late', icon: 'hold', title: `Held by ${by(event)}`, about: event.recipients };
    case 'released':
      return { ...look, icon: 'play', title: `Released by ${by(event)}`, about: event.recipients };
    case 'retried':
      return { ...look, icon: 'retry', title: `Retry asked for by ${by(event)}`, about: event.recipients };
    case 'dropped':
      return { ...look, icon: 'drop', title: `Dropped by ${by(event)}: nobody is told`, about: event.recipients };
    case 'rerouted':
      return {
        ...look,
        icon: 'reroute',
        title: `Sent to ${event.destination} by ${by(event)}`,
        about: event.recipients,
      };
    case 'paused':
      return { tone: 'late', icon: 'hold', title: `${event.destination} paused by ${by(event)}`, about: [] };
    case 'resumed':
      return { ...look, icon: 'play', title: `${event.destination} resumed by ${by(event)}`, about: [] };
    case 'suppressed':
      return {
        ...look,
        icon: 'suppressed',
        title: 'Refused: the address is suppressed',
        about: [event.recipient],
        detail: event.reason,
      };
    case 'suppression-added':
      return {
        ...look,
        icon: 'suppressed',
        title: 'Address suppressed',
        about: [event.address],
        ...(event.reason && { detail: event.reason }),
      };
    case 'suppression-removed':
      return { ...look, icon: 'suppressed', title: 'Address no longer suppressed', about: [event.address] };
    default:
      // A newer server may tell of more.
      return { ...look, title: (event as MailEvent).kind, about: [] };
  }
}

type Of<K extends MailEvent['kind']> = Extract<MailEvent, { readonly kind: K }>;

function by(event: { readonly by?: string }): string {
  return event.by ?? 'an operator';
}

/** `simulator:` without its colon; all others as they stand. */
export function hop(destination: string): string {
  return destination.replace(/:$/, '');
}

function sentence({ reason }: Failure): string {
  return reason;
}

function replyOf(remote: RemoteReply | undefined): { readonly reply?: NonNullable<Telling['reply']> } {
  return remote === undefined ? {} : { reply: { from: remote.mta, lines: remote.rawLines } };
}

/** `failed`, `delivered (2), relayed`. */
function actionsOf(actions: readonly { readonly action: string }[]): string {
  const counts = new Map<string, number>();
  for (const { action } of actions) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].map(([action, many]) => (many === 1 ? action : `${action} (${many})`)).join(', ');
}
