import {
  formatSmtpDiagnostic,
  parseSmtpReply,
  statusForReply,
  type Action,
  type RecipientFields,
  type StatusCode,
  type TypedValue,
} from '@dsnkit/delivery-status';
import type { TypedAddress } from '@dsnkit/esmtp-parameters';
import { encodeUtf8AddrXtext } from '@dsnkit/xtext';
import type { Entry, Outcome, Recipient, RemoteReply } from './envelope.ts';
import { isAscii } from './orcpt.ts';

/** A recipient with the address under which this MTA accepted the message for it. */
export interface AddressedRecipient extends Recipient {
  readonly address: string;
}

/**
 * The fields of a report that speak of one recipient, in ASCII as message/delivery-status wants it.
 *
 *     Original-Recipient   if, and only if, ORCPT was received          RFC 3461 §6.3(d)
 *     Final-Recipient      the address as accepted, to the letter       RFC 3461 §6.3(e)
 *     Action, Status       always                                       RFC 3461 §6.3(f), §6.3(g)
 *     Remote-MTA,          if, and only if, another MTA answered        RFC 3461 §6.3(h), §6.3(i)
 *       Diagnostic-Code                                                 RFC 3464 §2.3.5
 *     Last-Attempt-Date    if known                                     RFC 3464 §2.3.7
 *     Will-Retry-Until     if known, for `delayed` only                 RFC 3464 §2.3.9
 *
 * Addresses beyond ASCII are of type `utf-8` and in its ASCII form (RFC 6533 §3).
 *
 * @throws {XtextError} `bad-code-point` for half a surrogate pair in an address, which no envelope can hold.
 *
 * @example
 * ```ts
 * recipientFields({
 *   recipient: { address: 'Bob@example.com', rcpt: readRcptParameters([]) },
 *   action: 'failed',
 *   outcome: { kind: 'failed', remote: { mta: 'mx.example.com', lines: ['550 5.1.1 no such user'] } },
 * }).diagnosticCode; // { type: 'smtp', value: '550 5.1.1 no such user' }
 * ```
 */
export function recipientFields(entry: Entry<AddressedRecipient>): RecipientFields {
  return fieldsOf(entry, ASCII_FORM);
}

/**
 * The same fields for message/global-delivery-status: addresses and diagnostics keep what lies beyond ASCII.
 *
 * RFC 6533 §4.1.
 *
 * @example
 * ```ts
 * globalRecipientFields({
 *   recipient: { address: 'josé@example.com', rcpt: readRcptParameters([]) },
 *   action: 'delivered',
 *   outcome: { kind: 'delivered' },
 * }).finalRecipient; // { type: 'utf-8', value: 'josé@example.com' }
 * ```
 */
export function globalRecipientFields(entry: Entry<AddressedRecipient>): RecipientFields {
  return fieldsOf(entry, GLOBAL_FORM);
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

/** How text that may lie beyond ASCII is put into fields. */
interface Form {
  readonly address: (address: string) => string;
  readonly text: (text: string) => string;
}

const ASCII_FORM: Form = { address: encodeUtf8AddrXtext, text: (text) => text.replace(/[^\x00-\x7F]/gu, '?') };
const GLOBAL_FORM: Form = { address: (address) => address, text: (text) => text };

function fieldsOf({ recipient, action, outcome }: Entry<AddressedRecipient>, form: Form): RecipientFields {
  const { orcpt } = recipient.rcpt;
  const { remote, lastAttempt, finalLogId, retryUntil } = outcome;
  return {
    ...(orcpt === undefined ? {} : { originalRecipient: originalRecipient(orcpt, form) }),
    finalRecipient: finalRecipient(recipient.address, form),
    action,
    status: statusOf(action, outcome),
    ...(remote === undefined ? {} : remoteFields(remote, form)),
    ...(lastAttempt === undefined ? {} : { lastAttemptDate: lastAttempt }),
    ...(finalLogId === undefined ? {} : { finalLogId }),
    ...(retryUntil === undefined || action !== 'delayed' ? {} : { willRetryUntil: retryUntil }),
  };
}

/** What ORCPT said under `utf-8` against the rules of that type is copied as it came. RFC 6533 §3 */
function originalRecipient({ type, address, verbatim }: TypedAddress, form: Form): TypedValue {
  const utf8 = type.toLowerCase() === 'utf-8' && verbatim !== true;
  return { type, value: utf8 ? form.address(address) : address };
}

function finalRecipient(address: string, form: Form): TypedValue {
  return isAscii(address) ? { type: 'rfc822', value: address } : { type: 'utf-8', value: form.address(address) };
}

function remoteFields(remote: RemoteReply, form: Form): Partial<RecipientFields> {
  const { recipient } = remote;
  const shown = recipient === undefined || isAscii(recipient) ? recipient : form.address(recipient);
  return {
    remoteMta: { type: 'dns', value: form.text(remote.mta) },
    diagnosticCode: diagnostic(remote.lines.map(form.text)),
    ...(shown === undefined ? {} : { smtpRemoteRecipient: shown }),
  };
}

/** What is no SMTP reply must not pass for one; but its sender shall see it, and the report must not fail over it. */
function diagnostic(lines: readonly string[]): TypedValue {
  try {
    return formatSmtpDiagnostic(lines);
  } catch {
    return { type: 'x-unparsed-reply', value: lines.join(' ').replace(/[\x00-\x1F\x7F]/g, '?') };
  }
}

function replyStatus(remote: RemoteReply): StatusCode {
  return statusForReply(parseSmtpReply(remote.lines.join('\r\n')), remote.stage);
}
