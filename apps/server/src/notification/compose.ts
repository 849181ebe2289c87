import { formatDate, mtaName, type DeliveryStatus, type RecipientFields } from '@dsnkit/delivery-status';
import {
  globalRecipientFields,
  messageFields,
  recipientFields,
  reportEnvelope,
  statusOf,
  type Entry,
  type ReturnedContent,
} from '@dsnkit/dsn-policy';
import {
  formatParameters,
  parseParameters,
  readMailParameters,
  type EsmtpParameter,
  type MailParameters,
  type RcptParameters,
} from '@dsnkit/esmtp-parameters';
import {
  cutHeaders,
  deriveBoundary,
  formatReport,
  ReportError,
  splitHeader,
  type Report,
} from '@dsnkit/multipart-report';
import type { Message, Recipient } from '../model.ts';
import { hasEightBit } from './eight-bit.ts';
import { displayName } from './encoded-words.ts';
import { htmlText } from './html.ts';
import { chooseTexts, type Languages } from './language.ts';
import { writeLetter, type Told } from './letter.ts';
import { plainText } from './plain.ts';
import { boundedReply } from './reply.ts';
import type { Texts } from './texts/texts.ts';
import { threadFields } from './thread.ts';
import { visible } from './visible.ts';

/** A recipient of the message that the report is about, with what its RCPT command asked for. */
export type ReportedRecipient = Pick<Recipient, 'address' | 'shownAs'> & {
  readonly rcpt: RcptParameters;
  /** What this server says of the last failure, if no remote system did. */
  readonly reason?: string;
};

/** What a report is made of. */
export interface ReportInput {
  /** The message that it is about. */
  readonly message: Message;
  /** Those who are to be named, from `decideNotifications`; nobody else is. */
  readonly entries: readonly [Entry<ReportedRecipient>, ...Entry<ReportedRecipient>[]];
  readonly returned: ReturnedContent;
  /** The content of the message: whole if it is to be returned whole, else its header at least. Empty if it is lost. */
  readonly original: Uint8Array;
  /** The name of this server. */
  readonly hostname: string;
  readonly nowMs: number;
  /** Queue id of the report. Its Message-ID and its boundary are made from it. */
  readonly reportId: string;
  /** How it speaks to people. */
  readonly style: ReportStyle;
}

/** How reports speak to people. */
export interface ReportStyle {
  readonly languages: Languages;
  /** Beside the plain text stands the same in HTML. */
  readonly html: boolean;
}

/** A report, ready for the queue. */
export interface ComposedReport {
  readonly message: Message;
  /** Its only recipient; where it goes is for the router. */
  readonly recipient: Omit<Recipient, 'destination'>;
  readonly content: Uint8Array;
  readonly subject: string;
  readonly texts: Texts;
}

/**
 * Composes the report that is owed to the sender of a message.
 *
 * It goes from `<>` to the reverse-path with NOTIFY=NEVER (RFC 3461 §6.1), says what RFC 3461 §6.2 and §6.3 ask for,
 * and stands in the thread of the message. The global forms of RFC 6533 are used if the message came with SMTPUTF8.
 * Whatever strangers wrote into the message or a reply, the report is well-formed.
 *
 * @returns undefined if the message has a null reverse-path: nothing may be reported then (RFC 3461 §5.2)
 */
export function composeReport(input: ReportInput): ComposedReport | undefined {
  const { message, reportId, nowMs } = input;
  const received = parseParameters(message.mailParameters);
  const envelope = reportEnvelope(message.reversePath, received);
  if (envelope === undefined) return undefined;
  const mail = readMailParameters(received);
  const texts = chooseTexts(input.style.languages, splitHeader(input.original).headers);
  const path = returnPathOf(input, mail, envelope.forwardPath);
  const report = makeReport(input, { mail, path, texts, to: envelope.forwardPath });
  const content = formatSafely(report, path, reportId);
  return {
    message: {
      id: reportId,
      reversePath: envelope.reversePath,
      mailParameters: formatParameters([
        ...envelope.mailParameters,
        ...contentParameters(content, path, envelope.forwardPath),
      ]),
      arrivedAtMs: nowMs,
      origin: 'report',
      sizeOctets: content.length,
    },
    recipient: {
      n: 0,
      address: envelope.forwardPath,
      parameters: formatParameters(envelope.rcptParameters),
      attempts: 0,
      dueAtMs: nowMs,
      retryAtMs: nowMs,
      delayReported: false,
    },
    content,
    subject: report.headers.find(({ name }) => name === 'Subject')?.value ?? '',
    texts,
  };
}

type ReturnPath = '7bit' | '8bit' | 'smtputf8';

/**
 * The way back is taken to be able to do what the way here could: nothing else is known of it. No more is asked of it than
 * this report needs, whose own words can always be written in 7 bits.
 */
function returnPathOf(input: ReportInput, mail: MailParameters, address: string): ReturnPath {
  const { entries, returned, original } = input;
  const eightBit = hasEightBit(returned === 'full-message' ? original : cutHeaders(original));
  const named = entries.flatMap(({ recipient, outcome: { remote } }) => [
    recipient.shownAs ?? recipient.address,
    recipient.rcpt.orcpt?.address ?? '',
    ...(remote === undefined ? [] : [remote.mta, remote.recipient ?? '', ...remote.lines]),
  ]);
  if (!isAscii(address) || (mail.smtputf8 && (eightBit || !named.every(isAscii)))) return 'smtputf8';
  return eightBit && returned === 'full-message' && mail.body === '8BITMIME' ? '8bit' : '7bit';
}

/** What was decided before a report is made. */
interface Frame {
  readonly mail: MailParameters;
  readonly path: ReturnPath;
  readonly texts: Texts;
  readonly to: string;
}

