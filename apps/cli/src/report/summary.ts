import {
  readBounce,
  recipientAddress,
  type BouncedRecipient,
  type BounceKind,
  type OriginalMessage,
} from '@dsnkit/bounce';
import { parseDate, parseDiagnostic, receivedFields } from '@dsnkit/delivery-status';
import type { Field, RecipientFields, TypedValue } from '@dsnkit/delivery-status';
import { decodeHeaderText, splitHeader, type ParsedReport } from '@dsnkit/multipart-report';
import { openMessage } from '@dsnkit/multipart-report/message';
import type { InputMessage } from '../input/messages.ts';
import { judgementOf, type Judgement } from './judgement.ts';

/** What `dsn inspect --json` tells of one message. What is unknown is null. */
export interface Summary {
  readonly file: string;
  /** Place in an mbox, from 1. */
  readonly index: number | null;
  readonly kind: BounceKind;
  readonly report: ReportSummary | null;
  readonly recipients: readonly RecipientSummary[];
  /** The message that the report is about. */
  readonly original: HeaderSummary | null;
  /** The message itself. */
  readonly header: HeaderSummary;
  readonly issues: readonly IssueSummary[];
}

export interface ReportSummary {
  readonly reportType: string | null;
  readonly originalEnvelopeId: string | null;
  readonly reportingMta: TypedValue | null;
  readonly dsnGateway: TypedValue | null;
  readonly receivedFromMta: TypedValue | null;
  /** RFC 3339, as all dates but those of headers. */
  readonly arrivalDate: string | null;
  /** Of an mdn: `displayed`, `deleted`, … */
  readonly disposition: string | null;
  /** Of a feedback report: `abuse`, `fraud`, … */
  readonly feedbackType: string | null;
}

export interface RecipientSummary {
  /** The plain address: of Original-Recipient, which is the one that the sender used, else of Final-Recipient. RFC 3464 §2.3.1. */
  readonly address: string | null;
  readonly originalRecipient: TypedValue | null;
  readonly finalRecipient: TypedValue | null;
  /** One of the five of RFC 3464 §2.3.3; a word that is none of them is given as it came, in lower case. */
  readonly action: string | null;
  readonly status: string | null;
  readonly remoteMta: TypedValue | null;
  readonly diagnostic: TypedValue | null;
  readonly replyCode: number | null;
  readonly lastAttemptDate: string | null;
  readonly willRetryUntil: string | null;
  /** Why it failed or is late, of the closed list of @dsnkit/bounce; null where nothing is to tell. */
  readonly reason: string | null;
  /** `permanent`, `transient` or `unknown`. */
  readonly permanence: string | null;
  /** What the sender should do. */
  readonly advice: string | null;
}

export interface HeaderSummary {
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly from: string | null;
  readonly to: string | null;
  /** As the message has it. */
  readonly date: string | null;
}

export interface IssueSummary {
  readonly code: string;
  /** In the whole message, from 1. */
  readonly line: number | null;
  readonly field: string | null;
  readonly clause: string | null;
  readonly message: string;
  readonly repaired: string | null;
}

/** Reads one message. Never throws: one that reports nothing has kind `other`. */
export function summarize(message: InputMessage): Summary {
  const { report, field } = openMessage(message.octets);
  return summaryOf(report, message, report === undefined ? undefined : field);
}

/** The value of a field of the header, by its name in lower case. */
type FieldReader = (name: string) => string | undefined;

/**
 * The same of a report that has been read already.
 *
 * @param field reads the header of the message
 */
export function summaryOf(
  report: ParsedReport | undefined,
  { file, index, octets }: InputMessage,
  field: FieldReader = readerOf(report?.headers ?? splitHeader(octets).headers),
): Summary {
  const isRead =
    report !== undefined &&
    (report.kind === 'mdn' || report.kind === 'feedback' || (report.deliveryStatus?.recipients.length ?? 0) > 0);
  const bounce = isRead ? undefined : readBounce(octets);
  const kind = bounce?.kind ?? report?.kind ?? 'other';
  return {
    file,
    index: index ?? null,
    kind,
    report: report === undefined ? null : reportSummary(report),
    recipients: bounce?.recipients.map(bouncedSummary) ?? (report === undefined ? [] : recipientsOf(report)),
    original: originalSummary(report?.returned ?? bounce?.original),
    header: headerSummary(field),
    issues: (report?.issues ?? []).map((issue) => ({
      code: issue.code,
      line: issue.line,
      field: issue.field ?? null,
      clause: issue.clause,
      message: issue.message,
      repaired: issue.repaired ?? null,
    })),
  };
}

function readerOf(headers: readonly Field[]): FieldReader {
  return (name) => headers.find((field) => field.name.toLowerCase() === name)?.value;
}

