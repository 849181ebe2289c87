import { DeliveryStatusError, type DeliveryStatusErrorCode } from './error.ts';
import { FieldWriter, type Group } from './format-field.ts';
import { KNOWN_FIELDS, REQUIRED_OF_RECIPIENT, type KnownField } from './known-fields.ts';
import { parseGroup, type SourceGroup } from './parse-group.ts';
import { isRemoved, rewriteGroup, type Adoption } from './rewrite-group.ts';
import { joinLines } from './join-lines.ts';
import type {
  DeliveryStatus,
  LocalizedDiagnostic,
  MessageFields,
  ParsedDeliveryStatus,
  RecipientFields,
} from './types.ts';

/**
 * Write the body of a message/delivery-status part: grammar order, one blank line before each recipient, CRLF, ASCII.
 * Groups that were parsed keep the octets of every field whose meaning is unchanged, also where those had issues. A byte order
 * mark is no part of the text, and is not written again.
 *
 * RFC 3464 §2.1, RFC 3464 §2.2, RFC 3464 §2.3.
 *
 * @throws {DeliveryStatusError} rather than emit an illegal octet, a field outside its grammar or a group without a required field.
 * @example formatDeliveryStatus({ message: { reportingMta: { type: 'dns', value: 'mx.example.net' } }, recipients: [{ finalRecipient: { type: 'rfc822', value: 'u@example.org' }, action: 'failed', status: '5.1.1' }] })
 */
export function formatDeliveryStatus(status: DeliveryStatus | ParsedDeliveryStatus): string {
  return format(status, true);
}

/**
 * Write the body of a message/global-delivery-status part: as {@link formatDeliveryStatus}, but text may go beyond ASCII.
 * The result is to be encoded as UTF-8.
 *
 * RFC 6533 §4.1.
 *
 * @throws {DeliveryStatusError} as {@link formatDeliveryStatus}, save `not-ascii`.
 * @example formatGlobalDeliveryStatus({ message, recipients: [{ finalRecipient: { type: 'utf-8', value: 'jos\u00e9@example.org' }, action: 'failed', status: '5.1.1' }] })
 */
export function formatGlobalDeliveryStatus(status: DeliveryStatus | ParsedDeliveryStatus): string {
  return format(status, false);
}

function format(status: DeliveryStatus | ParsedDeliveryStatus, ascii: boolean): string {
  if (status.recipients.length === 0 && !('issues' in status)) {
    throw new DeliveryStatusError('no-recipients', 'a delivery status reports on at least one recipient');
  }
  const message = openGroup(status.message, 'message');
  const recipients = status.recipients.map((recipient) => openGroup(recipient, 'recipient'));
  const writer = new FieldWriter(lineEndOf([message, ...recipients]), ascii);
  const { now, was } = message;
  const adoption: Adoption = {
    message: now,
    placed: new Set(was?.fields.map(({ known }) => known)),
    gone: new Set(KNOWN_FIELDS.filter((known) => was && isRemoved(known, was.draft as Group, now))),
  };
  // A message made anew says itself all that it has to say.
  if (!was) for (const known of KNOWN_FIELDS) adoption.placed.add(known);
  // Recipients first: fields of the message that stand among theirs stay there.
  const parts = recipients.map((group) => formatGroup(group, adoption, writer));
  return joinLines([formatGroup(message, adoption, writer), ...parts], writer.lineEnd);
}

interface OpenedGroup {
  readonly kind: KnownField['group'];
  readonly now: Group;
  /** What it was when it was parsed, if it was. */
  readonly was: SourceGroup | undefined;
}

function openGroup(group: Partial<MessageFields> | Partial<RecipientFields>, kind: KnownField['group']): OpenedGroup {
  return { kind, now: group, was: group.source && parseGroup(group.source.text, kind) };
}

function formatGroup({ kind, now, was }: OpenedGroup, adoption: Adoption, writer: FieldWriter): string {
  assertGroup(now, kind, was?.draft as Group | undefined);
  if (was) return rewriteGroup(was, now, kind, adoption, writer);
  let text = kind === 'recipient' ? writer.lineEnd : '';
  for (const field of KNOWN_FIELDS) if (field.group === kind) text += writer.known(field, now);
  for (const field of (now as Partial<MessageFields>).extensions ?? []) text += writer.extension(field);
  return text;
}

/** The line end of the document, so that a new field does not mix it. CRLF next to any other is still CRLF. */
function lineEndOf(groups: readonly OpenedGroup[]): string {
  const texts = groups.map(({ now }) => (now as Partial<MessageFields>).source?.text ?? '');
  const hasLf = texts.some((text) => text.includes('\n'));
  const hasCr = texts.some((text) => text.includes('\r'));
  return hasLf === hasCr ? '\r\n' : hasLf ? '\n' : '\r';
}

/** Refuse what the grammar of a group refuses, unless it was received so. */
function assertGroup(group: Group, kind: KnownField['group'], was: Group | undefined): void {
  const received = was === undefined ? [] : faultsOf(was, kind);
  const fault = faultsOf(group, kind).find(({ field }) => !received.some((old) => old.field === field));
  if (fault) throw new DeliveryStatusError(fault.code, `${fault.field}: ${fault.message}`, { field: fault.field });
}

interface Fault {
  readonly code: DeliveryStatusErrorCode;
  readonly field: string;
  readonly message: string;
}

function faultsOf(group: Group, kind: KnownField['group']): readonly Fault[] {
  const faults: Fault[] = [];
  for (const { key, name, clause } of REQUIRED[kind]) {
    if (group[key] === undefined) faults.push({ code: 'missing-field', field: name, message: `missing (${clause})` });
  }
  if (group['willRetryUntil'] !== undefined && group['action'] !== 'delayed') {
    const message = 'only where the action is delayed (RFC 3464 §2.3.9)';
    faults.push({ code: 'retry-date-without-delay', field: 'Will-Retry-Until', message });
  }
  const { localizedDiagnostics } = group as Partial<RecipientFields>;
  if (localizedDiagnostics !== undefined) faults.push(...localizedFaults(localizedDiagnostics, group));
  return faults;
}

const REQUIRED: Readonly<Record<KnownField['group'], readonly KnownField[]>> = {
  message: KNOWN_FIELDS.filter(({ key }) => key === 'reportingMta'),
  recipient: KNOWN_FIELDS.filter(({ bit }) => (bit & REQUIRED_OF_RECIPIENT) !== 0),
};

function localizedFaults(list: readonly LocalizedDiagnostic[], group: Group): readonly Fault[] {
  const field = 'Localized-Diagnostic';
  if (list.length > 0 && group['diagnosticCode'] === undefined) {
    return [{ code: 'localized-without-diagnostic', field, message: 'needs a Diagnostic-Code (RFC 6533 §4.1)' }];
  }
  const languages = new Set(list.map(({ language }) => language.toLowerCase()));
  if (languages.size === list.length) return [];
  return [{ code: 'duplicate-language', field, message: 'two in one language (RFC 6533 §4.1)' }];
}
