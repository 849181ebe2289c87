import type { Field } from '@dsnkit/delivery-status';
import { decodeHeaderText, type MimePart, type ReturnedHeader } from '@dsnkit/multipart-report';
import type { OpenedMessage } from '@dsnkit/multipart-report/message';
import type { OriginalMessage } from './types.ts';

/** What the returned part of a message says of the original one; `undefined` if there is no such part. */
export function findReturned(opened: OpenedMessage): ReturnedHeader | undefined {
  const part = returnedPart(opened.root);
  return part === undefined ? undefined : opened.returned(part);
}

function returnedPart(part: MimePart): MimePart | undefined {
  for (const inner of part.parts) {
    const found = isReturned(inner.mediaType) ? inner : returnedPart(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isReturned(mediaType: string): boolean {
  return (
    mediaType === 'message/rfc822' ||
    mediaType === 'text/rfc822-headers' ||
    mediaType === 'message/global' ||
    mediaType === 'message/rfc822-headers'
  );
}

/** The identity that a header gives. */
export function originalOf(
  { messageId, subject, from, to, date }: OriginalMessage,
  envelopeId?: string,
): OriginalMessage {
  return compact({ messageId, envelopeId, subject, from, to, date });
}

/** Lines that are looked at for the header of the original message. */
const MOST_LINES = 400;

/** The identity that the original message gives where it stands in the text itself, from `from` on. */
export function originalInText(text: string, from: number): OriginalMessage {
  const fields: Field[] = [];
  let at = from;
  for (let lines = 0; lines < MOST_LINES && at < text.length; lines++) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const field = mayBegin(text, at) ? FIELD.exec(text.slice(at, Math.min(end, at + 1000))) : null;
    if (field !== null)
      fields.push({ name: (field[1] ?? '').toLowerCase(), value: `${field[2] ?? ''}${continuation(text, end)}` });
    // A blank line after fields ends the header; before them it ends what introduces it.
    else if (end === at && fields.length > 1) break;
    at = end + 1;
  }
  const value = (name: string): string | undefined => fields.find((field) => field.name === name)?.value.trim();
  const read = (name: string): string | undefined => {
    const raw = value(name);
    return raw === undefined ? undefined : decodeHeaderText(raw);
  };
  const messageId = /<[^<>\s]+>/.exec(value('message-id') ?? '')?.[0];
  return compact({ messageId, subject: read('subject'), from: read('from'), to: read('to'), date: read('date') });
}

/** Behind blanks and marks of quotation one of the letters that those names begin with. */
function mayBegin(text: string, from: number): boolean {
  let at = from;
  let code = text.charCodeAt(at);
  while ((code === 32 || code === 9 || code === 62) && at < from + 40) code = text.charCodeAt(++at);
  return INITIALS.includes(code | 32);
}

const INITIALS = Array.from('msftd', (letter) => letter.charCodeAt(0));

const FIELD = /^[ \t>]*(message-id|subject|from|to|date)[ \t]*:[ \t]?(.*)$/is;

/** The line after, if it goes on with the field. */
function continuation(text: string, end: number): string {
  const code = text.charCodeAt(end + 1);
  if (code !== 32 && code !== 9) return '';
  const stop = text.indexOf('\n', end + 1);
  const line = text.slice(end + 1, stop < 0 ? Math.min(text.length, end + 1000) : Math.min(stop, end + 1000));
  return /^\s+[\w-]+:/.test(line) ? '' : line;
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };

/** Without what is not known. */
function compact(original: Loose<OriginalMessage>): OriginalMessage {
  const known: Record<string, string> = {};
  for (const [key, value] of Object.entries<string | undefined>(original)) {
    if (value !== undefined && value !== '') known[key] = value;
  }
  return known;
}
