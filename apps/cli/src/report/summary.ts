import { readBounce, type Bounce, type BouncedRecipient, type BounceKind, type OriginalMessage } from '@dsnkit/bounce';
import { parseDate, type Field, type TypedValue } from '@dsnkit/delivery-status';
import { decodeHeaderText, splitHeader, type ParsedReport } from '@dsnkit/multipart-report';
import { openMessage } from '@dsnkit/multipart-report/message';
import type { InputMessage } from '../input/messages.ts';
import { isoDate } from './iso-date.ts';
import {
  BouncedSummary,
  NamedSummary,
  plainRecipient,
  ReportedSummary,
  typedText,
  type RecipientSummary,
} from './recipient-summary.ts';

/** What `dsn inspect --json` tells of one message. What is unknown is null. */
export interface Summary {
  readonly file: string;
  /** Place in an mbox, from 1. */
  readonly index: number | null;
  /** Place among the reports that are forwarded in the message there, from 1; absent for that message itself. */
  readonly attached?: number;
  /** It stands there among the words, as a mail program quotes it. */
  readonly quoted?: true;
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
  message: InputMessage,
  field: FieldReader = readerOf(report?.headers ?? splitHeader(message.octets).headers),
): Summary {
  const isRead =
    report !== undefined &&
    (report.kind === 'mdn' || report.kind === 'feedback' || (report.deliveryStatus?.recipients.length ?? 0) > 0);
  const bounce = isRead ? undefined : readBounce(message.octets);
  return new ReadSummary(message, report, bounce, field);
}

/** The same with some of its recipients. */
export function withRecipients(summary: Summary, recipients: readonly RecipientSummary[]): Summary {
  return { ...plainSummary(summary), recipients };
}

/** All that is told of a message, as plain data. */
export function plainSummary(summary: Summary): Summary {
  const { file, index, attached, quoted, kind, report, recipients, original, header, issues } = summary;
  return {
    file,
    index,
    ...(attached !== undefined && { attached }),
    ...(quoted && { quoted }),
    kind,
    report,
    recipients: recipients.map(plainRecipient),
    original,
    header: plainHeader(header),
    issues,
  };
}

function plainHeader({ messageId, subject, from, to, date }: HeaderSummary): HeaderSummary {
  return { messageId, subject, from, to, date };
}

function readerOf(headers: readonly Field[]): FieldReader {
  return (name) => headers.find((field) => field.name.toLowerCase() === name)?.value;
}

/** A message that has been read. What is told of it is worked out when it is asked for: few views tell all of it. */
class ReadSummary implements Summary {
  readonly file: string;
  readonly index: number | null;
  declare readonly attached?: number;
  declare readonly quoted?: true;
  readonly kind: BounceKind;
  readonly recipients: readonly RecipientSummary[];
  readonly header: HeaderSummary;
  readonly #report: ParsedReport | undefined;
  readonly #bounce: Bounce | undefined;
  #told: ReportSummary | undefined;

  constructor(
    { file, index, attached, quoted, octets }: InputMessage,
    report: ParsedReport | undefined,
    bounce: Bounce | undefined,
    field: FieldReader,
  ) {
    this.file = file;
    this.index = index ?? null;
    if (attached !== undefined) this.attached = attached;
    if (quoted) this.quoted = quoted;
    this.kind = bounce?.kind ?? report?.kind ?? 'other';
    this.recipients =
      bounce?.recipients.map((recipient) => new BouncedSummary(recipient)) ??
      (report === undefined ? [] : recipientsOf(report, octets));
    this.header = new MessageHeader(field);
    this.#report = report;
    this.#bounce = bounce;
  }

  get report(): ReportSummary | null {
    return this.#report === undefined ? null : (this.#told ??= reportSummary(this.#report));
  }

  get original(): HeaderSummary | null {
    return originalSummary(this.#report?.returned ?? this.#bounce?.original);
  }

  get issues(): readonly IssueSummary[] {
    return (this.#report?.issues ?? []).map(({ code, line, field, clause, message, repaired }) => ({
      code,
      line,
      field: field ?? null,
      clause,
      message,
      repaired: repaired ?? null,
    }));
  }

  toJSON(): Summary {
    return plainSummary(this);
  }
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

function recipientsOf({ deliveryStatus, mdn, feedback }: ParsedReport, octets: Uint8Array): RecipientSummary[] {
  if (deliveryStatus !== undefined) {
    const { recipients } = deliveryStatus;
    let read: readonly BouncedRecipient[] | undefined;
    return recipients.map((fields, index) => {
      return new ReportedSummary(fields, () => {
        read ??= readBounce(octets).recipients;
        return read.length === recipients.length ? read[index] : undefined;
      });
    });
  }
  if (mdn !== undefined) {
    const { originalRecipient, finalRecipient } = mdn;
    return [new NamedSummary(typedText(originalRecipient), typedText(finalRecipient))];
  }
  return (feedback?.originalRcptTo ?? []).map((value) => new NamedSummary({ type: 'rfc822', value }, null));
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
class MessageHeader implements HeaderSummary {
  readonly #field: FieldReader;

  constructor(field: FieldReader) {
    this.#field = field;
  }

  get messageId(): string | null {
    const value = this.#field('message-id');
    return value === undefined ? null : (/<[^<>]*>/.exec(value)?.[0] ?? value);
  }

  get subject(): string | null {
    return decoded(this.#field('subject'));
  }

  get from(): string | null {
    return decoded(this.#field('from'));
  }

  get to(): string | null {
    return decoded(this.#field('to'));
  }

  get date(): string | null {
    return this.#field('date') ?? null;
  }

  toJSON(): HeaderSummary {
    return plainHeader(this);
  }
}

function decoded(value: string | undefined): string | null {
  return value?.includes('=?') === true ? decodeHeaderText(value) : (value ?? null);
}

function readDate(text: string | undefined): Date | undefined {
  try {
    return text === undefined ? undefined : parseDate(text).date;
  } catch {
    return undefined;
  }
}
