import type { Action, SmtpReply } from '@dsnkit/delivery-status';
import type { Mail } from '../mail.ts';
import { judge, type Facts, type Words } from '../recipient.ts';
import { findLooseAddress, readBlocks, type Block, type Span } from '../text/blocks.ts';
import { findHost } from '../text/host.ts';
import { findCommand, type Marks } from '../text/marks.ts';
import { findReply, findStatus } from '../text/reply.ts';
import { exchangeFor, readTranscript, type Exchange } from '../text/transcript.ts';
import type { Window } from '../text/window.ts';
import type { BouncedRecipient, Confidence, Evidence } from '../types.ts';

/** What the readers of text share. */
interface Reading {
  readonly window: Window;
  readonly marks: Marks;
  readonly mail: Mail;
  readonly action: Action;
  readonly exchanges: readonly Exchange[];
  readonly confidence: Confidence;
}

/** Words before the first recipient, or behind the last one, that are looked at. */
const LONGEST_AROUND = 4000;

/** The recipients that a text for people names, with what it says of each. */
export function readText(window: Window, read: Marks, mail: Mail, to: readonly string[]): BouncedRecipient[] {
  const { signals } = mail;
  const marks = { ...read, end: endOfNews(window.text, read.end) };
  const action: Action =
    marks.success && !marks.failure ? 'delivered' : isDelay(marks, signals.subject) ? 'delayed' : 'failed';
  const reading: Reading = {
    window,
    marks,
    mail,
    action,
    exchanges: readTranscript(window.text, 0, marks.end),
    confidence: marks.format === undefined ? 'low' : 'medium',
  };
  const blocks = readBlocks(window.text, marks.end);
  const chosen = choose(blocks, reading, to);
  return chosen.map((block) => judge(factsOf(block, chosen.length, reading)));
}

/** Where a signature begins (RFC 3676 §4.3), or what Mailman puts below each message of a list; else `to`. */
function endOfNews(text: string, to: number): number {
  const at = text.search(/\n(?:-- |_{47})\n/);
  return at >= 0 && at < to && text.slice(0, at).trim() !== '' ? at + 1 : to;
}

/** A delay says that it goes on; failures mention delays only when they are over. */
export function isDelay({ delay }: Marks, subject: string): boolean {
  return delay && !/fail|undeliver|return/i.test(subject);
}

interface Chosen extends Block {
  readonly source: Evidence['source'];
}

/** A field of the header names the recipients; else the text; else the header of the original message. */
function choose(blocks: readonly Block[], { mail, marks, window: { text } }: Reading, to: readonly string[]): Chosen[] {
  const { signals } = mail;
  if (signals.failedRecipients.length > 0) {
    return signals.failedRecipients.map((address): Chosen => {
      const block = blocks.find((candidate) => candidate.address.toLowerCase() === address.toLowerCase());
      return block === undefined
        ? { address, at: 0, spans: [], source: 'header' }
        : { ...block, address, source: 'header' };
    });
  }
  const known = new Set([...signals.to, signals.from].map((address) => address.toLowerCase()));
  const others = blocks.filter(({ address }) => !known.has(address.toLowerCase()));
  const named = others.length > 0 ? others : blocks;
  if (named.length > 0) return named.map((block): Chosen => ({ ...block, source: 'text' }));
  if (marks.format === undefined && !marks.failure && !marks.delay && !signals.subjectSaysBounce) return [];
  const [original] = to;
  if (original !== undefined) return [{ address: original, at: marks.end, spans: [], source: 'conclusion' }];
  const loose = findLooseAddress(text, marks.end, (address) => known.has(address.toLowerCase()));
  return loose === undefined ? [] : [{ ...loose, source: 'text' }];
}

