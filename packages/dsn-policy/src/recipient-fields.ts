import {
  formatSmtpDiagnostic,
  parseSmtpReply,
  statusForReply,
  type Action,
  type RecipientFields,
  type StatusCode,
  type TypedValue,
} from '@dsnkit/delivery-status';
import type { Entry, Outcome, Recipient, RemoteReply } from './envelope.ts';
import { isAscii } from './orcpt.ts';

/** A recipient with the address under which this MTA accepted the message for it. */
export interface AddressedRecipient extends Recipient {
  readonly address: string;
}

/**
 * The fields of a report that speak of one recipient.
 *
 *     Original-Recipient   if, and only if, ORCPT was received          RFC 3461 §6.3(d)
 *     Final-Recipient      the address as accepted, to the letter       RFC 3461 §6.3(e)
 *     Action, Status       always                                       RFC 3461 §6.3(f), §6.3(g)
 *     Remote-MTA,          if, and only if, another MTA answered        RFC 3461 §6.3(h), §6.3(i)
 *       Diagnostic-Code                                                 RFC 3464 §2.3.5
 *     Last-Attempt-Date    if known                                     RFC 3464 §2.3.7
 *     Will-Retry-Until     if known, for `delayed` only                 RFC 3464 §2.3.9
 *
 * @example
 * ```ts
 * recipientFields({
 *   recipient: { address: 'Bob@example.com', rcpt: {} },
 *   action: 'failed',
 *   outcome: { kind: 'failed', remote: { mta: 'mx.example.com', lines: ['550 5.1.1 no such user'] } },
 * }).diagnosticCode; // { type: 'smtp', value: '550 5.1.1 no such user' }
 * ```
 */
export function recipientFields(entry: Entry<AddressedRecipient>): RecipientFields {
  const { recipient, action, outcome } = entry;
  const { orcpt } = recipient.rcpt;
  const { remote, lastAttempt, finalLogId, retryUntil } = outcome;
  return {
    ...(orcpt === undefined ? {} : { originalRecipient: { type: orcpt.type, value: orcpt.address } }),
    finalRecipient: finalRecipient(recipient.address),
    action,
    status: statusOf(action, outcome),
    ...(remote === undefined ? {} : remoteFields(remote)),
    ...(lastAttempt === undefined ? {} : { lastAttemptDate: lastAttempt }),
    ...(finalLogId === undefined ? {} : { finalLogId }),
    ...(retryUntil === undefined || action !== 'delayed' ? {} : { willRetryUntil: retryUntil }),
  };
}

/**
 * The status code of one recipient: what this MTA found out, else the code in the remote reply, else the code that
 * fits that reply best, else `.0.0` of the class.
 *
 * A code counts only if its class can stand beside the action: 2 with `delivered`, `relayed` and `expanded`, 4 with
 * `delayed`, 5 or 4 with `failed`, where 4 says that time ran out over a passing trouble (RFC 3464 §2.3.3).
 * RFC 3461 §6.3(g).
 *
 * @example
 * ```ts
 * statusOf('failed', { kind: 'failed', remote: { mta: 'mx.example.com', lines: ['451 4.7.1 later'] } }); // '4.7.1'
 * ```
 */
export function statusOf(action: Action, outcome: Outcome): StatusCode {
  const classes: readonly string[] = CLASSES[action];
  const candidates = [outcome.status, outcome.remote === undefined ? undefined : replyStatus(outcome.remote)];
  return (
    candidates.find((status) => status !== undefined && classes.includes(status.charAt(0))) ??
    `${CLASSES[action][0]}.0.0`
  );
}

const CLASSES = {
  delivered: ['2'],
  relayed: ['2'],
  expanded: ['2'],
  delayed: ['4'],
  failed: ['5', '4'],
} as const;

function finalRecipient(address: string): TypedValue {
  return { type: isAscii(address) ? 'rfc822' : 'utf-8', value: address };
}

function remoteFields(remote: RemoteReply): Partial<RecipientFields> {
  return {
    remoteMta: { type: 'dns', value: remote.mta },
    diagnosticCode: diagnostic(remote.lines),
    ...(remote.recipient === undefined ? {} : { smtpRemoteRecipient: remote.recipient }),
  };
}

/** What is no SMTP reply must not pass for one; but its sender shall see it, and the report must not fail over it. */
function diagnostic(lines: readonly string[]): TypedValue {
  try {
    return formatSmtpDiagnostic(lines);
  } catch {
    return { type: 'x-unparsed-reply', value: lines.join(' ').replace(/[^ -~]/g, '?') };
  }
}

function replyStatus(remote: RemoteReply): StatusCode {
  return statusForReply(parseSmtpReply(remote.lines.join('\r\n')), remote.stage);
}
