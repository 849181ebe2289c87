import {
  isStatusCode,
  mailboxValue,
  mtaName,
  parseDate,
  parseDiagnostic,
  statusForReply,
  type Action,
  type DeliveryStatus,
  type MessageFields,
  type RecipientFields,
  type StatusCode,
  type TypedValue,
} from '@dsnkit/delivery-status';
import { isoTime } from '../input/iso-time.ts';
import { UsageError } from '../usage-error.ts';
import type { ComposeInput, RecipientInput, ReportInput, TypedInput } from './input.ts';

/**
 * The delivery status that the input describes.
 *
 * @throws {UsageError} one line that names the field
 */
export function statusOf({ report, recipients }: ComposeInput): DeliveryStatus {
  const [first, ...rest] = recipients.map((recipient, at) => recipientFields(recipient, `recipients[${at}]`));
  if (first === undefined) throw new UsageError('recipients: at least one is needed');
  return { message: messageFields(report), recipients: [first, ...rest] };
}

function messageFields(report: ReportInput): MessageFields {
  const { originalEnvelopeId, dsnGateway, receivedFromMta, arrivalDate, deliverByDate, extensions } = report;
  return {
    reportingMta: mta(report.reportingMta),
    ...(originalEnvelopeId == null ? {} : { originalEnvelopeId }),
    ...(dsnGateway == null ? {} : { dsnGateway: mta(dsnGateway) }),
    ...(receivedFromMta == null ? {} : { receivedFromMta: mta(receivedFromMta) }),
    ...(arrivalDate == null ? {} : { arrivalDate: readDate(arrivalDate, 'report.arrivalDate') }),
    ...(deliverByDate == null ? {} : { deliverByDate: readDate(deliverByDate, 'report.deliverByDate') }),
    ...(extensions == null ? {} : { extensions }),
  };
}

function recipientFields(recipient: RecipientInput, path: string): RecipientFields {
  const { originalRecipient, action, remoteMta, diagnostic, localizedDiagnostics, finalLogId, extensions } = recipient;
  const { lastAttemptDate, willRetryUntil } = recipient;
  const final = recipient.finalRecipient ?? recipient.address;
  if (final == null) throw new UsageError(`${path}: address or finalRecipient is needed`);
  const diagnosticCode = diagnostic == null ? undefined : diagnosticOf(diagnostic);
  return {
    finalRecipient: mailbox(final),
    ...(originalRecipient == null ? {} : { originalRecipient: mailbox(originalRecipient) }),
    action,
    status: statusCode(recipient, diagnosticCode, path),
    ...(remoteMta == null ? {} : { remoteMta: mta(remoteMta) }),
    ...(diagnosticCode === undefined ? {} : { diagnosticCode }),
    ...(localizedDiagnostics == null ? {} : { localizedDiagnostics }),
    ...(lastAttemptDate == null ? {} : { lastAttemptDate: readDate(lastAttemptDate, `${path}.lastAttemptDate`) }),
    ...(finalLogId == null ? {} : { finalLogId }),
    ...(willRetryUntil == null ? {} : { willRetryUntil: readDate(willRetryUntil, `${path}.willRetryUntil`) }),
    ...(extensions == null ? {} : { extensions }),
  };
}

/** As given; else that of the diagnostic, if it can stand beside the action; else the class. RFC 3461 §6.3(g). */
function statusCode({ status, action }: RecipientInput, diagnostic: TypedValue | undefined, path: string): StatusCode {
  if (status != null) {
    if (isStatusCode(status)) return status;
    throw new UsageError(`${path}.status: ${JSON.stringify(status)} is no status code (RFC 3463 §2)`);
  }
  const fallback: StatusCode = CLASSES[action];
  const read = diagnostic === undefined ? fallback : statusForReply(parseDiagnostic(diagnostic));
  return read.startsWith(fallback.charAt(0)) ? read : fallback;
}

const CLASSES: Readonly<Record<Action, StatusCode>> = {
  failed: '5.0.0',
  delayed: '4.0.0',
  delivered: '2.0.0',
  relayed: '2.0.0',
  expanded: '2.0.0',
};

function mta(name: TypedInput): TypedValue {
  return typed(name, mtaName);
}

function mailbox(address: TypedInput): TypedValue {
  return typed(address, mailboxValue);
}

function diagnosticOf(diagnostic: TypedInput): TypedValue {
  return typed(diagnostic, (value) => {
    const isReply = parseDiagnostic({ type: 'smtp', value }).replyCode !== undefined;
    return { type: isReply ? 'smtp' : 'x-unknown', value };
  });
}

/** A value without a type, or with the empty one that a reader gives where none stood, gets the usual type. */
function typed(input: TypedInput, guess: (value: string) => TypedValue): TypedValue {
  if (typeof input === 'string') return guess(input);
  return input.type === '' ? guess(input.value) : input;
}

/**
 * A date of RFC 3339 or RFC 5322.
 *
 * @throws {UsageError} one line that names the field
 */
export function readDate(text: string, what: string): Date {
  const ms = text.charAt(10) === 'T' ? isoTime(text) : Number.NaN;
  if (!Number.isNaN(ms)) return new Date(ms);
  try {
    return parseDate(text).date;
  } catch {
    throw new UsageError(
      `${what}: ${JSON.stringify(text)} is no date; expected 2024-03-07T09:12:44Z or a date of RFC 5322`,
    );
  }
}
