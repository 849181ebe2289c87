import {
  assertDeliveryStatus,
  DeliveryStatusError,
  forgetSource,
  mtaName,
  parseDiagnostic,
  parseStatusCode,
  statusForReply,
  toAsciiDeliveryStatus,
  type Action,
  type DeliveryStatus,
  type Field,
  type MessageFields,
  type ParsedDeliveryStatus,
  type RecipientFields,
  type StatusCode,
  type TypedValue,
} from '@dsnkit/delivery-status';
import {
  decodeHeaderText,
  deriveBoundary,
  formatReport,
  ReportError,
  type HumanReadable,
  type ParsedReport,
} from '@dsnkit/multipart-report';
import { UsageError } from '../usage-error.ts';

/**
 * Writes a report anew so that it conforms, with everything that could be understood of it. Nothing is invented: what can
 * not be concluded from the report itself is left as it was.
 *
 * @throws {UsageError} in one line, where something is missing that nobody can know
 */
export function repair(report: ParsedReport): Uint8Array {
  const { deliveryStatus, machineReadable, returned, humanReadable } = report;
  if (deliveryStatus === undefined) throw new UsageError('there is no delivery status to repair');
  const global = machineReadable?.mediaType === 'message/global-delivery-status';
  const status = repairedStatus(deliveryStatus);
  const human = repairedHuman(humanReadable, status);
  const headers = repairedHeaders(report.headers);
  const content = returned && { kind: returned.kind, octets: returned.octets };
  const seed = headers.find(({ name }) => name.toLowerCase() === 'message-id')?.value ?? 'repaired';
  const boundary = deriveBoundary(seed, [human.text ?? '', human.html ?? '', returned?.octets ?? '']);
  const machine = global ? status : toAsciiDeliveryStatus(status);
  try {
    return formatReport(
      { headers, humanReadable: human, deliveryStatus: machine, ...(content && { returned: content }) },
      { boundary, returnPath: global ? 'smtputf8' : '8bit', smtputf8: global },
    );
  } catch (error) {
    if (!(error instanceof ReportError) && !(error instanceof DeliveryStatusError)) throw error;
    throw new UsageError(`it can not be repaired: ${error.message}`);
  }
}

function repairedStatus(parsed: ParsedDeliveryStatus): DeliveryStatus {
  const { message, recipients } = forgetSource(parsed);
  const repaired = { message: repairedMessage(message), recipients: recipients.map(repairedRecipient), issues: [] };
  if (repaired.message.reportingMta === undefined) throw missing('Reporting-MTA');
  if (repaired.recipients.length === 0) throw new UsageError('it can not be repaired: no recipient is reported on');
  for (const { finalRecipient, action, status } of repaired.recipients) {
    if (finalRecipient === undefined) throw missing('Final-Recipient');
    if (action === undefined) throw missing('Action');
    if (status === undefined) throw missing('Status');
  }
  return assertDeliveryStatus(repaired);
}

function missing(field: string): UsageError {
  return new UsageError(`it can not be repaired: ${field} is missing, and nothing in the report tells it`);
}

function repairedMessage(message: Partial<MessageFields>): Partial<MessageFields> {
  const { reportingMta, dsnGateway, receivedFromMta, extensions, ...rest } = message;
  return {
    ...rest,
    ...(says(reportingMta) && { reportingMta: typedMta(reportingMta) }),
    ...(says(dsnGateway) && { dsnGateway: typedMta(dsnGateway) }),
    ...(says(receivedFromMta) && { receivedFromMta: typedMta(receivedFromMta) }),
    ...(extensions && { extensions: extensions.map(experimental) }),
  };
}

function repairedRecipient(recipient: Partial<RecipientFields>): Partial<RecipientFields> {
  const {
    originalRecipient,
    finalRecipient,
    remoteMta,
    diagnosticCode,
    willRetryUntil,
    extensions,
    localizedDiagnostics,
    ...rest
  } = recipient;
  const final = says(finalRecipient) ? finalRecipient : originalRecipient;
  const status = recipient.status ?? statusFrom(recipient);
  const action = recipient.action ?? actionFrom(status);
  return {
    ...rest,
    ...(says(originalRecipient) && { originalRecipient: typedAddress(originalRecipient) }),
    ...(says(final) && { finalRecipient: typedAddress(final) }),
    ...(action && { action }),
    ...(status && { status }),
    ...(says(remoteMta) && { remoteMta: typedMta(remoteMta) }),
    ...(says(diagnosticCode) && { diagnosticCode: typedDiagnostic(diagnosticCode) }),
    // RFC 3464 §2.3.9, RFC 6533 §4.1: fields that need another one.
    ...(willRetryUntil && action === 'delayed' && { willRetryUntil }),
    ...(localizedDiagnostics && says(diagnosticCode) && { localizedDiagnostics: onePerLanguage(localizedDiagnostics) }),
    ...(extensions && { extensions: extensions.map(experimental) }),
  };
}

