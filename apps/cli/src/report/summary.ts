import { decodeUtf8AddrXtext } from '@dsnkit/xtext';
import { parseDiagnostic, type RecipientFields, type TypedValue } from '@dsnkit/delivery-status';
import { classifyMessage, parseReport, type MessageKind, type ParsedReport } from '@dsnkit/multipart-report';

/** What `dsn inspect --json` tells of one message. What is unknown is null. */
export interface Summary {
  readonly file: string;
  /** Place in an mbox, from 1. */
  readonly index: number | null;
  readonly kind: MessageKind;
  readonly report: ReportSummary | null;
  readonly recipients: readonly RecipientSummary[];
  readonly original: OriginalSummary | null;
  readonly issues: readonly IssueSummary[];
}

export interface ReportSummary {
  readonly reportType: string | null;
  readonly originalEnvelopeId: string | null;
  readonly reportingMta: TypedValue | null;
  readonly dsnGateway: TypedValue | null;
  readonly receivedFromMta: TypedValue | null;
  /** RFC 3339. */
  readonly arrivalDate: string | null;
}

export interface RecipientSummary {
  /** The plain address: of Final-Recipient, else of Original-Recipient. */
  readonly address: string | null;
  readonly originalRecipient: TypedValue | null;
  readonly finalRecipient: TypedValue | null;
  readonly action: string | null;
  readonly status: string | null;
  readonly remoteMta: TypedValue | null;
  readonly diagnostic: TypedValue | null;
  readonly replyCode: number | null;
  readonly lastAttemptDate: string | null;
  readonly willRetryUntil: string | null;
}

export interface OriginalSummary {
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly from: string | null;
  readonly to: string | null;
  /** As the message has it. */
  readonly date: string | null;
}

export interface IssueSummary {
  readonly code: string;
  readonly line: number | null;
  readonly field: string | null;
  readonly clause: string | null;
  readonly message: string;
  readonly repaired: string | null;
}

/** Reads one message. Never throws: a message that is no report has kind `other` or what else it is. */
export function summarize(octets: Uint8Array, file: string, index?: number): Summary {
  const report = parseReport(octets);
  return {
    file,
    index: index ?? null,
    kind: report?.kind ?? classifyMessage(octets),
    report: report === undefined ? null : reportSummary(report),
    recipients: recipientsOf(report),
    original: report?.returned === undefined ? null : originalOf(report.returned),
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

function reportSummary(report: ParsedReport): ReportSummary {
  const message = report.deliveryStatus?.message;
  return {
    reportType: report.reportType ?? null,
    originalEnvelopeId: message?.originalEnvelopeId ?? report.feedback?.originalEnvelopeId ?? null,
    reportingMta: message?.reportingMta ?? null,
    dsnGateway: message?.dsnGateway ?? null,
    receivedFromMta: message?.receivedFromMta ?? null,
    arrivalDate: isoDate(message?.arrivalDate),
  };
}

function recipientsOf(report: ParsedReport | undefined): RecipientSummary[] {
  return (report?.deliveryStatus?.recipients ?? []).map((recipient) => recipientSummary(recipient));
}

function recipientSummary(recipient: Partial<RecipientFields>): RecipientSummary {
  const { originalRecipient, finalRecipient, diagnosticCode } = recipient;
  return {
    address: plainAddress(finalRecipient) ?? plainAddress(originalRecipient) ?? null,
    originalRecipient: typed(originalRecipient),
    finalRecipient: typed(finalRecipient),
    action: recipient.action ?? null,
    status: recipient.status ?? null,
    remoteMta: typed(recipient.remoteMta),
    diagnostic: typed(diagnosticCode),
    replyCode: (diagnosticCode && parseDiagnostic(diagnosticCode).replyCode) ?? null,
    lastAttemptDate: isoDate(recipient.lastAttemptDate),
    willRetryUntil: isoDate(recipient.willRetryUntil),
  };
}

function originalOf(returned: NonNullable<ParsedReport['returned']>): OriginalSummary {
  return {
    messageId: returned.messageId ?? null,
    subject: returned.subject ?? null,
    from: returned.from ?? null,
    to: returned.to ?? null,
    date: returned.date ?? null,
  };
}

function typed(value: TypedValue | undefined): TypedValue | null {
  return value === undefined ? null : { type: value.type, value: value.value };
}

/** The address as one would write to it: without angle brackets, and beyond ASCII if the type says so (RFC 6533 §3). */
function plainAddress(recipient: TypedValue | undefined): string | undefined {
  if (recipient === undefined) return undefined;
  const bare = /^<([^<>]*)>$/.exec(recipient.value.trim())?.[1] ?? recipient.value.trim();
  if (bare === '') return undefined;
  if (recipient.type.toLowerCase() !== 'utf-8') return bare;
  try {
    return decodeUtf8AddrXtext(bare);
  } catch {
    return bare;
  }
}

function isoDate(date: Date | undefined): string | null {
  return date === undefined || Number.isNaN(date.getTime()) ? null : date.toISOString();
}