function factsOf(block: Chosen, count: number, reading: Reading): Facts {
  const { window, marks, mail, action, exchanges, confidence } = reading;
  const { text, place } = window;
  const exchange = exchangeFor(exchanges, block.address);
  const spans = spansOf(block, count, marks.end);
  const evidence: Evidence[] = [addressEvidence(block, window)];
  const found =
    exchange === undefined
      ? replyIn(text, spans, exchanges)
      : { reply: exchange.reply, at: exchange.at, words: exchange.text };
  if (found !== undefined)
    evidence.push({
      of: 'reply',
      source: 'text',
      ...place(found.at),
      by: exchange === undefined ? 'paragraph' : '<<<',
    });
  const command = commandIn(text, spans, exchange);
  if (command !== undefined) evidence.push({ of: 'command', source: 'text', ...place(command.at), by: command.stage });
  const words = wordsOf(block, spans, found, reading);
  words.push({ text: mail.signals.subject, evidence: (by) => ({ of: 'reason', source: 'header', by }) });
  return {
    address: block.address,
    action,
    reply: found?.reply,
    status: statusIn(text, spans, found?.reply),
    words,
    command: command?.stage,
    host: spans.map(({ start, end }) => findHost(text, start, end)).find((host) => host !== undefined),
    usual: marks.format?.reason,
    permanent: marks.permanent,
    gaveUp: marks.gaveUp,
    confidence: block.source === 'header' ? 'high' : confidence,
    evidence,
  };
}

/** The text about a recipient: its paragraphs; of a single one all the text, since nobody else is spoken of. */
function spansOf({ spans }: Chosen, count: number, end: number): readonly Span[] {
  if (spans.length === 0) return [{ start: 0, end: Math.min(end, LONGEST_AROUND) }];
  return count === 1 ? [...spans, { start: 0, end: Math.min(spans[0]?.start ?? 0, LONGEST_AROUND) }] : spans;
}

interface InText {
  readonly reply: SmtpReply;
  readonly at: number;
  readonly words: string;
}

/** The last paragraph about a recipient quotes the server; those before explain. */
function replyIn(text: string, spans: readonly Span[], exchanges: readonly Exchange[]): InText | undefined {
  for (const { start, end } of spans) {
    const found = findReply(text, start, end);
    if (found !== undefined) return { reply: found.reply, at: found.start, words: text.slice(found.start, found.end) };
  }
  const last = exchanges.at(-1);
  return last === undefined ? undefined : { reply: last.reply, at: last.at, words: last.text };
}

function statusIn(text: string, spans: readonly Span[], reply: SmtpReply | undefined): Facts['status'] {
  const digit = reply?.replyCode === undefined ? undefined : String(reply.replyCode).charAt(0);
  for (const { start, end } of spans) {
    const status = findStatus(text, start, end, digit);
    if (status !== undefined) return status;
  }
  return undefined;
}

function commandIn(
  text: string,
  spans: readonly Span[],
  exchange: Exchange | undefined,
): ReturnType<typeof findCommand> {
  // What a client concludes answers no command.
  if (exchange !== undefined && exchange.about === undefined) return { stage: exchange.stage, at: exchange.at };
  for (const { start, end } of spans) {
    const found = findCommand(text, start, end);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Words to look for the reason in: the reply, the paragraphs, and for a recipient with none of its own all before them. */
function wordsOf(
  { spans: own }: Chosen,
  spans: readonly Span[],
  found: InText | undefined,
  { window, marks }: Reading,
): Words[] {
  const { text, place } = window;
  const words: Words[] = [];
  const add = (start: number, said: string): void => {
    words.push({ text: said, evidence: (by, at = 0) => ({ of: 'reason', source: 'text', ...place(start + at), by }) });
  };
  if (found !== undefined) add(found.at, found.words);
  for (const { start, end } of spans) add(start, text.slice(start, end));
  if (own.length > 0) {
    const last = own.at(-1)?.end ?? 0;
    if (last < marks.end) add(last, text.slice(last, Math.min(marks.end, last + LONGEST_AROUND)));
    else if (found === undefined) add(0, text.slice(0, Math.min(own[0]?.start ?? 0, LONGEST_AROUND)));
  }
  return words;
}

function addressEvidence({ at, source }: Chosen, { place }: Window): Evidence {
  if (source === 'header') return { of: 'address', source, by: 'x-failed-recipients' };
  if (source === 'conclusion') return { of: 'address', source, ...place(at), by: 'to of the original message' };
  return { of: 'address', source, ...place(at), by: 'text' };
}
