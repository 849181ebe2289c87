import { isStatusCode, type Action, type StatusCode } from '@dsnkit/delivery-status';
import { originalOf } from '../original.ts';
import { judge } from '../recipient.ts';
import { EVENT_FORMATS, type EventFormat, type EventMeaning } from '../rules/events.ts';
import { findReply, readReply } from '../text/reply.ts';
import type { Window } from '../text/window.ts';
import type { BouncedRecipient, BounceKind, Evidence, OriginalMessage } from '../types.ts';

/** What events in JSON say. */
export interface JsonEvents {
  readonly name: string;
  readonly kind: BounceKind;
  readonly recipients: readonly BouncedRecipient[];
  readonly original: OriginalMessage;
  readonly reportingHost?: string;
}

/** JSON may stand in JSON, as SNS wraps what SES says; deeper than this nobody does. */
const MOST_WRAPS = 3;

/** Events of a batch that are read. */
const MOST_EVENTS = 10_000;

/** Read the events of a sending service from a text that is JSON, or begins with it. `undefined` if it is none, or of none known here. */
export function readJson(window: Window): JsonEvents | undefined {
  const start = window.text.search(/\S/);
  const first = window.text.charAt(start);
  if (start < 0 || (first !== '{' && first !== '[')) return undefined;
  const value = parse(window.text.slice(start), first === '{' ? '}' : ']');
  const place = window.place(start);
  const events = unwrap(value, MOST_WRAPS);
  let result: JsonEvents | undefined;
  for (const event of events.slice(0, MOST_EVENTS)) {
    const format = EVENT_FORMATS.find(({ has }) => has.every((path) => at(event, path) !== undefined));
    if (format === undefined) continue;
    const next = readEvent(event, format, place);
    if (next === undefined) continue;
    result = result === undefined ? next : { ...result, recipients: [...result.recipients, ...next.recipients] };
  }
  return result;
}

/** QUIRK: mail breaks long lines; what follows a break may have got a blank. */
function parse(text: string, close: string): unknown {
  const whole = text.slice(0, text.lastIndexOf(close) + 1);
  for (const candidate of [whole, whole.replace(/\r?\n /g, ''), whole.replace(/\r?\n/g, '')]) {
    try {
      return JSON.parse(candidate);
    } catch {
      // The next candidate, or none.
    }
  }
  return undefined;
}

function unwrap(value: unknown, wraps: number): unknown[] {
  if (Array.isArray(value)) return value.slice(0, MOST_EVENTS);
  const inner = at(value, 'Message');
  if (wraps > 0 && typeof inner === 'string' && inner.startsWith('{')) return unwrap(parse(inner, '}'), wraps - 1);
  return typeof value === 'object' && value !== null ? [value] : [];
}

function readEvent(
  event: unknown,
  format: EventFormat,
  place: { offset: number; line: number },
): JsonEvents | undefined {
  const type = format.types[text(event, format.type).toLowerCase()];
  const subtype = format.subtypes?.[text(event, format.subtype).toLowerCase()];
  const meaning: EventMeaning | undefined =
    type === undefined ? undefined : { ...type, ...(type.kind === 'bounce' ? subtype : {}) };
  if (meaning === undefined) return undefined;
  const list = format.recipients === undefined ? [event] : at(event, format.recipients[0] ?? '');
  const evidence = (of: Evidence['of'], by: string): Evidence => ({ of, source: 'json', ...place, by });
  const recipients = (Array.isArray(list) ? list : []).flatMap((entry: unknown) =>
    readRecipient(entry, event, format, meaning, evidence),
  );
  const reporting = text(event, format.reportingHost).replace(/^(?:dns|dsn)\s*;\s*/i, '');
  return {
    name: format.name,
    kind: meaning.kind,
    recipients,
    original: originalOf({
      messageId: bracketed(text(event, format.messageId)),
      subject: text(event, format.subject),
      from: text(event, format.from),
    }),
    ...(reporting === '' ? {} : { reportingHost: reporting }),
  };
}

function readRecipient(
  entry: unknown,
  event: unknown,
  format: EventFormat,
  meaning: EventMeaning,
  evidence: (of: Evidence['of'], by: string) => Evidence,
): BouncedRecipient[] {
  const address = textOf(entry, event, format.address);
  if (address === '') return [];
  const said = textOf(entry, event, format.diagnostic);
  const code = textOf(entry, event, format.replyCode);
  const status = textOf(entry, event, format.status);
  const found =
    findReply(said, 0, said.length)?.reply ??
    (/^[245]\d\d$/.test(code) ? readReply(`${code} ${said}`) : said.startsWith('2') ? readReply(said) : undefined);
  const declared: StatusCode | undefined = isStatusCode(status) ? status : undefined;
  const action: Action = meaning.kind === 'delay' ? 'delayed' : meaning.kind === 'success' ? 'delivered' : 'failed';
  const recipient = judge({
    address,
    action,
    ...(declared === undefined ? {} : { fields: { status: declared } }),
    reply: found,
    words: meaning.final === true ? [] : [{ text: said, evidence: (by) => evidence('reason', by) }],
    host: textOf(entry, event, format.host) || undefined,
    usual: meaning.reason,
    confidence: 'high',
    evidence: [evidence('address', format.address[0] ?? ''), evidence('action', format.type[0] ?? '')],
  });
  return meaning.final === true && meaning.reason !== undefined
    ? [{ ...recipient, reason: meaning.reason }]
    : [recipient];
}

function bracketed(id: string): string {
  return id === '' || id.startsWith('<') ? id : `<${id}>`;
}

/** The text at the first path that leads to one; a path that begins with `/` starts at the event. */
function textOf(entry: unknown, event: unknown, paths: readonly string[] | undefined): string {
  for (const path of paths ?? []) {
    const found = path.startsWith('/') ? text(event, [path.slice(1)]) : text(entry, [path]);
    if (found !== '') return found;
  }
  return '';
}

function text(value: unknown, paths: readonly string[] | undefined): string {
  for (const path of paths ?? []) {
    const found = at(value, path);
    if (typeof found === 'string' && found !== '') return found;
    if (typeof found === 'number') return String(found);
  }
  return '';
}

/** The value at a path; `''` is the value itself. Only what the JSON itself holds counts. */
function at(value: unknown, path: string): unknown {
  if (path === '') return value;
  let inner = value;
  for (const name of path.split('.')) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, name)) return undefined;
    inner = (inner as Record<string, unknown>)[name];
  }
  return inner;
}
