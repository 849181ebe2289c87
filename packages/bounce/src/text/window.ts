import type { MimePart } from '@dsnkit/multipart-report';
import type { Mail } from '../mail.ts';
import { plainText } from './html.ts';
import { asPasted } from './pasted.ts';

/** The words of a message for people, and where they stand in it. */
export interface Window {
  /** Lines end in LF. */
  readonly text: string;
  /** Where an offset of the text stands in the message. */
  readonly place: (offset: number) => Place;
}

/** A place in a message: of the octet itself, or of the part where a transfer encoding hides it. */
export interface Place {
  /** 0-based. */
  readonly offset: number;
  /** 1-based. */
  readonly line: number;
}

/** So much of the words is read: what matters stands before the original message, which comes last. */
const LONGEST_TEXT = 65_536;

/** It is within so many octets, whatever encoding it is in. */
const LONGEST_OCTETS = 16 * LONGEST_TEXT;

/** So many parts are joined. */
const MOST_PARTS = 8;

/** The words of a message: its text parts up to the original message, or what it is made of where it has no header. */
export function openWindow(mail: Mail): Window {
  const { opened } = mail;
  const parts = textParts(opened.root);
  const [first] = parts;
  if (first === undefined) return { text: '', place: () => ({ offset: 0, line: 1 }) };
  // QUIRK: bodies are handed over without a header: then the first paragraph has been skipped as no field.
  // So is JSON, whose first name has been read as one of a field.
  if (opened.headers.length === 0 || /^\s{0,100}[{[]/.test(opened.text.slice(0, 101)))
    return asPasted(windowOf(mail, { ...first, range: { ...first.range, bodyStart: 0 } }));
  if (parts.length === 1) return windowOf(mail, first);
  return joined(parts.map((part) => windowOf(mail, part)));
}

/** The window of one part. */
export function windowOf(mail: Mail, part: MimePart): Window {
  const { bodyStart, end } = part.range;
  const head = { ...part, range: { ...part.range, end: Math.min(end, bodyStart + LONGEST_OCTETS) } };
  const raw = mail.opened.partText(head).slice(0, LONGEST_TEXT);
  const html = part.mediaType === 'text/html';
  return { text: html ? plainText(raw) : raw, place: placer(mail, part, html ? undefined : raw) };
}

/**
 * Places in a part whose text has been read.
 *
 * @param text as {@link MimePart} has it; `undefined` if its lines are not those of the part
 */
export function placer({ opened, lines }: Mail, part: MimePart, text: string | undefined): Window['place'] {
  const start = part.range.bodyStart;
  const { transferEncoding } = part;
  const plain = transferEncoding === '7bit' || transferEncoding === '8bit' || transferEncoding === 'binary';
  return (offset) => {
    const firstLine = lines.lineAt(start);
    if (text === undefined || !plain) return { offset: start, line: firstLine };
    // Lines are the same in both, and columns where the part is ASCII.
    const line = firstLine + countLines(text, 0, offset);
    const column = offset - (text.lastIndexOf('\n', offset - 1) + 1);
    const lineStart = line === firstLine ? start : lines.startOf(line);
    return { offset: Math.min(lineStart + column, opened.text.length), line };
  };
}

/** How many lines end between two offsets. */
function countLines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function joined(windows: readonly Window[]): Window {
  const starts: number[] = [];
  let text = '';
  for (const window of windows) {
    starts.push(text.length);
    text += `${window.text}\n\n`;
  }
  return {
    text,
    place: (offset) => {
      const index = starts.findLastIndex((start) => start <= offset);
      return windows[index]?.place(offset - (starts[index] ?? 0)) ?? { offset: 0, line: 1 };
    },
  };
}

/** Text for people, in order, up to the part that holds the original message; of alternatives the plain one. */
function textParts(root: MimePart): MimePart[] {
  const plain: MimePart[] = [];
  const html: MimePart[] = [];
  collect(root, plain, html);
  return (plain.length > 0 ? plain : html).slice(0, MOST_PARTS);
}

/** Gives false once the original message has come. */
function collect(part: MimePart, plain: MimePart[], html: MimePart[]): boolean {
  if (part.parts.length > 0) return part.parts.every((inner) => collect(inner, plain, html));
  const { mediaType } = part;
  if (mediaType === 'message/rfc822' || mediaType === 'text/rfc822-headers' || mediaType === 'message/global')
    return false;
  if (mediaType === 'text/html') html.push(part);
  // QUIRK: labels such as `text/plain charset=…`, their semicolon lost, and multiparts of no known boundary.
  else if (/^(?:text|multipart)\/|^message\/delivery-status|^application\/json/.test(mediaType)) plain.push(part);
  return true;
}
