import type { SuppressionConfig } from '../config.ts';
import type { Failure, MailEvent, NewEvent } from '../model.ts';
import type { Suppression, SuppressionRecord } from '../ports.ts';

/** A failure of which an event tells: in an attempt of ours, or by a bounce that came back. */
export interface ToldFailure {
  /** In lower case. */
  readonly address: string;
  readonly failure: Failure;
  readonly messageId: string;
  readonly atMs: number;
  readonly returned?: true;
}

/**
 * One failure more of an address that is refused now. Why it stands there stays, be it an operator's word; it only stays
 * there for longer.
 */
export function keptLonger(
  { untilMs: soFarMs, ...entry }: SuppressionRecord,
  { atMs, returned }: ToldFailure,
  { keepMs }: SuppressionConfig,
): SuppressionRecord {
  const isForGood = soFarMs === undefined || keepMs === undefined;
  return {
    ...entry,
    failures: entry.failures + 1,
    ...(isForGood ? {} : { untilMs: Math.max(soFarMs, atMs + keepMs) }),
    ...(returned === true ? { returned } : {}),
  };
}

/** A failure of an address that is not refused, counted with those before it. */
export function counted(
  before: SuppressionRecord | undefined,
  { address, atMs, messageId, returned = before?.returned, failure }: ToldFailure,
  { failures: most, keepMs }: SuppressionConfig,
): SuppressionRecord {
  const failures = (before?.failures ?? 0) + 1;
  const { status, reason, remote } = failure;
  return {
    ...{ address, status, failures, sinceMs: atMs, messageId },
    reason: (remote?.rawLines.join(' ') ?? reason).slice(0, 500),
    listed: failures >= most,
    ...(keepMs === undefined ? {} : { untilMs: atMs + keepMs }),
    ...(returned === true ? { returned } : {}),
  };
}

/** The event of an address that comes onto the list. */
export function addedEvent({ address, reason, status, untilMs }: SuppressionRecord, by?: string): NewEvent {
  return {
    ...{ kind: 'suppression-added', address, reason },
    ...(status === undefined ? {} : { status }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(by === undefined ? {} : { by }),
  };
}

/** The failure of which an event tells, if it tells of one. */
export function failureOf(event: MailEvent): ToldFailure | undefined {
  if (event.kind !== 'failed' && event.kind !== 'report-received') return undefined;
  const { recipient, failure, messageId, atMs } = event;
  if (recipient === undefined || failure === undefined) return undefined;
  const told = { address: keyOf(event.address ?? recipient), failure, messageId, atMs };
  return event.kind === 'failed' ? told : { ...told, returned: true };
}

/** Whether the rules want failures of this kind to be counted. */
export function isCounted({ statuses }: SuppressionConfig, { address, failure }: ToldFailure): boolean {
  if (!address.includes('@') || isPostmaster(address)) return false;
  return statuses.some((pattern) => {
    const parts = failure.status.split('.');
    return pattern.split('.').every((part, i) => part === 'x' || part === parts[i]);
  });
}

/** The record as others see it. */
export function entryOf(record: SuppressionRecord): Suppression {
  const { address, reason, status, sinceMs, untilMs, messageId, failures } = record;
  return {
    ...{ address, reason, sinceMs, failures },
    ...(status === undefined ? {} : { status }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(messageId === undefined ? {} : { messageId }),
  };
}

/** The form in which addresses are compared. */
export function keyOf(address: string): string {
  return address.trim().toLowerCase();
}

/** RFC 5321 §4.5.1: mail to the postmaster is always to be taken. */
export function isPostmaster(address: string): boolean {
  return /^postmaster(?:@|$)/.test(address);
}