/** A field that stands there, and not empty: an optional one says nothing then. */
function says(value: TypedValue | undefined): value is TypedValue {
  return value !== undefined && value.value.trim() !== '';
}

/** The status that the remote reply gives, else the class that the action tells. RFC 3461 §6.3(g). */
function statusFrom({ action, diagnosticCode }: Partial<RecipientFields>): StatusCode | undefined {
  const reply = diagnosticCode && parseDiagnostic(diagnosticCode);
  if (reply?.replyCode !== undefined || reply?.status !== undefined) return statusForReply(reply);
  if (action === undefined) return undefined;
  return action === 'failed' ? '5.0.0' : action === 'delayed' ? '4.0.0' : '2.0.0';
}

/** A failure or a delay can be told by the class; which of the three kinds of success it was can not. */
function actionFrom(status: StatusCode | undefined): Action | undefined {
  if (status === undefined) return undefined;
  const { class: digit } = parseStatusCode(status);
  return digit === 5 ? 'failed' : digit === 4 ? 'delayed' : undefined;
}

function typedAddress({ type, value }: TypedValue): TypedValue {
  const address = /^<(.*)>$/.exec(value)?.[1] ?? value;
  const beyondAscii = /[^\u0000-\u007f]/.test(address);
  return { type: beyondAscii ? 'utf-8' : type === '' ? 'rfc822' : type, value: address };
}

function typedMta(mta: TypedValue): TypedValue {
  return mta.type === '' || (mta.type === 'dns' && mtaName(mta.value.split(/[\s(]/)[0] ?? '').type !== 'dns')
    ? { ...mta, type: mtaName(mta.value.split(/[\s(]/)[0] ?? '').type }
    : mta;
}

function typedDiagnostic(diagnostic: TypedValue): TypedValue {
  const isReply = parseDiagnostic(diagnostic).replyCode !== undefined;
  if (diagnostic.type === '' || diagnostic.type === 'smtp')
    return { ...diagnostic, type: isReply ? 'smtp' : 'x-unknown' };
  return diagnostic;
}

function onePerLanguage<T extends { readonly language: string }>(list: readonly T[]): readonly T[] {
  const seen = new Set<string>();
  return list.filter(({ language }) => !seen.has(language.toLowerCase()) && seen.add(language.toLowerCase()));
}

/** RFC 3464 §2.4: what nobody registered begins with X-. */
function experimental(field: Field): Field {
  return /^(?:x-|x400-|smtp-)/i.test(field.name) ? field : { ...field, name: `X-${field.name}` };
}

function repairedHuman(human: HumanReadable, { recipients }: DeliveryStatus): HumanReadable {
  if ((human.text ?? '') !== '' || (human.html ?? '') !== '') return human;
  const lines = recipients.map(
    ({ finalRecipient, action, status }) => `${finalRecipient.value}: ${action} (${status})`,
  );
  return { text: `This report came without a text. It says:\n\n${lines.join('\n')}\n` };
}

/** Fields about the body are written anew, those that may stand once do, and signatures over the old text are dropped. */
function repairedHeaders(headers: readonly Field[]): Field[] {
  const seen = new Set<string>();
  const kept = headers.filter(({ name, value }) => {
    const key = name.toLowerCase();
    if (key.startsWith('content-') || key === 'mime-version' || SIGNATURES.has(key)) return false;
    if (key === 'auto-submitted' && !/^auto-replied\b/i.test(value)) return false;
    if (!SINGLE.has(key)) return true;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  // The formatter encodes text for itself, and takes encoded words in it for text; not beside addresses, where a comma that
  // was encoded would part them.
  const decoded = kept.map((field) =>
    field.value.includes('=?') && !ADDRESSES.has(field.name.toLowerCase())
      ? { ...field, value: decodeHeaderText(field.value) }
      : field,
  );
  // RFC 5322 §2.1.1: a word that no line can hold; only private fields have such.
  return decoded.filter(({ name, value }) => !/^x-/i.test(name) || !/\S{900}/.test(value));
}

const ADDRESSES: ReadonlySet<string> = new Set(['from', 'to', 'cc', 'bcc', 'sender', 'reply-to']);
const SIGNATURES: ReadonlySet<string> = new Set([
  'dkim-signature',
  'domainkey-signature',
  'arc-message-signature',
  'arc-seal',
]);
const SINGLE: ReadonlySet<string> = new Set([
  'from', 'to', 'cc', 'bcc', 'sender', 'reply-to', 'date', 'message-id', 'subject', 'in-reply-to', 'references', 'auto-submitted',
]); // prettier-ignore
