import type { HistoryQuery } from '../ports.ts';
import type { Story } from './summary.ts';

/** Words by which a message is found; each is looked up whole. */
export type Term = readonly [kind: 'recipient' | 'sender' | 'envelope' | 'header' | 'state', value: string];

/** The words of a message. Success is no word: most messages would have it. */
export function termsOf(story: Story): readonly Term[] {
  const terms: Term[] = [];
  if (story.reversePath !== '') terms.push(...addressTerms('sender', story.reversePath));
  for (const { address, state } of story.recipients) {
    terms.push(...addressTerms('recipient', address));
    if (isWord(state)) terms.push(['state', state]);
  }
  if (story.envelopeId !== undefined) terms.push(['envelope', plain(story.envelopeId)]);
  if (story.headerMessageId !== undefined) terms.push(['header', headerId(story.headerMessageId)]);
  return terms;
}

/** The word of a query that leads to the fewest messages; undefined if it has none. */
export function termOf({ recipient, sender, envelopeId, headerMessageId, state }: HistoryQuery): Term | undefined {
  if (headerMessageId !== undefined) return ['header', headerId(headerMessageId)];
  if (envelopeId !== undefined) return ['envelope', plain(envelopeId)];
  if (recipient !== undefined) return ['recipient', plain(recipient)];
  if (sender !== undefined) return ['sender', plain(sender)];
  return state !== undefined && isWord(state) ? ['state', state] : undefined;
}

/** Whether a message is what a query asks for. */
export function isFound(story: Story, query: HistoryQuery): boolean {
  const { recipient, sender, envelopeId, headerMessageId, state, origin, fromMs = -Infinity, toMs = Infinity } = query;
  if (story.arrivedAtMs < fromMs || story.arrivedAtMs >= toMs) return false;
  if (origin !== undefined && story.origin !== origin) return false;
  if (sender !== undefined && !isAddress(story.reversePath, sender)) return false;
  if (envelopeId !== undefined && plain(story.envelopeId ?? '') !== plain(envelopeId)) return false;
  if (headerMessageId !== undefined && headerId(story.headerMessageId ?? '') !== headerId(headerMessageId))
    return false;
  if (recipient === undefined && state === undefined) return true;
  return story.recipients.some(
    (each) =>
      (recipient === undefined || isAddress(each.address, recipient)) && (state === undefined || each.state === state),
  );
}

function isWord(state: string): boolean {
  return state !== 'delivered' && state !== 'relayed' && state !== 'queued';
}

function addressTerms(kind: 'recipient' | 'sender', address: string): readonly Term[] {
  const whole = plain(address);
  const at = whole.lastIndexOf('@');
  return at <= 0
    ? [[kind, whole]]
    : [
        [kind, whole],
        [kind, whole.slice(at)],
      ];
}

function isAddress(address: string, wanted: string): boolean {
  const whole = plain(address);
  const word = plain(wanted);
  return whole === word || (word.startsWith('@') && whole.slice(whole.lastIndexOf('@')) === word);
}

function plain(text: string): string {
  return text.trim().toLowerCase();
}

function headerId(text: string): string {
  return plain(text).replace(/^<|>$/g, '');
}
