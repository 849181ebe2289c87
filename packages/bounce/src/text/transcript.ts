import type { SmtpReply, SmtpStage } from '@dsnkit/delivery-status';
import { findAddress } from './address.ts';
import { readReply } from './reply.ts';

/** One refusal in a transcript of a session. */
export interface Exchange {
  readonly stage: SmtpStage;
  /** The recipient, if the command was RCPT. */
  readonly address?: string;
  /** The recipient that the client concludes on, as sendmail does in `554 <ann@example.org>... Host unknown`. */
  readonly about?: string;
  readonly reply: SmtpReply;
  /** The reply as it stands. */
  readonly text: string;
  readonly at: number;
}

/** Refusals beyond these are not read. */
const MOST_EXCHANGES = 200;

/** Read the refusals in a transcript: `>>>` before what was sent, `<<<` before what came back. */
export function readTranscript(text: string, from: number, to: number): Exchange[] {
  const exchanges: Exchange[] = [];
  if (!text.includes('<<<', from)) return exchanges;
  let stage: SmtpStage = 'connect';
  let address: string | undefined;
  let next = from;
  for (let at = from; at < to && exchanges.length < MOST_EXCHANGES; at = next) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 || newline > to ? to : newline;
    next = end + 1;
    const sent = markAfter(text, at, end, '>>>');
    const received = markAfter(text, at, end, '<<<');
    if (sent >= 0) {
      stage = stageOf(text.slice(sent, Math.min(end, sent + 20))) ?? stage;
      const span = stage === 'rcpt' ? findAddress(text, sent, end) : undefined;
      address = span === undefined ? undefined : text.slice(span.start, span.end);
    } else if (received >= 0 && /^[45]\d\d/.test(text.slice(received, received + 3))) {
      const last = endOfReply(text, received, to);
      next = last + 1;
      const raw = text.slice(received, last).replace(/\n[ \t]*(?:Received )?<<<[ \t]?/g, '\n');
      // With pipelining all replies come after DATA: the last one is its own, those before are of recipients.
      const isOneMore = stage === 'data' && exchanges.at(-1)?.stage === 'data';
      if (isOneMore) answerRecipients(exchanges);
      if (isOneMore && /^(?:503|554)/.test(raw)) continue;
      const who = address === undefined ? {} : { address };
      exchanges.push({ stage, ...who, reply: readReply(raw), text: raw, at: received });
    } else {
      const conclusion = CONCLUSION.exec(text.slice(at, Math.min(end, at + LONGEST_CONCLUSION)));
      if (conclusion !== null) conclude(exchanges, stage, conclusion, at);
    }
  }
  return exchanges;
}

function conclude(exchanges: Exchange[], stage: SmtpStage, [raw, about = '']: RegExpExecArray, at: number): void {
  const last = exchanges.at(-1);
  // The same reply once more, and now with the recipient that it is about.
  if (last?.address === undefined && last?.about === undefined && last?.text.slice(0, 3) === raw.slice(0, 3))
    exchanges[exchanges.length - 1] = { ...last, address: about };
  else exchanges.push({ stage, about, reply: readReply(raw.replace(/<\S*>\.\.\. /, '')), text: raw, at });
}

function answerRecipients(exchanges: Exchange[]): void {
  for (let index = exchanges.length - 1; index >= 0; index--) {
    const exchange = exchanges[index];
    if (exchange?.stage !== 'data') return;
    exchanges[index] = { ...exchange, stage: 'rcpt' };
  }
}

const CONCLUSION = /^[45]\d\d (?:[45]\.\d{1,3}\.\d{1,3} )?<([^\s<>]{1,320})>\.\.\. .*/;
const LONGEST_CONCLUSION = 1000;

/** After a mark that opens a line, or nearly so. */
function markAfter(text: string, from: number, to: number, mark: string): number {
  const at = text.indexOf(mark, from);
  if (at < 0 || at >= to || at - from > 14) return -1;
  let after = at + mark.length;
  while (text.charCodeAt(after) === 32) after++;
  return after;
}

/** The lines of a reply that `-` goes on with. */
function endOfReply(text: string, from: number, to: number): number {
  let start = from;
  for (;;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 || newline > to ? to : newline;
    if (text.charCodeAt(start + 3) !== 0x2d || end === to) return end;
    const next = markAfter(text, end + 1, to, '<<<');
    if (next < 0) return end;
    start = next;
  }
}

function stageOf(command: string): SmtpStage | undefined {
  const verb = /^\s*([a-z.]{1,8})/i.exec(command)?.[1]?.toLowerCase() ?? '';
  switch (verb) {
    case 'ehlo':
    case 'helo':
    case 'lhlo':
      return 'hello';
    case 'auth':
      return 'auth';
    case 'mail':
      return 'mail';
    case 'rcpt':
      return 'rcpt';
    case 'data':
      return 'data';
    case 'bdat':
    case '.':
      return 'content';
    default:
      return undefined;
  }
}

/** The refusal that concerns a recipient: of its own RCPT; else what the client concluded; else the last one that names nobody. */
export function exchangeFor(exchanges: readonly Exchange[], address: string): Exchange | undefined {
  const key = address.toLowerCase();
  const own = exchanges.findLast((exchange) => exchange.address?.toLowerCase() === key);
  if (own !== undefined) return own;
  const concluded = exchanges.find((exchange) => exchange.about?.toLowerCase() === key);
  if (concluded !== undefined) return concluded;
  const common = exchanges.findLast((exchange) => exchange.address === undefined && exchange.about === undefined);
  return common ?? (exchanges.length === 1 ? exchanges[0] : undefined);
}