function makeReport(input: ReportInput, { mail, path, texts, to }: Frame): Report {
  const { message, hostname, nowMs, reportId, original, returned, style } = input;
  const { headers } = splitHeader(original);
  const told = input.entries.map((entry) => tell(entry, message, { path, among: input.entries.length }));
  const [first, ...rest] = told.map((each) => each.fields);
  if (first === undefined) throw new TypeError('a report needs a recipient to speak of');
  const letter = writeLetter(texts, hostname, headers, told);
  const html = style.html ? { html: htmlText(letter) } : {};
  return {
    headers: [
      { name: 'From', value: `${displayName(texts.sender)} <MAILER-DAEMON@${hostname}>` },
      { name: 'To', value: `<${to}>` },
      { name: 'Subject', value: letter.subject },
      { name: 'Date', value: formatDate(new Date(nowMs)) },
      { name: 'Message-ID', value: `<${reportId}@${hostname}>` },
      ...threadFields(headers),
      { name: 'Auto-Submitted', value: 'auto-replied' },
    ],
    humanReadable: { text: plainText(letter), ...html, language: letter.language },
    deliveryStatus: { message: fieldsOfMessage(message, mail, hostname), recipients: [first, ...rest] },
    // RFC 6522 §3: a report may do without the original.
    ...(original.length === 0 ? {} : { returned: returnedPart(returned, original) }),
  };
}

function returnedPart(returned: ReturnedContent, original: Uint8Array): NonNullable<Report['returned']> {
  if (returned === 'full-message') return { kind: 'message', octets: original };
  return { kind: 'headers', octets: cutHeaders(original) };
}

function fieldsOfMessage(message: Message, mail: MailParameters, hostname: string): DeliveryStatus['message'] {
  const { by } = mail;
  const fields = messageFields(
    { reversePath: message.reversePath, mail },
    {
      hostname,
      arrivalDate: new Date(message.arrivedAtMs),
      queueId: message.id,
      ...(by === undefined ? {} : { deliverByDate: new Date(message.arrivedAtMs + by.seconds * 1000) }),
    },
  );
  const { client } = message;
  if (client === undefined || !/^[!-'*-[\]-~]{1,255}$/.test(client.name)) return fields;
  // RFC 3464 §2.2.4: the name as the client gave it, with its network address in a comment.
  const { type, value } = mtaName(client.name);
  const address = client.address.replace(/[^0-9a-z.:%]/gi, '').slice(0, 64);
  return { ...fields, receivedFromMta: { type, value: `${value} (${address})` } };
}

function tell(
  { recipient, action, outcome }: Entry<ReportedRecipient>,
  message: Message,
  { path, among }: { readonly path: ReturnPath; readonly among: number },
): Told {
  const { remote } = outcome;
  const entry = {
    action,
    recipient: { ...recipient, address: recipient.shownAs ?? recipient.address },
    outcome: remote === undefined ? outcome : { ...outcome, remote: boundedReply(remote, among) },
  };
  const fields = path === 'smtputf8' ? globalRecipientFields(entry) : recipientFields(entry);
  const { retryUntil } = outcome;
  const own = recipient.reason === undefined || remote !== undefined ? {} : { reason: visible(recipient.reason, 500) };
  return {
    entry,
    fields: withReason(fitting(fields), own.reason),
    facts: {
      action,
      status: statusOf(action, outcome),
      forwarded: recipient.shownAs !== undefined && recipient.shownAs !== recipient.address,
      arrived: new Date(message.arrivedAtMs),
      ...(retryUntil === undefined ? {} : { retryUntil }),
      ...own,
    },
  };
}

/** `\x{…}` forms can make an ORCPT longer than a line may be; the field can't be folded and must not be cut. */
function fitting(fields: RecipientFields): RecipientFields {
  const { originalRecipient, ...rest } = fields;
  return originalRecipient !== undefined && originalRecipient.value.length > 900 ? rest : fields;
}

/** Our own words are no Diagnostic-Code of type smtp (RFC 3461 §9.2), but whoever looks after this server needs them. */
function withReason(fields: RecipientFields, reason: string | undefined): RecipientFields {
  if (reason === undefined) return fields;
  const value = reason.replace(/[^\u0020-\u007e]/g, '?').trim();
  return value === '' ? fields : { ...fields, extensions: [{ name: 'X-Dsnkit-Reason', value }] };
}

/** Formats with a boundary that occurs nowhere; a second one is looked for only if the first was foreseen by someone. */
function formatSafely(report: Report, returnPath: ReturnPath, seed: string): Uint8Array {
  const options = { returnPath, smtputf8: returnPath === 'smtputf8' };
  const { text = '', html = '' } = report.humanReadable;
  const contents = [text, html, report.returned?.octets ?? ''];
  try {
    return formatReport(report, { ...options, boundary: deriveBoundary(seed, contents) });
  } catch (error) {
    if (!(error instanceof ReportError && error.code === 'boundary-collision')) throw error;
    const status = JSON.stringify(report.deliveryStatus);
    return formatReport(report, { ...options, boundary: deriveBoundary(seed, [...contents, status]) });
  }
}

/** BODY and SMTPUTF8 for the report itself: only what its octets need. */
function contentParameters(content: Uint8Array, path: ReturnPath, address: string): readonly EsmtpParameter[] {
  const eightBit = hasEightBit(content);
  return [
    ...(eightBit ? [{ keyword: 'BODY', value: '8BITMIME' }] : []),
    ...(path === 'smtputf8' && (eightBit || !isAscii(address)) ? [{ keyword: 'SMTPUTF8' }] : []),
  ];
}

function isAscii(text: string): boolean {
  return !/[^\u0000-\u007f]/.test(text);
}
