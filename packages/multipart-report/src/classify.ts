import type { Field } from '@dsnkit/delivery-status';
import { decodeHeaderText } from './encoded-word.ts';
import { locate, type ReportKind } from './find.ts';
import { fieldValue } from './header.ts';
import { parseMediaType } from './media-type.ts';
import { readSource } from './source.ts';

/** What a message is, for a program that sorts its mail. */
export type MessageKind = Exclude<ReportKind, 'other'> | 'auto-reply' | 'other';

/**
 * Tell reports and automatic replies from other mail.
 *
 * Reports are known by their multipart/report (RFC 6522 §3), automatic replies by Auto-Submitted (RFC 3834 §5) or, where
 * that is missing, by the fields that vacation programs set.
 *
 * @example
 * classifyMessage(new TextEncoder().encode('Auto-Submitted: auto-replied\r\n\r\nI am on vacation.')); // 'auto-reply'
 */
export function classifyMessage(message: Uint8Array): MessageKind {
  const { root, found } = locate(readSource(message));
  const kind = found?.kind ?? 'other';
  if (kind !== 'other') return kind;
  return classifyHeaders(root.headers);
}

/**
 * Tell automatic replies from other mail by the header alone, for a message that is no report. RFC 3834 §5.
 *
 * @example
 * classifyHeaders([{ name: 'Subject', value: 'Out of office: back on Monday' }]); // 'auto-reply'
 */
export function classifyHeaders(headers: readonly Field[]): 'auto-reply' | 'other' {
  return isAutoReply(headers) ? 'auto-reply' : 'other';
}

/**
 * The keyword of the Auto-Submitted field in lower case, without comments and parameters.
 *
 *     auto-submitted-field = "Auto-Submitted:" [CFWS] ( "no" / "auto-generated" / "auto-replied" / extension ) opt-parameter-list [CFWS] CRLF
 *
 * `no` if there is no such field. Any other keyword means that no person sent the message. RFC 3834 §5.
 *
 * @example
 * autoSubmitted([{ name: 'Auto-Submitted', value: 'auto-replied (vacation); owner-email="a@example.org"' }]); // 'auto-replied'
 */
export function autoSubmitted(headers: readonly Field[]): string {
  const value = fieldValue(headers, 'auto-submitted');
  return value === undefined ? 'no' : parseMediaType(value).mediaType || 'no';
}

/** Subjects that vacation programs of large systems write before the subject they answer. */
const REPLY_SUBJECT =
  /^(?:out of (?:the )?office|auto(?:matic|mated)?[- ]?(?:reply|response|svar)|auto:|vacation|abwesenheit|automatische antwort|réponse automatique|respuesta automática|risposta automatica|automatisch antwoord|resposta automática|自動応答|自動返信)/i;

function isAutoReply(headers: readonly Field[]): boolean {
  const keyword = autoSubmitted(headers);
  if (keyword === 'auto-replied') return !isFromMailSystem(headers);
  if (isFromMailSystem(headers)) return false;
  if (fieldValue(headers, 'precedence')?.toLowerCase() === 'auto_reply') return true;
  if (
    ['x-autoreply', 'x-autorespond', 'x-autoreply-from', 'x-mail-autoreply', 'x-vacation'].some((name) =>
      saysYes(headers, name),
    )
  )
    return true;
  return REPLY_SUBJECT.test(decodeHeaderText(fieldValue(headers, 'subject') ?? ''));
}

function saysYes(headers: readonly Field[], name: string): boolean {
  const value = fieldValue(headers, name)?.toLowerCase();
  return value !== undefined && value !== 'no' && value !== 'false';
}

/** Bounces in no standard form carry auto-replied, too; who sent them gives them away. */
function isFromMailSystem(headers: readonly Field[]): boolean {
  if (fieldValue(headers, 'x-failed-recipients') !== undefined) return true;
  const from = fieldValue(headers, 'from')?.toLowerCase() ?? '';
  return from.includes('mailer-daemon') || from.includes('postmaster');
}
