import { DeliveryStatusError } from './error.ts';
import { foldField } from './fold.ts';
import { FIELD_LIMIT, IssueList } from './issues.ts';
import { joinLines } from './join-lines.ts';
import { Scanner, valueOf, type RawField } from './scanner.ts';
import type { Field, GroupSource, Issue } from './types.ts';

/** A field as it was read, with its place. */
export interface ParsedField extends Field {
  readonly line: number;
  readonly source: string;
}

/** Fields and what was odd about them. */
export interface ParsedFields {
  readonly fields: readonly ParsedField[];
  readonly issues: readonly Issue[];
}

/**
 * Split a text into header-style fields, unfolded. Never throws; lines that are no fields become issues.
 *
 *     field = name ":" value CRLF *( WSP continuation CRLF )
 *
 * RFC 3464 §2.1.1, RFC 5322 §2.2. Serves the header of a MIME part as well.
 *
 * @example parseFields('Subject: a\r\n b\r\n').fields[0]?.value // 'a b'
 */
export function parseFields(block: string): ParsedFields {
  const issues = new IssueList();
  const raws = scanFields(block, issues);
  const fields = raws.map((raw, index) => ({
    name: block.slice(raw.start, raw.nameEnd),
    value: valueOf(block, raw),
    line: raw.line,
    source: block.slice(index === 0 ? 0 : raw.start, raws[index + 1]?.start ?? block.length),
  }));
  return { fields, issues: issues.items };
}

function scanFields(block: string, issues: IssueList): RawField[] {
  const scanner = new Scanner(block, issues);
  const raws: RawField[] = [];
  for (let part = scanner.nextBlock(); part; part = scanner.nextBlock()) {
    if (part.blankLines > 0) issues.add('stray-blank-line', part.line);
    for (const raw of part.fields) {
      if (raws.length >= FIELD_LIMIT) {
        issues.add('too-many-fields', raw.line);
        return raws;
      }
      raws.push(raw);
    }
  }
  return raws;
}

/**
 * The fields of a parsed group as they were received, known ones and others, repetitions too: the raw value behind each property.
 *
 * RFC 3464 §2.2, RFC 3464 §2.3. A group that was not parsed has none.
 *
 * @example receivedFields(parsed.recipients[0]).find(({ name }) => name === 'Arrival-Date')?.value
 */
export function receivedFields(group: { readonly source?: GroupSource }): readonly ParsedField[] {
  const { source } = group;
  if (source === undefined) return [];
  return parseFields(source.text).fields.map((field) => ({ ...field, line: field.line + source.line - 1 }));
}

/**
 * Write header-style fields, each ended by CRLF. A field that was parsed and still says the same keeps its octets.
 * Others are folded at white space after 78 characters where that is possible.
 *
 * RFC 3464 §2.1.1, RFC 5322 §2.1.1.
 *
 * @throws {DeliveryStatusError} `bad-name`, `control-character`, or `too-long` where no fold keeps a line within 998 octets.
 * @example formatFields([{ name: 'Subject', value: 'hello' }]) // 'Subject: hello\r\n'
 */
export function formatFields(fields: readonly Field[]): string {
  return joinLines(
    fields.map((field, index) => formatField(field, index === 0)),
    '\r\n',
  );
}

function formatField({ name, value, source }: Field, isFirst: boolean): string {
  if (source !== undefined) {
    const [raw, ...others] = scanFields(source, new IssueList());
    const isSame = raw !== undefined && source.slice(raw.start, raw.nameEnd) === name && valueOf(source, raw) === value;
    // Stray lines that stood before the first field would continue another one.
    if (isSame && others.length === 0) return isFirst ? source : source.slice(raw.start);
  }
  assertFieldName(name);
  return foldField(name, value);
}

/**
 * Refuse what cannot be the name of a field: it has printable ASCII and no colon. RFC 5322 §2.2.
 *
 * @throws {DeliveryStatusError} `bad-name`
 */
export function assertFieldName(name: string): void {
  const offset = name.search(/[^!-9;-~]/);
  if (name !== '' && offset < 0) return;
  throw new DeliveryStatusError('bad-name', `not a field name: ${JSON.stringify(name.slice(0, 60))}`, {
    offset: Math.max(offset, 0),
    field: name,
  });
}
