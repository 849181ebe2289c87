import { PhraseBook } from './phrase-book.ts';

/** How words name a host: before it, or behind it. */
type Cue = 'before' | 'bracketed' | 'behind';

const CUES = new PhraseBook<Cue>([
  ...['while talking to', 'connected to', 'host:', 'remote host:'].map((phrase): [string, Cue] => [phrase, 'before']),
  // What follows may be any word, unless an address in brackets comes after it.
  ...['host', 'by', 'server', 'connect to', 'conversation with', 'domain', 'connection to', 'connecting to'].map(
    (phrase): [string, Cue] => [phrase, 'bracketed'],
  ),
  ...['does not like recipient', 'failed after i sent', 'failed on data', 'did not like our'].map(
    (phrase): [string, Cue] => [phrase, 'behind'],
  ),
]);

/** The words about a host come first; so many characters are looked at. */
const LONGEST_LOOK = 1500;

/** The remote host that words name, as `host mx.example.org[192.0.2.7] said` does; `undefined` if they name none. */
export function findHost(text: string, from: number, to: number): string | undefined {
  let found: string | undefined;
  const end = Math.min(to, from + LONGEST_LOOK);
  CUES.scan(text, from, end, (cue, start, behind) => {
    const match = (cue === 'behind' ? BEFORE : cue === 'bracketed' ? BRACKETED : NAME).exec(
      cue === 'behind'
        ? text.slice(Math.max(from, start - 300), start)
        : text.slice(behind, Math.min(end, behind + 300)),
    );
    found = match?.[1]?.replace(/[.:]+$/, '');
    return found !== undefined;
  });
  return found;
}

const NAME = /^\s{0,8}([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})/i;
const BRACKETED = /^\s{0,8}([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})\.?\s{0,8}\[/i;
const BEFORE = /(?:^|\s)([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})(?:\s?\[[^\]\s]{1,60}\])?\s{1,8}$/i;
