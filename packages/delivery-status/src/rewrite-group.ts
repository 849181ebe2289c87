import type { FieldWriter, Group } from './format-field.ts';
import { KNOWN_FIELDS, type KnownField } from './known-fields.ts';
import type { SourceField, SourceGroup } from './parse-group.ts';
import { sameLocalized, sameValue } from './same-value.ts';
import type { Field, LocalizedDiagnostic } from './types.ts';

/** What the groups of recipients must know of the message: its fields may have been found among theirs. */
export interface Adoption {
  readonly message: Group;
  /** Fields of the message that already have their place. */
  readonly placed: Set<KnownField>;
}

interface Piece {
  /** The bit of the field; what comes later in the grammar is put after it. */
  readonly order: number;
  readonly text: string;
  after: string;
}

/**
 * Write a parsed group again. A field whose meaning is unchanged keeps its octets, a changed one is written anew in its place,
 * a removed one goes, and a new one is put where the grammar has it.
 */
export function rewriteGroup(
  was: SourceGroup,
  now: Group,
  kind: KnownField['group'],
  adoption: Adoption,
  writer: FieldWriter,
): string {
  const lists = now as Lists;
  const extensions = new ExtensionMerge(was.draft.extensions ?? [], lists.extensions ?? [], writer);
  const localized = lists.localizedDiagnostics ?? [];
  const pieces: Piece[] = [];
  let told = 0;
  for (const field of was.fields) {
    const { known, after } = field;
    if (known?.kind === 'localized') {
      const item = localized[told];
      const text =
        item === undefined
          ? ''
          : sameLocalized(was.draft.localizedDiagnostics?.[told], item)
            ? field.text
            : writer.localized(item);
      told++;
      pieces.push({ order: known.bit, text, after });
    } else if (known === undefined) pieces.push({ order: 0, text: extensions.next(field), after });
    else if (field.role === 'misplaced')
      pieces.push({ order: 0, text: rewriteMisplaced(field, known, was, adoption, writer), after });
    else pieces.push({ order: known.bit, text: rewriteKnown(field, known, was.draft as Group, now, writer), after });
  }
  let before = was.before;
  const insert = (order: number, text: string): void => {
    if (text === '') return;
    const at = pieces.findLastIndex((piece) => piece.order !== 0 && piece.order <= order);
    const previous = pieces[order === Infinity ? pieces.length - 1 : at];
    const after = previous?.after ?? '';
    if (previous) previous.after = '';
    else before = before === '' && kind === 'recipient' ? writer.lineEnd : before;
    pieces.splice((order === Infinity ? pieces.length - 1 : at) + 1, 0, { order, text, after });
  };
  const held = new Set(was.fields.map(({ known }) => known));
  for (const known of KNOWN_FIELDS) {
    if (known.group !== kind) continue;
    if (known.kind === 'localized') for (const item of localized.slice(told)) insert(known.bit, writer.localized(item));
    else if (!held.has(known) && !(kind === 'message' && adoption.placed.has(known)))
      insert(known.bit, writer.known(known, now));
  }
  insert(Infinity, extensions.rest());
  return before + joinPieces(pieces, writer.lineEnd);
}

function rewriteKnown(field: SourceField, known: KnownField, was: Group, now: Group, writer: FieldWriter): string {
  if (field.role === 'repeated') {
    // With the field that counts gone, its repetition would begin to count.
    return was[known.key] !== undefined && now[known.key] === undefined ? '' : field.text;
  }
  return sameValue(known, was, now) ? field.text : writer.known(known, now);
}

/** A field of the message among those of a recipient: it speaks for the message if that has none of its own. */
function rewriteMisplaced(
  field: SourceField,
  known: KnownField,
  was: SourceGroup,
  adoption: Adoption,
  writer: FieldWriter,
): string {
  if (adoption.placed.has(known)) return field.text;
  adoption.placed.add(known);
  return sameValue(known, was.misplaced as Group, adoption.message)
    ? field.text
    : writer.known(known, adoption.message);
}

/** Each piece ends its line, unless it is the last of all and never did. */
function joinPieces(pieces: readonly Piece[], lineEnd: string): string {
  const last = pieces.findLastIndex(({ text }) => text !== '');
  return pieces
    .map(
      ({ text, after }, index) =>
        (index < last && text !== '' && !/[\r\n]$/.test(text) ? text + lineEnd : text) + after,
    )
    .join('');
}

interface Lists {
  readonly extensions?: readonly Field[];
  readonly localizedDiagnostics?: readonly LocalizedDiagnostic[];
}

/** Brings the extension fields of before and now together, in order. */
class ExtensionMerge {
  readonly #now: readonly Field[];
  readonly #writer: FieldWriter;
  /** How often each field of before is still to come: one that comes again later is not a changed form of another. */
  readonly #coming = new Map<string, number>();
  /** Where in `#now` each field stands. */
  readonly #places = new Map<string, number[]>();
  #at = 0;

  constructor(was: readonly Field[], now: readonly Field[], writer: FieldWriter) {
    this.#now = now;
    this.#writer = writer;
    for (const field of was) this.#coming.set(keyOf(field), (this.#coming.get(keyOf(field)) ?? 0) + 1);
    now.forEach((field, index) => {
      const places = this.#places.get(keyOf(field));
      if (places) places.push(index);
      else this.#places.set(keyOf(field), [index]);
    });
    for (const places of this.#places.values()) places.reverse();
  }

  /** What stands now where this field stood: new fields that go before it, then itself, a changed form of it, or nothing. */
  next(field: SourceField): string {
    const key = keyOf(field);
    this.#coming.set(key, (this.#coming.get(key) ?? 1) - 1);
    const places = this.#places.get(key) ?? [];
    while (places.length > 0 && (places.at(-1) ?? 0) < this.#at) places.pop();
    const found = places.at(-1);
    if (found !== undefined) {
      const text = this.#write(found) + field.text;
      this.#at = found + 1;
      return text;
    }
    const other = this.#now[this.#at];
    if (other?.name.toLowerCase() !== field.name.toLowerCase() || (this.#coming.get(keyOf(other)) ?? 0) > 0) return '';
    return this.#write(this.#at + 1);
  }

  /** The fields that come after all that were there before. */
  rest(): string {
    return this.#write(this.#now.length);
  }

  #write(to: number): string {
    let text = '';
    for (; this.#at < to; this.#at++) {
      const field = this.#now[this.#at];
      if (field) text += this.#writer.extension(field);
    }
    return text;
  }
}

function keyOf({ name, value }: Pick<Field, 'name' | 'value'>): string {
  return `${name}:${value}`;
}
