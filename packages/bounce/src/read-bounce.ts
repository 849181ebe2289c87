import { plainMtaName } from '@dsnkit/delivery-status';
import type { ParsedReport } from '@dsnkit/multipart-report';
import { classifyHeaders } from '@dsnkit/multipart-report/message';
import type { HeaderSignals } from './header-signals.ts';
import { openMail, type Mail } from './mail.ts';
import { findReturned, originalInText, originalOf } from './original.ts';
import { readFieldsInText } from './readers/fields.ts';
import { readJson } from './readers/json.ts';
import { readReport } from './readers/report.ts';
import { isDelay, readText } from './readers/text.ts';
import { readComplaint } from './readers/complaint.ts';
import { addressesOf } from './text/address.ts';
import { readClauses } from './text/grammar.ts';
import { readMarks, type Marks } from './text/marks.ts';
import { findReply, findStatus } from './text/reply.ts';
import { openWindow, type Window } from './text/window.ts';
import type { Bounce, BouncedRecipient, BounceKind, OriginalMessage } from './types.ts';

/**
 * Read any message that may be a bounce: who failed, why, for good or not, which message it was, what to do.
 *
 * Declared fields count first (RFC 3464 §2), then events in JSON, then fields in text, then the words of a known format,
 * then any words. Never throws; time is linear in the length of the message; of text for people 64 KiB are read.
 * A bare body without a header, and the JSON of a sending service, are read too.
 *
 * @example
 * const { kind, recipients } = readBounce(octets);
 * for (const { address, reason, permanence, advice } of recipients) console.log(kind, address, reason, permanence, advice);
 */
export function readBounce(message: Uint8Array): Bounce {
  const mail = openMail(message);
  const { report } = mail.opened;
  return (report === undefined ? undefined : fromReport(report, mail)) ?? fromWords(mail);
}

/** A report of any kind that could be read; one without recipients is left to the readers of words. */
function fromReport(report: ParsedReport, mail: Mail): Bounce | undefined {
  const { kind, deliveryStatus, returned } = report;
  const original = originalOf(returned ?? {}, deliveryStatus?.message.originalEnvelopeId);
  if (kind === 'feedback' || kind === 'mdn') {
    const recipients = kind === 'feedback' ? readComplaint(report, mail) : [];
    return { kind, isBounce: false, format: kind, recipients, original, report };
  }
  if (deliveryStatus === undefined) return undefined;
  const recipients = readReport(report, mail);
  if (recipients.length === 0) return undefined;
  const { reportingMta } = deliveryStatus.message;
  return {
    kind: 'dsn',
    isBounce: hasFailure(recipients),
    format: 'delivery-status',
    recipients,
    original,
    ...(reportingMta === undefined ? {} : { reportingHost: plainMtaName(reportingMta) }),
    report,
  };
}

function fromWords(mail: Mail): Bounce {
  const { report } = mail.opened;
  const window = openWindow(mail);
  const json = readJson(window);
  if (json !== undefined) {
    const { kind, name: format, ...said } = json;
    return { kind, isBounce: kind === 'bounce', format, ...said };
  }
  const bounce = fromText(window, mail);
  return report === undefined ? bounce : { ...bounce, report };
}

/** Fields of a delivery status in the text count first, then the words around addresses. */
function fromText(window: Window, mail: Mail): Bounce {
  const marks = readMarks(window.text);
  const original = readOriginal(window, marks, mail);
  const likely = mayBounce(mail, marks, window.text);
  if (likely || mail.opened.report?.kind === 'dsn' || headerScore(mail.signals) > 0) {
    const fields = readFieldsInText(window, marks.end, mail);
    if (fields !== undefined) {
      const { recipients } = fields;
      return { kind: kindOf(recipients), isBounce: hasFailure(recipients), format: 'fields', original, ...fields };
    }
  }
  const format = marks.format?.name ?? 'words';
  const recipients = likely ? readText(window, marks, mail, addressesOf((original.to ?? '').slice(0, 2000))) : [];
  if (recipients.length > 0) {
    const kind = isDelay(marks, mail.signals.subject) ? 'delay' : kindOf(recipients);
    return { kind, isBounce: hasFailure(recipients), format, recipients, original };
  }
  const kind = likely && marks.format !== undefined ? 'bounce' : kindWithoutRecipients(mail, marks);
  // A letter that quotes another one is about neither.
  const about = kind === 'bounce' || kind === 'dsn' ? original : {};
  return { kind, isBounce: kind === 'bounce', format, recipients, original: about };
}

