import type { SmtpStage, StatusCode } from '@dsnkit/delivery-status';
import type { Reason } from './reasons.ts';
import { MESSAGE_PHRASES } from './rules/phrases-message.ts';
import { RECIPIENT_PHRASES } from './rules/phrases-recipient.ts';
import { SENDER_PHRASES } from './rules/phrases-sender.ts';
import { SYSTEM_PHRASES } from './rules/phrases-system.ts';
import { PROVIDERS } from './rules/providers.ts';
import type { PhraseRule, ProviderWords } from './rules/rule.ts';
import { REPLY_REASONS, STATUS_REASONS, SUBJECT_REASONS } from './rules/statuses.ts';
import { readClauses } from './text/grammar.ts';
import { PhraseBook } from './text/phrase-book.ts';
import type { Confidence } from './types.ts';

/** What is known of a failure before its reason is. */
export interface Said {
  /** The words about it: a reply, a diagnostic, a paragraph. */
  readonly text: string;
  readonly status?: StatusCode | undefined;
  readonly replyCode?: number | undefined;
  readonly command?: SmtpStage | undefined;
  readonly host?: string | undefined;
}

/** The reason that was found, and what gave it. */
export interface Finding {
  readonly reason: Reason;
  readonly confidence: Confidence;
  /** Words, status or reply code. */
  readonly by: string;
  /** Where in the text, if words gave it. */
  readonly at?: number;
}

/** Words beyond this are not looked at. */
const LONGEST_SAYING = 4000;

/**
 * The reason for what is known: the rules of a provider; else decisive words; usual words; the ideas of a clause, which
 * also count before words that are wider; an exact status; hints; the reply code; the subject of the status.
 * `undefined` if nothing tells.
 */
export function classify(said: Said): Finding | undefined {
  const { own, words } = byWords(said);
  const known = own ?? byHost(said);
  if (known !== undefined) return known;
  const detail = said.status === undefined ? undefined : said.status.slice(2);
  const exact = detail === undefined ? undefined : STATUS_REASONS.get(detail);
  if (words !== undefined && words.weight > 1) {
    const { at = 0, by } = words;
    const around = byClause(said, at - NEAR, at + by.length + NEAR);
    return inContext(isNarrower(around, words) ? around : words, said);
  }
  const clause = byClause(said);
  if (clause !== undefined && clause.weight > 1) return inContext(clause, said);
  if (exact !== undefined) return { reason: exact, confidence: 'high', by: said.status ?? '' };
  if (words !== undefined && words.weight > 0) return inContext(words, said);
  if (clause !== undefined && clause.weight > 0) return inContext(clause, said);
  const coded = byCode(said);
  const bare = words ?? clause;
  return bare === undefined || (coded !== undefined && coded.reason !== 'policy') ? coded : inContext(bare, said);
}

/** The ideas name a reason that the usual words are too wide for: "mailbox is full: retry timeout exceeded" is about the mailbox. */
function isNarrower(clause: Words | undefined, { reason, weight, by }: Words): clause is Words {
  if (clause === undefined || clause.weight < 2) return false;
  const rank = RANKS.indexOf(clause.reason);
  return rank < (weight > 2 && by.length >= LONG_PHRASE ? FIRST_OFTEN : FIRST_WIDE) && rank < RANKS.indexOf(reason);
}

/** Words of this length are an expression of their own: only the narrowest reasons are not meant by it. */
const LONG_PHRASE = 14;

/** So far around usual words others are looked for that say more. */
const NEAR = 200;

/** What ideas say together where no usual words do. */
function byClause({ text }: Said, from = 0, to = LONGEST_SAYING): Words | undefined {
  const read = readClauses(text, Math.max(0, from), Math.min(text.length, to));
  if (read === undefined) return undefined;
  const { reason, weight, start, end } = read;
  const confidence = weight > 1 ? 'medium' : 'low';
  return { reason, weight, confidence, by: text.slice(start, end), at: start };
}

