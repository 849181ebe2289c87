import { readBounce, REASONS, type Bounce, type BouncedRecipient } from '@dsnkit/bounce';
import type { StatusCode } from '@dsnkit/delivery-status';
import { classifyMessage } from '@dsnkit/multipart-report/message';
import type { Failure, NewEvent } from '../model.ts';

/** A message that came back, and what is known of the way by which it came. */
export interface CameBack {
  /** Its queue id. */
  readonly reportId: string;
  readonly reversePath: string;
  /** As much of it as is read. */
  readonly content: Uint8Array;
  readonly atMs: number;
  /** To whom the message went on whose return path it came to; absent: it came on none of ours. */
  readonly to?: {
    readonly recipient: string;
    /** The address behind an alias. */
    readonly address?: string;
  };
}

type ReceivedEvent = Extract<NewEvent, { readonly kind: 'report-received' }>;

/** Of what a report tells, as much as an event should hold. */
const MOST_ACTIONS = 100;
const MOST_OCTETS = 500;

/** What came back, in the form of an event; bounces that follow no standard are read as well as may be. */
export function receivedEvent({ reportId, reversePath, content, atMs, to }: CameBack): ReceivedEvent {
  const bounce = readBounce(content);
  const reportingMta = bounce.report?.deliveryStatus?.message.reportingMta?.value ?? bounce.reportingHost;
  // A report of failure has no one to answer (RFC 5321 §4.5.5); anybody could send words that sound like one.
  const failure = to === undefined || reversePath !== '' ? undefined : failureOf(bounce, to, reportingMta, atMs);
  return {
    kind: 'report-received',
    ...{ reportId, verified: to !== undefined, what: whatOf(bounce, content) },
    ...(to ?? {}),
    ...(reportingMta === undefined ? {} : { reportingMta }),
    actions: bounce.recipients.slice(0, MOST_ACTIONS).map(actionOf),
    ...(failure === undefined ? {} : { failure }),
  };
}

function whatOf({ kind }: Bounce, content: Uint8Array): ReceivedEvent['what'] {
  if (kind === 'dsn') return 'dsn';
  return kind === 'bounce' || kind === 'delay' || kind === 'success' ? 'bounce' : classifyMessage(content);
}

function actionOf(recipient: BouncedRecipient): ReceivedEvent['actions'][number] {
  const { address, originalRecipient, finalRecipient, action = '', status = '', reason } = recipient;
  const diagnostic = diagnosticOf(recipient);
  return {
    recipient: address || (originalRecipient?.value ?? finalRecipient?.value ?? ''),
    ...{ action, status },
    ...(diagnostic === undefined ? {} : { diagnostic }),
    ...(reason === 'delivered' || reason === 'undefined' ? {} : { reason }),
  };
}

/** Beside the fields the words of a report may name a reply; it is that of who did not get the message. */
function diagnosticOf({ diagnosticCode, action, reply }: BouncedRecipient): string | undefined {
  const isWorded = reply !== undefined && (action === 'failed' || action === 'delayed');
  const words = isWorded ? [reply.replyCode, reply.status, ...reply.lines] : [];
  const text = diagnosticCode?.value ?? words.filter((word) => word !== undefined).join(' ');
  return text === '' ? undefined : text.slice(0, MOST_OCTETS);
}

/** Many systems declare 5.0.0 for everything: then that of the reply says more. */
function statusOf({ status, reply }: BouncedRecipient): StatusCode | undefined {
  return status?.endsWith('.0.0') === true && reply?.status?.[0] === status[0] ? reply?.status : status;
}

/**
 * That the recipient of this return path failed for good, if that is said with confidence: of this address, and as the fault
 * of the address. Others whom it names are none of this message.
 */
function failureOf(
  { recipients }: Bounce,
  { recipient, address = recipient }: NonNullable<CameBack['to']>,
  reportingMta: string | undefined,
  atMs: number,
): Failure | undefined {
  const ours = new Set([recipient.toLowerCase(), address.toLowerCase()]);
  const found = recipients.find((each) => namesOf(each).some((name) => ours.has(name)));
  // Nothing but a failure is permanent.
  if (found?.permanence !== 'permanent' || found.confidence === 'low') return undefined;
  const { advice, reason } = found;
  const status = statusOf(found);
  if (status?.startsWith('5.') !== true || !(advice === 'suppress' || advice === 'correct-address')) return undefined;
  const said = (diagnosticOf(found) ?? REASONS[reason].definition).replaceAll(/\s+/g, ' ').replace(/\.$/, '');
  return { status, reason: `${reportingMta ?? 'a bounce'} says: ${said}`, atMs };
}

function namesOf({ address, originalRecipient, finalRecipient }: BouncedRecipient): readonly string[] {
  return [address, originalRecipient?.value ?? '', finalRecipient?.value ?? ''].map((name) => name.toLowerCase());
}
