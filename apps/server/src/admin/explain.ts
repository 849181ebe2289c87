import { readBounce, readForwarded, type Bounce, type BouncedRecipient, type BounceKind } from '@dsnkit/bounce';
import { isStatusCode, parseFields, plainAddress, type Field, type TypedValue } from '@dsnkit/delivery-status';
import { explainStatus } from '@dsnkit/delivery-status/registry';
import { decodeHeaderText, splitHeader, type ParsedReport } from '@dsnkit/multipart-report';
import type {
  ExplainedField,
  ExplainedHeader,
  ExplainedRecipient,
  Explanation,
  FullExplanation,
  Typed,
} from './explain-schema.ts';
import { judgementOf } from './explain-judgement.ts';
import { meaningOf } from './field-meanings.ts';

/** As much of the returned message as is shown. */
const MAX_ORIGINAL_OCTETS = 65_536;

/** Recipients and fields of a report that are told of: more are no help to people, and each takes many times its octets. */
const MAX_RECIPIENTS = 10_000;
const MAX_FIELDS = 100_000;

/** How many fields more may be told of. */
interface Room {
  fields: number;
}

/** Explains a message, whatever it is: never throws. Time is linear in its length. */
export function explainMessage(octets: Uint8Array): Explanation {
  const bounce = readBounce(octets);
  const { kind, format, report } = bounce;
  const room: Room = { fields: MAX_FIELDS };
  const message = report === undefined ? null : explainGroup(report, room);
  const groups = groupsOf(bounce);
  const recipients = explainRecipients(bounce, groups.slice(0, MAX_RECIPIENTS), room);
  const { text, html, language, translations = [] } = report?.humanReadable ?? {};
  return {
    kind,
    format,
    summary: summaryOf(kind, recipients[0], groups.length),
    header: headerOf(report?.headers ?? splitHeader(octets).headers),
    human: {
      text: text ?? null,
      html: html ?? null,
      language: language ?? null,
      translations: translations.map((one) => ({
        language: one.language,
        subject: one.subject ?? null,
        text: one.text ?? null,
      })),
    },
    message,
    recipients,
    original: originalOf(bounce),
    issues: [
      ...(report?.issues ?? []).map((issue) => ({
        code: issue.code,
        line: issue.line,
        field: issue.field ?? null,
        clause: issue.clause,
        message: issue.message,
        repaired: issue.repaired ?? null,
      })),
      ...(groups.length > MAX_RECIPIENTS ? [leftOut('too-many-recipients', `${MAX_RECIPIENTS} recipients`)] : []),
      ...(room.fields < 0 ? [leftOut('too-many-fields', `${MAX_FIELDS} fields`)] : []),
    ],
  };
}

function leftOut(code: string, most: string): Explanation['issues'][number] {
  const message = `more than ${most}; the rest is not told of`;
  return { code, line: 1, field: null, clause: 'RFC 6533 §7', message, repaired: null };
}

/** Explains a message and, where it is no report itself, those that are attached to it or quoted in it: people forward a bounce so. */
export function explainWithAttached(octets: Uint8Array): FullExplanation {
  const explanation = explainMessage(octets);
  if (explanation.kind !== 'other') return { ...explanation, attached: [] };
  const attached = readForwarded(octets, (message) => {
    const told = explainMessage(message.octets);
    return told.kind === 'other' ? undefined : { ...told, begins: message.line ?? null, quoted: message.quoted };
  });
  return { ...explanation, attached: [...attached] };
}

const KINDS: Readonly<Record<BounceKind, string>> = {
  dsn: 'A delivery status notification',
  bounce: 'A bounce that does not tell whose mail failed',
  delay: 'Word of a delay that does not tell whose mail is late',
  success: 'Word that mail was delivered',
  challenge: 'A question back: the sender is asked to prove that a person wrote',
  mdn: 'A message disposition notification: a read receipt or its like',
  feedback: 'A feedback report: an abuse complaint or its like',
  'auto-reply': 'An automatic reply; it says nothing of delivery',
  other: 'No report, and no bounce',
};

const ACTIONS: Readonly<Record<string, string>> = {
  failed: 'was not delivered, and will not be',
  delayed: 'is not delivered yet; the server goes on trying',
  delivered: 'was delivered',
  relayed: 'was handed to a system that does not confirm delivery',
  expanded: 'went to an alias that passed it on to several addresses',
};

/** Kinds that tell what became of mail to recipients. */
const OUTCOMES: ReadonlySet<BounceKind> = new Set(['dsn', 'bounce', 'delay', 'success']);

function summaryOf(kind: BounceKind, first: ExplainedRecipient | undefined, count: number): string {
  if (first === undefined || !OUTCOMES.has(kind)) return `${KINDS[kind]}.`;
  const more = count === 1 ? '' : ` (and ${count - 1} more)`;
  return `To ${first.address ?? 'an address that is not told'}: the message ${first.actionMeaning ?? 'has a fate that is not told'}${more}.`;
}

