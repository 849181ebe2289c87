import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import { filesOf, type InputFile } from './files.ts';
import { isMbox, MboxSplitter } from './mbox.ts';
import { reasonOf } from './reason.ts';
import type { Room } from './room.ts';

/** One message of the input. */
export interface InputMessage {
  /** The file as named on the command line or found below it; `-` is the standard input. */
  readonly file: string;
  /** Place in an mbox, from 1; absent for a file of one message. */
  readonly index?: number;
  /** Place among the reports that are forwarded in the message there, from 1; absent for that message itself. */
  readonly attached?: number;
  /** It stands there among the words. */
  readonly quoted?: true;
  readonly octets: Uint8Array;
  /** It is longer than what is kept of one. */
  readonly cut?: true;
}

/** Where messages come from. */
export interface Input {
  /** Standard input. */
  readonly stdin: () => AsyncIterable<Uint8Array>;
  /** Told of each file that can't be read, as one line; the others are read all the same. */
  readonly complain: (message: string) => void;
}

/** Files up to this size are read in one go. */
export const WHOLE_OCTETS = 8 * 2 ** 20;
const LF = 10;
const CR = 13;
const CHUNK_OCTETS = 2 ** 20;
const MAX_MESSAGE_OCTETS = 64 * 2 ** 20;

/**
 * The messages of files, mbox files, Maildir folders and other folders, and of standard input (`-`); any of the files
 * may be gzipped. Memory is bounded by the longest message.
 */
export async function* readMessages(paths: readonly string[], input: Input): AsyncGenerator<InputMessage> {
  for (const file of filesOf(paths, input.complain)) {
    const whole = isSmall(file) ? readWhole(file.path, input.complain) : undefined;
    if (whole === undefined) yield* streamMessages(file, input);
    else yield* whole;
  }
}

/** Whether {@link readWhole} may read it. */
export function isSmall({ path, size }: InputFile): boolean {
  return size !== undefined && size <= (path.endsWith('.gz') ? WHOLE_OCTETS / 8 : WHOLE_OCTETS);
}

/**
 * The messages of a file that is read in one go; undefined if it unpacks to more than that is good for.
 *
 * @param room they are kept in it until it is used again; without it they stay
 */
export function readWhole(
  file: string,
  complain: (message: string) => void,
  room?: Room,
): readonly InputMessage[] | undefined {
  try {
    const octets = room?.read(file) ?? readFileSync(file);
    return split(file, isGzip(octets) ? gunzipSync(octets, { maxOutputLength: MAX_MESSAGE_OCTETS }) : octets);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    complain(`${file}: ${faultOf(error)}`);
    return [];
  }
}

function split(file: string, from: Uint8Array): readonly InputMessage[] {
  const text = fromUtf16(from);
  const octets = isMacMbox(text) ? text.map((octet) => (octet === CR ? LF : octet)) : text;
  if (!isMbox(octets)) return [{ file, octets }];
  const splitter = new MboxSplitter();
  return [...splitter.push(octets), ...splitter.end()].map((message, at) => ({ file, index: at + 1, octets: message }));
}

/** QUIRK: a message that went through a text editor or a shell of Windows, with its byte order mark. */
function fromUtf16(octets: Uint8Array): Uint8Array {
  const isLittle = octets[0] === 0xff && octets[1] === 0xfe;
  if (!isLittle && !(octets[0] === 0xfe && octets[1] === 0xff)) return octets;
  return Buffer.from(new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be', { ignoreBOM: true }).decode(octets));
}

/** QUIRK: an mbox in which lines end with CR alone, as mail programs of the old Macintosh wrote it. */
function isMacMbox(octets: Uint8Array): boolean {
  return (
    !octets.includes(LF) && octets.includes(CR) && Buffer.from(octets.subarray(0, 5)).toString('latin1') === 'From '
  );
}

/** The messages of a file of any size, or of standard input. */
export async function* streamMessages(file: InputFile, input: Input): AsyncGenerator<InputMessage> {
  try {
    yield* splitStream(file.path, gunzipped(chunksOf(file.path, input)));
  } catch (error) {
    input.complain(`${file.path}: ${faultOf(error)}`);
  }
}

async function* splitStream(file: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<InputMessage> {
  let index = 0;
  let splitter: MboxSplitter | undefined;
  const start: Uint8Array[] = [];
  let size = 0;
  let cut = false;
  for await (const chunk of chunks) {
    if (splitter === undefined) {
      if (size <= MAX_MESSAGE_OCTETS) start.push(chunk);
      else cut = true;
      const known = size >= 1024;
      size += chunk.length;
      if (known || size < 1024) continue;
      const octets = Buffer.concat(start);
      if (!isMbox(octets)) continue;
      splitter = new MboxSplitter();
      for (const message of splitter.push(octets)) yield { file, index: ++index, octets: message };
    } else {
      for (const message of splitter.push(chunk))
        yield { file, index: ++index, octets: message, ...(splitter.cut && { cut: true }) };
    }
  }
  if (splitter !== undefined)
    for (const message of splitter.end())
      yield { file, index: ++index, octets: message, ...(splitter.cut && { cut: true }) };
  else for (const message of split(file, Buffer.concat(start))) yield { ...message, ...(cut && { cut }) };
}

async function* chunksOf(file: string, input: Input): AsyncGenerator<Uint8Array> {
  if (file === '-') {
    yield* input.stdin();
    return;
  }
  const descriptor = openSync(file, 'r');
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafeSlow(CHUNK_OCTETS);
      const length = readSync(descriptor, chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** The same octets, or what they pack if they begin as gzip does. RFC 1952. */
async function* gunzipped(chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const first = await firstOctets(chunks);
  const all = prepend(first, chunks);
  if (!isGzip(first)) {
    yield* all;
    return;
  }
  const unpacked = createGunzip();
  // Who reads `unpacked` is told what went wrong.
  pipeline(Readable.from(all, { objectMode: false }), unpacked, () => undefined);
  yield* unpacked as AsyncIterable<Uint8Array>;
}

/** Enough to know gzip by. */
async function firstOctets(chunks: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  let first: Uint8Array = new Uint8Array(0);
  while (first.length < 2) {
    const next = await chunks.next();
    if (next.done === true) break;
    first = first.length === 0 ? next.value : Buffer.concat([first, next.value]);
  }
  return first;
}

async function* prepend(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

function isGzip(octets: Uint8Array): boolean {
  return octets[0] === 0x1f && octets[1] === 0x8b;
}

function faultOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_') ? `damaged gzip data (${(error as Error).message})` : reasonOf(error);
}
