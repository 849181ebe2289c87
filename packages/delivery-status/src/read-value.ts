import { endOfComment, splitComments } from './comments.ts';
import { DateReader } from './date-reader.ts';
import { decodeWords } from './encoded-word.ts';
import type { IssueList } from './issues.ts';
import type { KnownField } from './known-fields.ts';
import { readStatus } from './status-code.ts';
import {
  ACTIONS,
  type Action,
  type Field,
  type LocalizedDiagnostic,
  type MessageFields,
  type RecipientFields,
  type TypedValue,
} from './types.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A group under construction, of either kind. */
export interface Draft extends Partial<Writable<MessageFields & RecipientFields>> {
  extensions?: Field[];
  localizedDiagnostics?: LocalizedDiagnostic[];
}

/** Read the value of a known field into its group, and report what it departs from. */
export function readValue(field: KnownField, value: string, line: number, group: Draft, issues: IssueList): void {
  if (value === '') issues.add('missing-value', line, field);
  switch (field.kind) {
    case 'text':
      put(group, field.key, value);
      return;
    case 'typed':
      put(group, field.key, readTyped(field, value, line, issues));
      return;
    case 'date':
      readDate(field, value, line, group, issues);
      return;
    case 'action':
      readAction(field, value, line, group, issues);
      return;
    case 'status':
      readStatusValue(field, value, line, group, issues);
      return;
    case 'localized':
      readLocalized(field, value, line, group, issues);
      return;
    case 'future-release':
      if (!isFutureRelease(value)) issues.add('bad-future-release', line, field);
      group.futureReleaseRequest = value;
  }
}

/** Keys come from the table of known fields, which says of what kind each value is. */
function put(group: Draft, key: string, value: TypedValue | Date | string): void {
  (group as Record<string, unknown>)[key] = value;
}

/**
 * Split at the first semicolon. What stands before it must be an atom, else the semicolon belongs to the value.
 *
 *     typed = atom ";" *text
 *
 * RFC 3464 §2.1.2. QUIRK: values without a type are common (RFC 3461 §10.9 prints one); they are kept, with type ''.
 */
function readTyped(field: KnownField, value: string, line: number, issues: IssueList): TypedValue {
  const semicolon = value.indexOf(';');
  let end = semicolon;
  while (isWhite(value.charCodeAt(end - 1))) end--;
  const found = isAtom(value, end)
    ? { type: value.slice(0, end).toLowerCase(), from: semicolon + 1 }
    : readCommentedType(value);
  if (found === undefined) {
    if (value !== '') issues.add('missing-type', line, field);
    return { type: '', value };
  }
  let { from } = found;
  while (isWhite(value.charCodeAt(from))) from++;
  if (from === value.length) issues.add('missing-value', line, field);
  return { type: found.type, value: value.slice(from) };
}

/** A type with comments around it, as in `(Internet) rfc822 (mail; net); a@b`: a semicolon in a comment does not end it. */
function readCommentedType(value: string): { type: string; from: number } | undefined {
  if (!value.includes('(')) return undefined;
  let semicolon = 0;
  for (; semicolon < value.length && value.charCodeAt(semicolon) !== 0x3b; semicolon++) {
    if (value.charCodeAt(semicolon) !== 0x28) continue;
    const end = endOfComment(value, semicolon);
    if (end < 0) return undefined;
    semicolon = end - 1;
  }
  const { text } = splitComments(value.slice(0, semicolon));
  return semicolon < value.length && isAtom(text, text.length)
    ? { type: text.toLowerCase(), from: semicolon + 1 }
    : undefined;
}

/** Whether the first `end` characters are an RFC 822 atom: no specials, no space, no controls. */
export function isAtom(text: string, end: number): boolean {
  for (let i = 0; i < end; i++) if (ATOM_CHARACTERS[text.charCodeAt(i)] !== 1) return false;
  return end > 0;
}

const ATOM_CHARACTERS = Uint8Array.from({ length: 128 }, (_, code) =>
  code > 0x20 && code < 0x7f && !'()<>@,;:\\".[]'.includes(String.fromCharCode(code)) ? 1 : 0,
);

function readDate(field: KnownField, value: string, line: number, group: Draft, issues: IssueList): void {
  const reader = new DateReader(value);
  if (!reader.read()) {
    if (value !== '') issues.add('bad-date', line, field);
    return;
  }
  const date = new Date(reader.time);
  put(group, field.key, date);
  const { departures } = reader;
  if (departures.length === 0) return;
  if (departures.includes('wrong-weekday')) issues.add('wrong-weekday', line, field);
  // QUIRK: Sendmail names the zone: "GMT".
  if (departures.some((departure) => departure !== 'wrong-weekday'))
    issues.add('obsolete-date', line, field, date.toISOString());
}

function readAction(field: KnownField, value: string, line: number, group: Draft, issues: IssueList): void {
  if (ACTIONS.has(value)) {
    group.action = value as Action;
    return;
  }
  const { text, comments, unclosedAt } = splitComments(value);
  if (unclosedAt !== undefined) issues.add('unclosed-comment', line, field);
  const [word = '', ...others] = text.split(/[ \t]+/);
  const comment = decodeWords([...others, ...comments].join(' '));
  if (comment !== '') group.actionComment = comment;
  const action = word.toLowerCase();
  if (ACTIONS.has(action)) {
    group.action = action as Action;
    // QUIRK: a remark without parentheses after the action.
    if (others.length > 0) issues.add('text-after-action', line, field);
  } else if (action === 'transferred' || action === 'opaque') issues.add('tracking-action', line, field);
  else if (value !== '') issues.add('unknown-action', line, field);
}

function readStatusValue(field: KnownField, value: string, line: number, group: Draft, issues: IssueList): void {
  const { status, comment, departures } = readStatus(value);
  if (status !== undefined) group.status = status;
  if (comment !== undefined) group.statusComment = comment;
  for (const code of departures) issues.add(code, line, field);
}

function readLocalized(field: KnownField, value: string, line: number, group: Draft, issues: IssueList): void {
  const semicolon = value.indexOf(';');
  const language = value.slice(0, Math.max(semicolon, 0)).trim();
  const list = (group.localizedDiagnostics ??= []);
  if (!isLanguageTag(language)) issues.add('bad-language', line, field);
  list.push({ language, text: value.slice(semicolon + 1).trim() });
}

/** Whether a text has the shape of an RFC 5646 tag: subtags of 1 to 8 letters or digits, the first of letters. */
export function isLanguageTag(text: string): boolean {
  return text.length <= 100 && /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/.test(text);
}

/** `for;` seconds or `until;` a date-time. RFC 4865 §5.1.2. */
export function isFutureRelease(text: string): boolean {
  return /^(?:for;[1-9]\d{0,8}|until;\d[\dTZ:.+-]{9,40})$/i.test(text);
}

function isWhite(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
