import { readAttached } from '@dsnkit/multipart-report/message';
import { namesMailSystem } from './header-signals.ts';
import { openMail } from './mail.ts';
import { readBounce } from './read-bounce.ts';
import { findQuotations } from './text/quoted.ts';
import { openWindow } from './text/window.ts';

/** A message that came inside of another one, whose writer asks about it. */
export interface ForwardedMessage {
  /**
   * As it was attached; or, where it was quoted, its words in UTF-8 below the fields that were quoted with them: From, To, Cc,
   * Subject and Date in English.
   */
  readonly octets: Uint8Array;
  /** The line of the outermost message in which it begins, from 1; undefined where a transfer encoding hides its lines. */
  readonly line: number | undefined;
  /** It stands among the words of the other one: no longer to the octet as it was. */
  readonly quoted: boolean;
}

/** Who hands on what was handed on quotes what quotes. */
const MAX_DEPTH = 3;

/**
 * Read the messages that people forward to whoever may explain them: those that are attached (RFC 2046 §5.2.1); where none of
 * them tells anything, those that are quoted in the words: below a header that the mail program put there, below words that
 * name a mail system as the writer, or by marks (`> `) alone where they are a bounce beyond doubt.
 *
 * {@link readBounce} itself takes a mail that quotes a bounce for none, since nothing came back by it. Never throws; time is
 * linear in the length of the message; of text for people 64 KiB are read.
 *
 * @param read gives what a message tells; where it is undefined, the messages in that one are read, at most three deep
 * @example
 * const bounces = readForwarded(octets, (forwarded) => {
 *   const bounce = readBounce(forwarded.octets);
 *   return bounce.kind === 'other' ? undefined : bounce;
 * });
 */
export function readForwarded<T>(
  message: Uint8Array,
  read: (forwarded: ForwardedMessage) => T | undefined,
): readonly T[] {
  const attached = readAttached(message, (one) => read({ ...one, quoted: false }));
  if (attached.length > 0) return attached;
  const told: T[] = [];
  const visit = (octets: Uint8Array, outerLine: number | undefined, depth: number): void => {
    for (const { octets: inner, line, hasHeader } of quotedIn(octets)) {
      const forwarded = { octets: inner, line: outerLine ?? line, quoted: true };
      const one = hasHeader || isSurelyBounce(inner) ? read(forwarded) : undefined;
      if (one !== undefined) told.push(one);
      else if (depth < MAX_DEPTH) visit(inner, forwarded.line, depth + 1);
    }
  };
  visit(message, undefined, 1);
  return told;
}

/** People quote all kinds of texts about mail: where nothing says who wrote, the words must leave no doubt. */
function isSurelyBounce(octets: Uint8Array): boolean {
  return readBounce(octets).recipients.some(({ confidence }) => confidence !== 'low');
}

interface Quoted {
  readonly octets: Uint8Array;
  readonly line: number;
  readonly hasHeader: boolean;
}

function quotedIn(octets: Uint8Array): readonly Quoted[] {
  const { text, place } = openWindow(openMail(octets));
  return findQuotations(text, namesMailSystem).map(({ start, message, hasHeader }) => ({
    hasHeader,
    octets: new TextEncoder().encode(message),
    line: place(start).line,
  }));
}
