import { IssueList } from './issues.ts';
import { LOCALIZED, knownField, type KnownField } from './known-fields.ts';
import { readValue, type Draft } from './read-value.ts';
import { Scanner, valueOf, type RawField } from './scanner.ts';

/** One field of a group as it was received. */
export interface SourceField {
  readonly name: string;
  readonly value: string;
  readonly known: KnownField | undefined;
  /** Its own lines. */
  readonly text: string;
  /** Blank lines and lines that are no fields, up to the next field. */
  readonly after: string;
  /** Whether it counted for its group, or came again, or is a field of the message among those of a recipient. */
  readonly role: 'own' | 'repeated' | 'misplaced';
}

/** A group taken apart without losing an octet: `before`, then `text` and `after` of each field. */
export interface SourceGroup {
  readonly before: string;
  readonly fields: readonly SourceField[];
  /** What its own fields said. */
  readonly draft: Draft;
  /** What the misplaced ones said. */
  readonly misplaced: Draft;
}

/** Take apart the octets of one group, as the parser of the whole document cut them out. */
export function parseGroup(text: string, kind: KnownField['group']): SourceGroup {
  const ignored = new IssueList();
  const scanner = new Scanner(text, ignored);
  const raws: RawField[] = [];
  for (let block = scanner.nextBlock(); block; block = scanner.nextBlock())
    for (const raw of block.fields) raws.push(raw);
  const draft: Draft = {};
  const misplaced: Draft = {};
  const seen = { own: 0, misplaced: 0 };
  const fields = raws.map((raw, index): SourceField => {
    const name = text.slice(raw.start, raw.nameEnd);
    const value = valueOf(text, raw);
    const known = knownField(name);
    const place = known === undefined || known.group === kind ? 'own' : 'misplaced';
    const bit = known?.bit ?? 0;
    const repeated = (seen[place] & bit & ~LOCALIZED) !== 0;
    seen[place] |= bit;
    if (known && !repeated) readValue(known, value, raw.line, place === 'own' ? draft : misplaced, ignored);
    const after = text.slice(raw.end, raws[index + 1]?.start ?? text.length);
    return { name, value, known, text: text.slice(raw.start, raw.end), after, role: repeated ? 'repeated' : place };
  });
  return { before: text.slice(0, raws[0]?.start ?? text.length), fields, draft, misplaced };
}