function byCode({ status, replyCode }: Said): Finding | undefined {
  const subject = status === undefined ? undefined : SUBJECT_REASONS[Number(status.charAt(2))];
  if (subject !== undefined) return { reason: subject, confidence: 'medium', by: status ?? '' };
  const reason = replyCode === undefined ? undefined : REPLY_REASONS.get(replyCode);
  return reason === undefined || reason === 'undefined'
    ? undefined
    : { reason, confidence: 'low', by: String(replyCode) };
}

/**
 * A server that knows its users says so at RCPT: one that says it of the content has taken the address before. One that
 * refuses the connection or the greeting knows nothing but the host.
 */
function inContext(finding: Words, { command, replyCode = 0 }: Said): Finding {
  const { reason } = finding;
  if (reason === 'user-unknown' && (command === 'content' || command === 'data'))
    return { ...finding, reason: 'recipient-filtered', confidence: 'medium' };
  const ofHost = command === 'connect' || command === 'hello';
  if (ofHost && (reason === 'host-unknown' || reason === 'sender-rejected' || reason === 'user-unknown'))
    return { ...finding, reason: 'address-blocked', confidence: 'medium' };
  // RFC 5321 §3.1: 554 in place of a greeting means that there is no service for this client.
  if (ofHost && replyCode >= 500 && (reason === 'mail-system' || reason === 'policy'))
    return { ...finding, reason: 'address-blocked', confidence: 'medium' };
  return finding;
}

interface Words extends Finding {
  readonly weight: PhraseRule['weight'];
}

/** Which reason counts where several have words of the same weight: the narrower one. */
const RANKS: readonly Reason[] = [
  'complaint', 'suppressed', 'virus', 'authentication-failed', 'no-reverse-dns', 'bad-reputation', 'greylisted', 'too-many-connections', 'relaying-denied', 'mailbox-full', 'user-moved', 'host-accepts-no-mail', 'rate-limited', 'address-blocked', 'message-too-large', 'mailbox-disabled', 'sender-rejected', 'recipient-filtered', 'delivery-program', 'user-unknown', 'routing-loop', 'host-unknown', 'spam', 'not-compliant', 'content', 'tls-required', 'system-full', 'network-error', 'policy', 'security', 'expired', 'mail-system', 'protocol',
]; // prettier-ignore

/** Those before are seldom spoken of unless they are meant; from the second one on reasons are as wide as each other. */
const FIRST_OFTEN = RANKS.indexOf('user-moved');
const FIRST_WIDE = RANKS.indexOf('network-error');

const RULES: readonly PhraseRule[] = [...RECIPIENT_PHRASES, ...SENDER_PHRASES, ...MESSAGE_PHRASES, ...SYSTEM_PHRASES];

interface Scored {
  readonly reason: Reason;
  readonly weight: PhraseRule['weight'];
  readonly score: number;
}

/** What a phrase stands for: a reason of its own, what providers mean by it, or both. */
interface Meaning {
  scored: Scored | undefined;
  entries: ProviderEntry[];
}

/** Words of providers by the word itself; those without words by host. */
interface ProviderEntry {
  readonly provider: string;
  /** With a dot before them. */
  readonly hosts: readonly string[];
  readonly words: ProviderWords;
}

const ENTRIES: readonly ProviderEntry[] = PROVIDERS.flatMap(({ provider, hosts, says }) =>
  says.map((words): ProviderEntry => ({ provider, hosts: hosts.map((domain) => `.${domain}`), words })),
);

const WORDLESS: readonly ProviderEntry[] = ENTRIES.filter(({ words }) => words.words.length === 0);

const PHRASES = new PhraseBook<Meaning>([...meanings()]);

