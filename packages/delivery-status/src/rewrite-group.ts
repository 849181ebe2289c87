import type { FieldWriter, Group } from './format-field.ts';
import { KNOWN_FIELDS, type KnownField } from './known-fields.ts';
import type { SourceField, SourceGroup } from './parse-group.ts';
import { joinLines } from './join-lines.ts';
import { sameLocalized, sameValue } from './same-value.ts';
import type { Field, LocalizedDiagnostic } from './types.ts';

/** What the groups of recipients must know of the message: its fields may have been found among theirs. */
export interface Adoption {
  readonly message: Group;
  /** Fields of the message that already have their place. */
  readonly placed: Set<KnownField | undefined>;
  /** Fields that it no longer has: with the one that counts, its repetitions go. */
  readonly gone: Set<KnownField>;
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
  const rewriter = new GroupRewriter(was, now, adoption, writer);
  const pieces = new Pieces(was.before, kind === 'recipient' ? writer.lineEnd : '');
  for (const field of was.fields)
    pieces.push(field.known?.group === kind ? field.known.bit : 0, rewriter.rewrite(field), field.after);
  const held = new Set(was.fields.map(({ known }) => known));
  for (const known of KNOWN_FIELDS) {
    if (known.kind === 'localized') pieces.insert(known.bit, rewriter.restOfLocalized());
    else if (known.group === kind && !held.has(known) && !adoption.placed.has(known))
      pieces.insert(known.bit, writer.known(known, now));
  }
  pieces.append(rewriter.restOfExtensions());
  return pieces.join(writer.lineEnd);
}

/** Whether a field that said something has been taken out of its group. */
export function isRemoved({ key }: KnownField, was: Group, now: Group): boolean {
  return was[key] !== undefined && now[key] === undefined;
}

/** What this file looks at by name. */
interface Lists {
  readonly extensions?: readonly Field[];
  readonly localizedDiagnostics?: readonly LocalizedDiagnostic[];
}

/** Gives for each field that was there what stands in its place now. */
class GroupRewriter {
  readonly #was: SourceGroup;
  readonly #now: Group;
  readonly #adoption: Adoption;
  readonly #writer: FieldWriter;
  readonly #extensions: ExtensionMerge;
  readonly #localized: readonly LocalizedDiagnostic[];
  #told = 0;

  constructor(was: SourceGroup, now: Group, adoption: Adoption, writer: FieldWriter) {
    const { extensions = [], localizedDiagnostics = [] } = now as Lists;
    this.#was = was;
    this.#now = now;
    this.#adoption = adoption;
    this.#writer = writer;
    this.#extensions = new ExtensionMerge(was.draft.extensions ?? [], extensions, writer);
    this.#localized = localizedDiagnostics;
  }

  rewrite(field: SourceField): string {
    const { known, role, text } = field;
    if (known === undefined) return this.#extensions.next(field);
    if (known.kind === 'localized') return this.#rewriteLocalized(text);
    if (role !== 'own' && this.#adoption.gone.has(known)) return '';
    if (role === 'misplaced') return this.#rewriteMisplaced(known, text);
    const was = this.#was.draft as Group;
    // With the field that counts gone, its repetition would begin to count.
    if (role === 'repeated') return isRemoved(known, was, this.#now) ? '' : text;
    return sameValue(known, was, this.#now) ? text : this.#writer.known(known, this.#now);
  }

  restOfLocalized(): string {
    return this.#localized
      .slice(this.#told)
      .map((item) => this.#writer.localized(item))
      .join('');
  }

  restOfExtensions(): string {
    return this.#extensions.rest();
  }

  #rewriteLocalized(text: string): string {
    const item = this.#localized[this.#told];
    const was = this.#was.draft.localizedDiagnostics?.[this.#told++];
    if (item === undefined) return '';
    return sameLocalized(was, item) ? text : this.#writer.localized(item);
  }

  /** A field of the message among those of a recipient: it speaks for the message if that has none of its own. */
  #rewriteMisplaced(known: KnownField, text: string): string {
    const { placed, gone, message } = this.#adoption;
    if (placed.has(known)) return text;
    placed.add(known);
    if (isRemoved(known, this.#was.misplaced as Group, message)) gone.add(known);
    return sameValue(known, this.#was.misplaced as Group, message) ? text : this.#writer.known(known, message);
  }
}

interface Piece {
  /** The bit of a known field; what comes later in the grammar goes after it. */
  readonly order: number;
  readonly text: string;
  /** Blank lines and stray lines up to the next field. */
  after: string;
}

/** The group as it grows. */
class Pieces {
  readonly #pieces: Piece[] = [];
  readonly #separator: string;
  #before: string;

  /** @param separator What a field needs before it that is put first of all. */
  constructor(before: string, separator: string) {
    this.#before = before;
    this.#separator = separator;
  }

  push(order: number, text: string, after: string): void {
    this.#pieces.push({ order, text, after });
  }

  /** Put a field after those that come before it in the grammar. */
  insert(order: number, text: string): void {
    const place = this.#pieces.findLastIndex((piece) => piece.order !== 0 && piece.order <= order);
    this.#put(place, order, text);
  }

  append(text: string): void {
    this.#put(this.#pieces.length - 1, 0, text);
  }

  join(lineEnd: string): string {
    const chunks = [this.#before];
    for (const { text, after } of this.#pieces) chunks.push(text, after);
    return joinLines(chunks, lineEnd);
  }

  #put(place: number, order: number, text: string): void {
    if (text === '') return;
    const previous = this.#pieces[place];
    const after = previous?.after ?? '';
    if (previous) previous.after = '';
    else if (this.#before === '') this.#before = this.#separator;
    this.#pieces.splice(place + 1, 0, { order, text, after });
  }
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
    for (const field of was) this.#count(keyOf(field), 1);
    for (let index = now.length - 1; index >= 0; index--) {
      const key = keyOf(now[index]);
      const places = this.#places.get(key);
      if (places) places.push(index);
      else this.#places.set(key, [index]);
    }
  }

  /** What stands now where this field stood: new fields that go before it, then itself, a changed form of it, or nothing. */
  next(field: SourceField): string {
    const key = keyOf(field);
    this.#count(key, -1);
    const found = this.#placeOf(key);
    if (found !== undefined) {
      const text = this.#write(found) + field.text;
      this.#at = found + 1;
      return text;
    }
    const other = this.#now[this.#at];
    const isChanged = other?.name.toLowerCase() === field.name.toLowerCase() && this.#count(keyOf(other), 0) === 0;
    return isChanged ? this.#write(this.#at + 1) : '';
  }

  /** The fields that come after all that were there before. */
  rest(): string {
    return this.#write(this.#now.length);
  }

  /** Where such a field stands next. */
  #placeOf(key: string): number | undefined {
    const places = this.#places.get(key) ?? [];
    while (Number(places.at(-1)) < this.#at) places.pop();
    return places.at(-1);
  }

  #count(key: string, change: number): number {
    const count = (this.#coming.get(key) ?? 0) + change;
    this.#coming.set(key, count);
    return count;
  }

  #write(to: number): string {
    const fields = this.#now.slice(this.#at, to);
    this.#at = to;
    return fields.map((field) => this.#writer.extension(field)).join('');
  }
}

function keyOf(field: Pick<Field, 'name' | 'value'> | undefined): string {
  return `${field?.name}:${field?.value}`;
}
