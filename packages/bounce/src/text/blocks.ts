import { findAddress, type AddressSpan } from './address.ts';
import { PhraseBook } from './phrase-book.ts';

/** What a text says about one address. */
export interface Block {
  readonly address: string;
  /** Where the address stands. */
  readonly at: number;
  /** Pieces of the text about it, in order. */
  readonly spans: readonly Span[];
}

/** A piece of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** How surely a line names a recipient: it does nothing else, it is labelled so, it quotes one. */
type Strength = 3 | 2 | 1;

interface Mention extends AddressSpan {
  readonly strength: Strength;
  readonly lineStart: number;
  /** Blanks before it. */
  readonly indent: number;
}

/** What stands before a recipient on its line. Labels of the original message's own header say less. */
const LABELS = new PhraseBook<Strength>([
  ...[
    'recipient:', 'recipients:', 'recipient address:', 'recipient(s):', 'failed recipient:', 'failed recipient(s):', 'final recipient:', 'original recipient:', 'final-recipient: rfc822;', 'rcpt to:', 'rcpt=', 'addressed to:', 'delivered to:', 'delivered to', 'deliver to', 'deliver to:', 'delivery to', 'delivery failed:', 'sending mail to', 'sent to', 'send to', 'message to', 'message to:', 'mail to', 'email to', 'mailbox:', 'mailbox', 'unknown user:', 'unknown recipient:', 'user unknown:', 'no such user:', 'user not found:', 'not known at this site:', 'undeliverable to', 'undeliverable to:', 'delivery userid', 'failed to send to', 'failed for', 'failed for:', 'failed to', 'exceeds allowed size:', '20 attempts:', 'delivering your message to', 'delivering your mail to', 'delivery to the following recipient failed permanently:', 'permanent errors:', 'transient errors:', 'address:', 'addresses:', 'address', 'message-id in', 'could not be delivered to', 'delivered to the following recipient:', 'user', 'user:', 'account', 'account:', 'attempts to reach', 'destinataire :', 'destinataire:', 'empfänger:', 'destinatario:', 'destinatário:', 'adresse', 'dirección', 'an', 'für', 'para', '宛先:', '宛先：', '送信先:', '宛先', 'reach',
  ].map((label): [string, Strength] => [label, 2]),
  // A server's reply that begins with whom it is about.
  ...['421', '450', '451', '452', '550', '551', '552', '553', '554'].map((code): [string, Strength] => [code, 2]),
  ...['to:', 'to :', 'an:', 'à :', 'to', 'for', 'by', ].map((label): [string, Strength] => [label, 1]),
]); // prettier-ignore

/** More recipients than this are not told apart: reports about more come as fields. */
const MOST_RECIPIENTS = 1000;

/** A line is looked at this far for an address. */
const LONGEST_LINE = 2000;

/** Cut a text into what it says about each recipient, by the strongest way of naming one that it uses. */
export function readBlocks(text: string, to: number): Block[] {
  const mentions = readMentions(text, to);
  let strongest: Strength = 1;
  for (const { strength } of mentions) if (strength > strongest) strongest = strength;
  const chosen = atMargin(mentions.filter(({ strength }) => strength === strongest));
  const blocks = new Map<string, { address: string; at: number; spans: Span[] }>();
  chosen.forEach((mention, index) => {
    const address = text.slice(mention.start, mention.end);
    const key = address.toLowerCase();
    const span = { start: mention.lineStart, end: chosen[index + 1]?.lineStart ?? to };
    const known = blocks.get(key);
    if (known === undefined) blocks.set(key, { address, at: mention.start, spans: [span] });
    else known.spans.push(span);
  });
  return [...blocks.values()];
}

/** Where recipients open lines at the margin, folded lines deep below them go on with what was said. */
function atMargin(mentions: readonly Mention[]): readonly Mention[] {
  if (mentions[0]?.indent !== 0) return mentions;
  return mentions.filter(({ indent }) => indent < FOLDED);
}

/** Blanks before a folded line, as Postfix writes them. */
const FOLDED = 4;

function readMentions(text: string, to: number): Mention[] {
  const mentions: Mention[] = [];
  for (let at = text.indexOf('@'); at >= 0 && at < to && mentions.length < MOST_RECIPIENTS;) {
    const lineStart = text.lastIndexOf('\n', at) + 1;
    const newline = text.indexOf('\n', at);
    const lineEnd = newline < 0 || newline > to ? to : newline;
    readLine(text, lineStart, Math.min(lineEnd, lineStart + LONGEST_LINE), mentions);
    at = text.indexOf('@', lineEnd);
  }
  return mentions;
}

/** A line names a recipient, or a list of them. */
function readLine(text: string, lineStart: number, lineEnd: number, mentions: Mention[]): void {
  let from = lineStart;
  while (text.charCodeAt(from) === 32 || text.charCodeAt(from) === 9) from++;
  const span = findAddress(text, from, lineEnd);
  if (span === undefined) return;
  const strength = strengthOf(text, from, span, lineEnd);
  if (strength === 0 || helps(text, span, strength)) return;
  const indent = from - lineStart;
  mentions.push({ ...span, strength, lineStart, indent });
  // "a@x, b@y": what follows a comma or a semicolon is a recipient too.
  let last = span;
  while (SEPARATORS.includes(text.charCodeAt(last.end + (text.charCodeAt(last.end) === GREATER ? 1 : 0)))) {
    const next = findAddress(text, last.end, lineEnd);
    if (next === undefined || next.start - last.end > 5) return;
    mentions.push({ ...next, strength, lineStart, indent });
    last = next;
  }
}