/** One book holds all, so that one pass finds all. */
function meanings(): Map<string, Meaning> {
  const all = new Map<string, Meaning>();
  const meaningOf = (phrase: string): Meaning => {
    const known = all.get(phrase);
    if (known !== undefined) return known;
    const made: Meaning = { scored: undefined, entries: [] };
    all.set(phrase, made);
    return made;
  };
  for (const { reason, weight, phrases } of [...RULES].sort((one, other) => other.weight - one.weight)) {
    const rank = RANKS.indexOf(reason);
    const scored = { reason, weight, score: weight * 100 - (rank < 0 ? RANKS.length : rank) };
    for (const phrase of phrases) meaningOf(phrase).scored ??= scored;
  }
  for (const entry of ENTRIES) for (const word of entry.words.words) meaningOf(word).entries.push(entry);
  return all;
}

function byWords(said: Said): { own: Finding | undefined; words: Words | undefined } {
  const { text } = said;
  const host = dotted(said.host ?? '');
  const best = new Best();
  let own: Finding | undefined;
  PHRASES.scan(text, 0, Math.min(text.length, LONGEST_SAYING), ({ scored, entries }, start, end) => {
    if (scored !== undefined) best.take(scored, start, end);
    if (own !== undefined || entries.length === 0) return false;
    const entry = entries.find((candidate) => holds(candidate, said, host));
    if (entry !== undefined)
      own = { reason: entry.words.reason, confidence: 'high', by: text.slice(start, end), at: start };
    return false;
  });
  const { found, start, end } = best.settle();
  if (found === undefined) return { own, words: undefined };
  const { reason, weight } = found;
  const confidence = weight === 3 ? 'high' : weight === 2 ? 'medium' : 'low';
  return { own, words: { reason, weight, confidence, by: text.slice(start, end), at: start } };
}

/** Keeps the best phrase. Of two that begin at one place only the longer one counts: "blocked by the recipient" is not "blocked by". */
class Best {
  found: Scored | undefined;
  start = 0;
  end = 0;
  #open: Scored | undefined;
  #openStart = 0;
  #openEnd = 0;
  #openWeight = 0;

  take(found: Scored, start: number, end: number): void {
    if (this.#open !== undefined && start === this.#openStart && found.weight < this.#open.weight) return;
    // Within a longer phrase it says nothing of its own: "account temporarily blocked" is not "temporarily blocked".
    if (start > this.#openStart && end <= this.#openEnd && found.weight <= this.#openWeight) return;
    if (start !== this.#openStart) this.settle();
    this.#open = found;
    this.#openStart = start;
    this.#openEnd = end;
    this.#openWeight = found.weight;
  }

  settle(): this {
    if (this.#open !== undefined && (this.found === undefined || this.#open.score > this.found.score)) {
      this.found = this.#open;
      this.start = this.#openStart;
      this.end = this.#openEnd;
    }
    this.#open = undefined;
    return this;
  }
}

/** What a provider means by a code alone. */
function byHost(said: Said): Finding | undefined {
  if (said.host === undefined) return undefined;
  const host = dotted(said.host);
  const entry = WORDLESS.find((candidate) => holds(candidate, said, host));
  if (entry === undefined) return undefined;
  return {
    reason: entry.words.reason,
    confidence: 'high',
    by: `${entry.provider} ${said.status ?? said.replyCode ?? ''}`,
  };
}

/** With a dot before it, a host ends as its domain does, and as no other domain. */
function dotted(host: string): string {
  return `.${host.toLowerCase()}`;
}

function holds({ hosts, words }: ProviderEntry, said: Said, host: string): boolean {
  if (hosts.length > 0 && !hosts.some((domain) => host.endsWith(domain))) return false;
  if (words.after !== undefined && (said.command === undefined || !words.after.includes(said.command))) return false;
  if (words.replyCodes !== undefined && !words.replyCodes.includes(said.replyCode ?? 0)) return false;
  return words.statuses === undefined || (said.status !== undefined && words.statuses.includes(said.status));
}