function reportSummary({ reportType, deliveryStatus, mdn, feedback }: ParsedReport): ReportSummary {
  const message = deliveryStatus?.message;
  return {
    reportType: reportType ?? null,
    originalEnvelopeId: message?.originalEnvelopeId ?? feedback?.originalEnvelopeId ?? null,
    reportingMta: message?.reportingMta ?? typedText(feedback?.reportingMta),
    dsnGateway: message?.dsnGateway ?? null,
    receivedFromMta: message?.receivedFromMta ?? null,
    arrivalDate: isoDate(message?.arrivalDate ?? readDate(feedback?.arrivalDate)),
    disposition: mdn?.disposition?.type ?? null,
    feedbackType: feedback?.feedbackType ?? null,
  };
}

function recipientsOf({ deliveryStatus, mdn, feedback }: ParsedReport): RecipientSummary[] {
  if (deliveryStatus !== undefined) return deliveryStatus.recipients.map(judgedSummary);
  if (mdn !== undefined) {
    const { originalRecipient, finalRecipient } = mdn;
    return [recipientSummary(optional(typedText(originalRecipient), typedText(finalRecipient)))];
  }
  return (feedback?.originalRcptTo ?? []).map((address) =>
    recipientSummary(optional({ type: 'rfc822', value: address }, null)),
  );
}

/** Of a standard report. */
function judgedSummary(recipient: Partial<RecipientFields>): RecipientSummary {
  return recipientSummary(recipient, recipientAddress(recipient), judgementOf(recipient));
}

/** Of any other bounce: what its words say stands where the fields of a report would. */
function bouncedSummary(recipient: BouncedRecipient): RecipientSummary {
  const { address, remoteHost, reply, diagnosticCode } = recipient;
  const declared = diagnosticCode && parseDiagnostic(diagnosticCode).replyCode;
  const replyCode = declared ?? reply?.replyCode ?? null;
  const summary = recipientSummary(recipient, address, { ...recipient, replyCode });
  const words = reply === undefined ? '' : [reply.replyCode, reply.status, ...reply.lines].filter(Boolean).join(' ');
  return {
    ...summary,
    remoteMta: summary.remoteMta ?? (remoteHost === undefined ? null : { type: 'dns', value: remoteHost }),
    diagnostic: summary.diagnostic ?? (words === '' ? null : { type: 'smtp', value: words }),
  };
}

function optional(original: TypedValue | null, final: TypedValue | null): Partial<RecipientFields> {
  return {
    ...(original === null ? {} : { originalRecipient: original }),
    ...(final === null ? {} : { finalRecipient: final }),
  };
}

function recipientSummary(
  recipient: Partial<RecipientFields>,
  address: string = recipientAddress(recipient),
  judgement?: Judgement,
): RecipientSummary {
  return {
    address: address === '' ? null : address,
    originalRecipient: recipient.originalRecipient ?? null,
    finalRecipient: recipient.finalRecipient ?? null,
    action: recipient.action ?? unknownAction(recipient),
    status: recipient.status ?? null,
    remoteMta: recipient.remoteMta ?? null,
    diagnostic: recipient.diagnosticCode ?? null,
    replyCode: judgement?.replyCode ?? null,
    lastAttemptDate: isoDate(recipient.lastAttemptDate),
    willRetryUntil: isoDate(recipient.willRetryUntil),
    reason: judgement?.reason ?? null,
    permanence: judgement?.permanence ?? null,
    advice: judgement?.advice ?? null,
  };
}

/** The word that stands where one of the five actions belongs; lint tells of it. */
function unknownAction(recipient: Partial<RecipientFields>): string | null {
  const field = receivedFields(recipient).find(({ name }) => name.toLowerCase() === 'action');
  return /^[^\s;(]+/.exec(field?.value ?? '')?.[0].toLowerCase() ?? null;
}

function originalSummary(original: OriginalMessage | undefined): HeaderSummary | null {
  if (original === undefined || Object.keys(original).length === 0) return null;
  const { messageId, subject, from, to, date } = original;
  return {
    messageId: messageId ?? null,
    subject: subject ?? null,
    from: from ?? null,
    to: to ?? null,
    date: date ?? null,
  };
}

/** The fields of a header that tell messages apart; the first of each name. */
function headerSummary(field: FieldReader): HeaderSummary {
  const messageId = field('message-id') ?? null;
  return {
    messageId: messageId === null ? null : (/<[^<>]*>/.exec(messageId)?.[0] ?? messageId),
    subject: decoded(field('subject')),
    from: decoded(field('from')),
    to: decoded(field('to')),
    date: field('date') ?? null,
  };
}

function decoded(value: string | undefined): string | null {
  return value?.includes('=?') === true ? decodeHeaderText(value) : (value ?? null);
}

/** `rfc822; a@b.example` as MDNs and feedback reports have it. */
function typedText(text: string | undefined): TypedValue | null {
  if (text === undefined) return null;
  const at = text.indexOf(';');
  return { type: at < 0 ? '' : text.slice(0, at).trim().toLowerCase(), value: text.slice(at + 1).trim() };
}

function readDate(text: string | undefined): Date | undefined {
  try {
    return text === undefined ? undefined : parseDate(text).date;
  } catch {
    return undefined;
  }
}

function isoDate(date: Date | undefined): string | null {
  return date === undefined || Number.isNaN(date.getTime()) ? null : date.toISOString();
}