function strengthOf(text: string, from: number, { start, end }: AddressSpan, lineEnd: number): Strength | 0 {
  let lead = start;
  while (lead > from && OPENERS.includes(text.charCodeAt(lead - 1))) lead--;
  if (lead === from || isBullet(text, from, lead)) return leading(text, end, lineEnd);
  const strength = labelled(text, from, lead);
  if (strength > 0 || lead - from > LONGEST_LABEL || !LABEL_ENDS.includes(text.charCodeAt(lead - 1))) return strength;
  // A label that nobody has listed, in whatever language, unless it is one of somebody else.
  return OTHER_LABELS.test(text.slice(from, lead - 1)) ? 0 : 1;
}

/** How surely the label before an address, if it is a listed one, names a recipient. */
function labelled(text: string, from: number, lead: number): Strength | 0 {
  let strength: Strength | 0 = 0;
  LABELS.scan(text, Math.max(from, lead - 60), lead, (value, _, labelEnd) => {
    if (labelEnd === lead || text.slice(labelEnd, lead).trim() === '') strength = value > strength ? value : strength;
    return false;
  });
  return strength;
}

/** "Please send mail to postmaster@…": who helps is no recipient. One who is named as a recipient elsewhere is. */
function helps(text: string, { start, end }: AddressSpan, strength: Strength): boolean {
  if (!REPORTERS.test(text.slice(start, end))) return false;
  if (strength === 1) return true;
  const before = text.slice(Math.max(0, start - LONGEST_REQUEST), start);
  const sentence = before.split(/\n\n|[.!?]/).at(-1) ?? '';
  return REQUEST.test(sentence) && !/deliver|fail|reject|return/i.test(sentence);
}

const REPORTERS = /^(?:postmaster|mailer-daemon|abuse|support|help(?:desk)?)@/i;
const LONGEST_REQUEST = 120;
const REQUEST = /\b(?:please|contact|forward|report|send)\b.*\b(?:to|contact)[\s<"'([]*$/is;
const LONGEST_LABEL = 40;
const LABEL_ENDS = Array.from(':：', (mark) => mark.charCodeAt(0));
const OTHER_LABELS =
  /^(?:from|sender|return|reply|errors|cc|bcc|message|in-|references|received|reporting|contact|mailto|support|help|postmaster|admin|x-|list|resent|envelope|von|absender|de$|expéditeur|remitente|remetente|mittente|afzender|avsändare|nadawca|отправитель|от$|发件人|寄件人|差出人|送信者)|mail ?from|https?$|subject|id$/i;

/**
 * The first address in a text that is none of those who never receive what failed: for where nothing names the recipient.
 */
export function findLooseAddress(text: string, to: number, isKnown: (address: string) => boolean): Block | undefined {
  const end = Math.min(to, LONGEST_LOOSE);
  for (let span = findAddress(text, 0, end); span !== undefined; span = findAddress(text, span.end, end)) {
    const address = text.slice(span.start, span.end);
    const lineStart = text.lastIndexOf('\n', span.start) + 1;
    const isOther = SYSTEM_MAILBOXES.test(address) || OTHER_LABELS.test(text.slice(lineStart, span.start).trim());
    if (!isOther && !isKnown(address))
      return { address, at: span.start, spans: [{ start: lineStart, end: Math.min(end, lineStart + LONGEST_LINE) }] };
  }
  return undefined;
}

const LONGEST_LOOSE = 8000;
const SYSTEM_MAILBOXES = /^(?:postmaster|mailer-daemon|abuse|support|help|no-?reply|admin|hostmaster|webmaster|info)/i;

/** An address that opens its line: alone, or with what is said of it behind. */
function leading(text: string, end: number, lineEnd: number): Strength {
  let at = end;
  while (at < lineEnd && CLOSERS.includes(text.charCodeAt(at))) at++;
  const tail = text.slice(at, Math.min(lineEnd, at + 40)).trim();
  if (tail === '' || tail === ';' || tail === ',') return 3;
  return TAIL.test(tail) ? 3 : 2;
}

/** How programs go on after a recipient. */
const TAIL =
  /^(?::|,|;|<mailto:|\[|\(|\.\.\.| \.\.\. |on [A-Z][a-z]{2},|- |delivery |invalid |unknown |was |is |has )/i;

/** `* `, `- `, `>>> ` or `1. ` before an entry of a list. */
function isBullet(text: string, from: number, to: number): boolean {
  return to - from <= 5 && /^(?:[*\-•·]+|\d{1,2}[.)])\s*$/.test(text.slice(from, to));
}

const OPENERS = Array.from(`<"'([ \t`, (mark) => mark.charCodeAt(0));
const CLOSERS = Array.from(`>"')] \t`, (mark) => mark.charCodeAt(0));
const SEPARATORS = Array.from(',;', (mark) => mark.charCodeAt(0));
const GREATER = 0x3e;