function explainGroup(
  { deliveryStatus, mdn, feedback }: ParsedReport,
  room: Room,
): NonNullable<Explanation['message']> {
  const message = deliveryStatus?.message;
  const other = mdn?.fields ?? feedback?.fields ?? [];
  return {
    envelopeId: message?.originalEnvelopeId ?? feedback?.originalEnvelopeId ?? null,
    reportingMta: typed(message?.reportingMta),
    receivedFromMta: typed(message?.receivedFromMta),
    arrivedAt: iso(message?.arrivalDate),
    fields: message?.source === undefined ? withMeaning(other, room) : fieldsOf(message.source.text, room),
  };
}

type Group = NonNullable<ParsedReport['deliveryStatus']>['recipients'][number];

/** The groups of a report; else those that the words tell of. */
function groupsOf({ format, report, recipients }: Bounce): readonly (Group | BouncedRecipient)[] {
  return (format === 'delivery-status' ? report?.deliveryStatus?.recipients : undefined) ?? recipients;
}

function explainRecipients(
  { recipients }: Bounce,
  groups: readonly (Group | BouncedRecipient)[],
  room: Room,
): ExplainedRecipient[] {
  const judged = new Map<object, BouncedRecipient>(recipients.map((one) => [one.source ?? one, one]));
  return groups.map((group) => explainRecipient(group, judged.get(group.source ?? group), room));
}

function explainRecipient(
  recipient: Group | BouncedRecipient,
  judged: BouncedRecipient | undefined,
  room: Room,
): ExplainedRecipient {
  const { originalRecipient, finalRecipient, action, status, diagnosticCode } = recipient;
  const named = finalRecipient ?? originalRecipient;
  return {
    address: named === undefined ? (judged?.address ?? null) : plainAddress(named),
    originalRecipient: typed(originalRecipient),
    finalRecipient: typed(finalRecipient),
    action: action ?? null,
    actionMeaning: action === undefined ? null : (ACTIONS[action] ?? null),
    status: status ?? null,
    statusMeaning: status !== undefined && isStatusCode(status) ? explainStatus(status) : null,
    remoteMta: typed(recipient.remoteMta),
    diagnostic: typed(diagnosticCode) ?? replyOf(judged),
    lastAttemptAt: iso(recipient.lastAttemptDate),
    willRetryUntil: iso(recipient.willRetryUntil),
    judgement: judged === undefined ? null : judgementOf(judged),
    fields: recipient.source === undefined ? [] : fieldsOf(recipient.source.text, room),
  };
}

/** What a host answered, where no field has it. */
function replyOf(judged: BouncedRecipient | undefined): Typed | null {
  const { reply, source } = judged ?? {};
  if (reply === undefined || source !== undefined) return null;
  const code = reply.replyCode === undefined ? '' : `${reply.replyCode} `;
  return {
    type: 'smtp',
    value: `${code}${reply.status === undefined ? '' : `${reply.status} `}${reply.lines.join(' ')}`,
  };
}

function fieldsOf(text: string, room: Room): ExplainedField[] {
  return room.fields < 0 ? [] : withMeaning(parseFields(text.replace(/^[\r\n]+/, '')).fields, room);
}

function withMeaning(fields: readonly Field[], room: Room): ExplainedField[] {
  const shown = fields.slice(0, Math.max(0, room.fields));
  room.fields -= fields.length;
  return shown.map(({ name, value }) => {
    const known = meaningOf(name);
    return { name, value, meaning: known?.meaning ?? null, clause: known?.clause ?? null };
  });
}

/** The message as it came back; else what is told of it. */
function originalOf({ report, original }: Bounce): Explanation['original'] {
  const returned = report?.returned;
  if (returned === undefined) return toldOf(original);
  const shown = returned.octets.subarray(0, MAX_ORIGINAL_OCTETS);
  return {
    ...headerOf(returned.headers),
    kind: returned.kind,
    text: new TextDecoder().decode(shown),
    truncated: shown.length < returned.octets.length,
  };
}

function toldOf(original: Bounce['original']): Explanation['original'] {
  const { messageId, subject, from, to, date } = original;
  if ([messageId, subject, from, to, date].every((value) => value === undefined)) return null;
  return {
    messageId: messageId ?? null,
    subject: subject ?? null,
    from: from ?? null,
    to: to ?? null,
    date: date ?? null,
    ...{ kind: 'told', text: null, truncated: false },
  };
}

function headerOf(headers: readonly Field[]): ExplainedHeader {
  const value = (name: string): string | null => {
    const found = headers.find((field) => field.name.toLowerCase() === name);
    return found === undefined ? null : decodeHeaderText(found.value);
  };
  return {
    messageId: value('message-id'),
    subject: value('subject'),
    from: value('from'),
    to: value('to'),
    date: value('date'),
  };
}

function typed(value: TypedValue | undefined): Typed | null {
  return value === undefined ? null : { type: value.type, value: value.value };
}

function iso(date: Date | undefined): string | null {
  return date === undefined || Number.isNaN(date.getTime()) ? null : date.toISOString();
}