/**
 * Both the header and the words must speak for it. Words that no table holds as a whole need a subject that does, or a
 * refusal that is quoted. A bare body has only words: those of a format, or two of that it failed, that it is late, and why.
 */
function mayBounce({ opened, signals }: Mail, marks: Marks, text: string): boolean {
  const { format, failure, delay, success, inOtherWords } = marks;
  const isSaid = failure || delay;
  if (opened.headers.length === 0)
    return format !== undefined || (failure && delay) || (isSaid && givesReason(text, marks));
  if (signals.answersOrForwards || (format === undefined && isAboutElse(signals, marks, text))) return false;
  const header = headerScore(signals);
  // Nothing but a mail system sets this field.
  if (signals.failedRecipients.length > 0 && header >= 4) return true;
  if (signals.fromMailSystem && signals.subjectSaysBounce && signals.nullReturnPath) return true;
  if (header >= 2 && signals.subjectSaysBounce && (isSaid || givesReason(text, marks))) return true;
  const words = (format === undefined ? 0 : 2) + ((isSaid && !inOtherWords) || success ? 1 : 0);
  if (header >= 2 ? words > 0 : header > 0 && words > 1) return true;
  return header > 0 && (header > 2 || isSaid) && quotesRefusal(text, marks);
}

/** What people write to lists, and carriers to whom they missed, is often about things that were not delivered. */
function isAboutElse(
  { postedToList, fromMailSystem, nullReturnPath }: HeaderSignals,
  { end }: Marks,
  text: string,
): boolean {
  if (postedToList) return true;
  return !fromMailSystem && !nullReturnPath && PARCELS.test(text.slice(0, Math.min(end, LONGEST_LOOK)));
}

const PARCELS =
  /\b(?:packages?|parcels?|shipments?|courier|tracking (?:number|code|id)|pakete?s?|sendungs(?:nummer|verfolgung)|colis|paquete)\b/i;

/** A reply or a status of a server stands in the text. */
function quotesRefusal(text: string, { end }: Marks): boolean {
  const to = Math.min(end, LONGEST_LOOK);
  return findReply(text, 0, to) !== undefined || findStatus(text, 0, to) !== undefined;
}

/** A refusal is quoted, or words name a reason. */
function givesReason(text: string, marks: Marks): boolean {
  if (quotesRefusal(text, marks)) return true;
  return (readClauses(text, 0, Math.min(marks.end, LONGEST_LOOK))?.weight ?? 0) > 1;
}

const LONGEST_LOOK = 8000;

function headerScore({ fromMailSystem, failedRecipients, subjectSaysBounce, nullReturnPath }: HeaderSignals): number {
  return (
    (fromMailSystem ? 2 : 0) +
    (failedRecipients.length > 0 ? 2 : 0) +
    (subjectSaysBounce ? 2 : 0) +
    (nullReturnPath ? 1 : 0)
  );
}

function kindWithoutRecipients({ opened, signals }: Mail, { challenge }: Marks): BounceKind {
  if (opened.report?.deliveryStatus !== undefined) return 'dsn';
  if (challenge && !signals.answersOrForwards) return 'challenge';
  return classifyHeaders(opened.headers);
}

function kindOf(recipients: readonly BouncedRecipient[]): BounceKind {
  if (recipients.some(({ action }) => action === 'failed')) return 'bounce';
  return recipients.some(({ action }) => action === 'delayed') ? 'delay' : 'success';
}

function hasFailure(recipients: readonly BouncedRecipient[]): boolean {
  return recipients.some(({ action }) => action === 'failed');
}

function readOriginal(window: Window, { end }: Marks, { opened }: Mail): OriginalMessage {
  const returned = findReturned(opened);
  if (returned !== undefined) return originalOf(returned);
  return originalInText(window.text, end);
}
