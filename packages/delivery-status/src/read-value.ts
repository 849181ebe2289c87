import { splitComments } from './comments.ts';
import { DateReader, type DateDeparture } from './date.ts';
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

/** The group under construction: one shape for both kinds, since a field may stand in the wrong one. */
export interface Draft
  extends Partial<Writable<Omit<MessageFields, 'extensions'>>>, Partial<Writable<Omit<RecipientFields, 'extensions'>>> {
  extensions?: Field[];
}

/** Read the value of a known field into the group, and report what it departs from. */
export function readValue(field: KnownField, value: string, line: number, group: Draft, issues: IssueList): void {
  const report = (code: Parameters<IssueList['add']>[0], message: string, repaired?: string): void =>
    issues.add(code, line, field.clause, message, repaired, field.name);
  if (value === '') report('missing-value', 'the field is empty');
  switch (field.kind) {
    case 'text':
      set(group, field.key, value);
      return;
    case 'typed':
      set(group, field.key, readTyped(value, report));
      return;
    case 'date':
      readDate(field.key, value, group, report);
      return;
    case 'action':
      readAction(value, group, report);
      return;
    case 'status':
      readStatusField(value, group, report);
      return;
    case 'localized':
      readLocalized(value, group, report);
      return;
    case 'future-release':
      if (!isFutureRelease(value)) report('bad-future-release', 'neither "for;" seconds nor "until;" a date');
      set(group, field.key, value);
  }
}

type Report = (code: Parameters<IssueList['add']>[0], message: string, repaired?: string) => void;

function set(group: Draft, key: string, value: unknown): void {
  (group as Record<string, unknown>)[key] = value;
}

/**
 * Split at the first semicolon. What stands before it must be an atom, else the semicolon belongs to the value.
 *
 *     typed = atom ";" *text
 *
 * RFC 3464 §2.1.2. QUIRK: values without a type are common (RFC 3461 §10.9 prints one), so they are kept with type ''.
 */
function readTyped(value: string, report: Report): TypedValue {
  const semicolon = value.indexOf(';');
  if (semicolon > 0) {
    let end = semicolon;
    while (value.charCodeAt(end - 1) === 0x20) end--;
    if (isAtom(value, end)) {
      let from = semicolon + 1;
      while (value.charCodeAt(from) === 0x20 || value.charCodeAt(from) === 0x09) from++;
      if (from === value.length) report('missing-value', 'nothing follows the type');
      return { type: value.slice(0, end).toLowerCase(), value: value.slice(from) };
    }
    const commented = readCommentedType(value);
    if (commented) return commented;
  }
  report('missing-type', 'no type stands before the value', 'value kept, type left empty');
  return { type: '', value };
}

/** A type with comments around it, as in `(Internet) rfc822 (mail); a@b`. A semicolon inside a comment does not count. */
function readCommentedType(value: string): TypedValue | undefined {
  const match = /^(?:\s|\([^()\\]{0,200}\))*([^\s()<>@,;:\\".[\]]{1,100})(?:\s|\([^()\\]{0,200}\))*;\s*/.exec(
    value.slice(0, 1000),
  );
  if (match?.[1] === undefined || !isAtom(match[1], match[1].length)) return undefined;
  return { type: match[1].toLowerCase(), value: value.slice(match[0].length) };
}

/** Whether the first `end` characters are an RFC 822 atom: no specials, no space, no controls. */
export function isAtom(text: string, end: number): boolean {
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f || SPECIALS.includes(text.charAt(i))) return false;
  }
  return end > 0;
}

const SPECIALS = '()<>@,;:\\".[]';

const DATE_DEPARTURES: Readonly<Record<DateDeparture, string>> = {
  'zone-name': 'the zone is a name instead of a number',
  'no-zone': 'the zone is missing',
  'short-year': 'the year has less than four digits',
  'wrong-weekday': 'the day of the week is not the one of the date',
  'unknown-zone': 'the zone is a name that says nothing certain',
  'bad-form': 'the parts are not in the order or form of a date',
};

function readDate(key: string, value: string, group: Draft, report: Report): void {
  const reader = new DateReader(value);
  if (!reader.read()) {
    report('bad-date', 'not a date that can be read');
    return;
  }
  set(group, key, new Date(reader.time));
  for (const departure of reader.departures) {
    report(
      departure === 'wrong-weekday' ? departure : 'obsolete-date',
      DATE_DEPARTURES[departure],
      new Date(reader.time).toISOString(),
    );
  }
}

function readAction(value: string, group: Draft, report: Report): void {
  if (ACTIONS.has(value)) {
    group.action = value as Action;
    return;
  }
  const { text, comments, unclosedAt } = splitComments(value);
  if (unclosedAt !== undefined) report('unclosed-comment', 'the comment has no end', 'the rest taken as comment');
  const end = text.indexOf(' ');
  const word = (end < 0 ? text : text.slice(0, end)).toLowerCase();
  const said = [end < 0 ? '' : text.slice(end + 1), ...comments].filter((part) => part !== '').join(' ');
  if (said !== '') group.actionComment = said;
  if (ACTIONS.has(word)) {
    group.action = word as Action;
    // QUIRK: a remark without parentheses after the action.
    if (end >= 0) report('text-after-action', 'text after the action that is not a comment', word);
  } else if (word === 'transferred' || word === 'opaque') {
    report('tracking-action', 'an action of message tracking (RFC 3886 §3.3.3), not of delivery status');
  } else {
    report('unknown-action', 'none of failed, delayed, delivered, relayed and expanded');
  }
}

function readStatusField(value: string, group: Draft, report: Report): void {
  const { status, comment, departures } = readStatus(value);
  if (status !== undefined) group.status = status;
  if (comment !== undefined) group.statusComment = comment;
  for (const { code, message } of departures) report(code, message, status);
}

function readLocalized(value: string, group: Draft, report: Report): void {
  const semicolon = value.indexOf(';');
  const language = value.slice(0, Math.max(semicolon, 0)).trim();
  const list = (group.localizedDiagnostics ?? []) as LocalizedDiagnostic[];
  group.localizedDiagnostics = list;
  if (!isLanguageTag(language)) report('bad-language', 'no language tag stands before the text');
  else if (list.length < 200 && list.some((other) => other.language.toLowerCase() === language.toLowerCase())) {
    report('duplicate-language', `a second text in ${language}`);
  }
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
