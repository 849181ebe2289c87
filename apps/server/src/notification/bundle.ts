import { formatDate } from '@dsnkit/delivery-status';
import { deriveBoundary } from '@dsnkit/multipart-report';
import { join } from '../queue/content.ts';
import type { ComposedReport } from './compose.ts';
import { hasEightBit } from './eight-bit.ts';
import { base64Lines, displayName, encodeWords } from './encoded-words.ts';
import { fill, type Texts } from './texts/texts.ts';
import { visible } from './visible.ts';
import { wrap } from './wrap.ts';

/** Reports of several messages that are due to one address. */
export interface BundleInput {
  readonly reports: readonly [ComposedReport, ...ComposedReport[]];
  readonly texts: Texts;
  readonly hostname: string;
  readonly id: string;
  readonly nowMs: number;
}

/** Subjects that are shown; the attached reports tell of all. */
const MOST_SHOWN = 100;

/**
 * Puts several reports into one message: a report tells of exactly one message (RFC 3464 §2), so each stays whole, as a
 * part of a multipart/digest (RFC 2046 §5.1.5) behind a text that names them.
 *
 * @returns the content; its envelope is that of the first report
 */
export function composeBundle({ reports, texts, hostname, id, nowMs }: BundleInput): Uint8Array {
  const [{ recipient, message }] = reports;
  const count = reports.length;
  const text = bundleText(texts, hostname, reports);
  const utf8 = /\bSMTPUTF8\b/i.test(message.mailParameters);
  const eightBit = reports.some(({ content }) => hasEightBit(content));
  const encoding = eightBit ? 'Content-Transfer-Encoding: 8bit\r\n' : '';
  const contents = [text, ...reports.map(({ content }) => content)];
  const [outer, inner] = [deriveBoundary(`${id}a`, contents), deriveBoundary(`${id}b`, contents)];
  const pieces: (string | Uint8Array)[] = [
    `From: ${phrase(texts.sender)} <MAILER-DAEMON@${hostname}>\r\n`,
    `To: <${recipient.address}>\r\n`,
    `Subject: ${encodeWords(bundleSubject(texts, count))}\r\n`,
    `Date: ${formatDate(new Date(nowMs))}\r\nMessage-ID: <${id}@${hostname}>\r\nAuto-Submitted: auto-replied\r\n`,
    `MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="${outer}"\r\n${encoding}\r\n`,
    `--${outer}\r\n${textPart(text, texts.language)}\r\n`,
    `--${outer}\r\nContent-Type: multipart/digest; boundary="${inner}"\r\n${encoding}`,
  ];
  const type = utf8 ? 'message/global' : 'message/rfc822';
  for (const { content } of reports) {
    pieces.push(`\r\n--${inner}\r\nContent-Type: ${type}\r\n${encoding}\r\n`, content);
  }
  pieces.push(`\r\n--${inner}--\r\n\r\n--${outer}--\r\n`);
  return joined(pieces);
}

/** The Subject of a message with so many reports, before it is encoded. */
export function bundleSubject(texts: Texts, count: number): string {
  return fill(texts.bundle.subject, { count });
}

/** Encoded words stand for themselves, never in quotes. RFC 2047 §5(3) */
function phrase(name: string): string {
  const words = encodeWords(name);
  return words === name ? displayName(name) : words;
}

function bundleText(texts: Texts, hostname: string, reports: BundleInput['reports']): string {
  const opening = fill(texts.bundle.opening, { hostname, count: reports.length });
  const shown = reports.slice(0, MOST_SHOWN).map(({ subject }) => wrap(visible(subject, 400), '  '));
  return `${[wrap(opening, ''), '', ...shown, ...(reports.length > MOST_SHOWN ? ['  ...'] : [])].join('\n')}\n`;
}

/** Always 7 bits, whatever the language. */
function textPart(text: string, language: string): string {
  const body = text.replaceAll('\n', '\r\n');
  const field = `Content-Language: ${language}\r\n`;
  if (!/[^\u0000-\u007f]/.test(body)) return `Content-Type: text/plain; charset=us-ascii\r\n${field}\r\n${body}`;
  const fields = `Content-Type: text/plain; charset=utf-8\r\n${field}Content-Transfer-Encoding: base64\r\n`;
  return `${fields}\r\n${base64Lines(new TextEncoder().encode(body))}`;
}

function joined(pieces: readonly (string | Uint8Array)[]): Uint8Array {
  const encoder = new TextEncoder();
  return join(pieces.map((piece) => (typeof piece === 'string' ? encoder.encode(piece) : piece)));
}
