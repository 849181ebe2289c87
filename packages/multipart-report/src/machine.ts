import type { Field } from '@dsnkit/delivery-status';
import { fieldValue, isNamed } from './header.ts';

/** The fields of a message/disposition-notification. RFC 8098 §3.1. */
export interface DispositionNotification {
  /** RFC 8098 §3.2.1. */
  readonly reportingUa?: string;
  /** RFC 8098 §3.2.2. */
  readonly mdnGateway?: string;
  /** With its type, as in `rfc822;bob@example.org`. RFC 8098 §3.2.3. */
  readonly originalRecipient?: string;
  /** With its type. RFC 8098 §3.2.4. */
  readonly finalRecipient?: string;
  /** In its angle brackets. RFC 8098 §3.2.5. */
  readonly originalMessageId?: string;
  readonly disposition?: Disposition;
  /** All fields in order, those above included. */
  readonly fields: readonly Field[];
}

/** `action-mode/sending-mode; type/modifier,…`, all in lower case. RFC 8098 §3.2.6. */
export interface Disposition {
  /** `manual-action` or `automatic-action`. */
  readonly actionMode: string;
  /** `mdn-sent-manually` or `mdn-sent-automatically`. */
  readonly sendingMode: string;
  /** `displayed`, `deleted`, `dispatched`, `processed`, … */
  readonly type: string;
  /** `error` and others. */
  readonly modifiers: readonly string[];
}

/** The fields of a message/feedback-report, values as they were written. RFC 5965 §3. */
export interface FeedbackReport {
  /** `abuse`, `fraud`, `virus`, `not-spam`, `auth-failure`, `opt-out`, `other`, in lower case. */
  readonly feedbackType?: string;
  readonly userAgent?: string;
  readonly version?: string;
  readonly originalEnvelopeId?: string;
  readonly originalMailFrom?: string;
  readonly arrivalDate?: string;
  readonly reportingMta?: string;
  /** The address that the message came from. */
  readonly sourceIp?: string;
  /** How many messages like this one the report stands for. */
  readonly incidents?: number;
  readonly originalRcptTo: readonly string[];
  readonly reportedDomain: readonly string[];
  readonly reportedUri: readonly string[];
  readonly authenticationResults: readonly string[];
  /** All fields in order, those above included. */
  readonly fields: readonly Field[];
}

/**
 * Read the fields of a message disposition notification.
 *
 *     disposition-field = "Disposition" ":" disposition-mode OWS ";" OWS disposition-type
 *                         [ OWS "/" OWS disposition-modifier *( OWS "," OWS disposition-modifier ) ]
 *
 * RFC 8098 §3.1, §3.2.6.
 *
 * @example
 * readDispositionNotification([{ name: 'Disposition', value: 'manual-action/MDN-sent-manually; displayed' }]).disposition?.type; // 'displayed'
 */
export function readDispositionNotification(fields: readonly Field[]): DispositionNotification {
  const disposition = fieldValue(fields, 'disposition');
  return {
    ...readTexts(fields, [
      'reporting-ua',
      'mdn-gateway',
      'original-recipient',
      'final-recipient',
      'original-message-id',
    ]),
    ...(disposition === undefined ? {} : { disposition: readDisposition(disposition) }),
    fields,
  };
}

function readDisposition(value: string): Disposition {
  const [mode = '', what = ''] = split(value.toLowerCase(), ';');
  const [actionMode = '', sendingMode = ''] = split(mode, '/');
  const [type = '', modifiers = ''] = split(what, '/');
  return { actionMode, sendingMode, type, modifiers: split(modifiers, ',').filter((modifier) => modifier !== '') };
}

function split(text: string, separator: string): string[] {
  return text.split(separator).map((piece) => piece.trim());
}

/**
 * Read the fields of an abuse report.
 *
 * RFC 5965 §3.1, §3.2, §3.3: of the fields that may come several times all values are given, in order.
 *
 * @example
 * readFeedbackReport([{ name: 'Feedback-Type', value: 'abuse' }]).feedbackType; // 'abuse'
 */
export function readFeedbackReport(fields: readonly Field[]): FeedbackReport {
  const incidents = Number.parseInt(fieldValue(fields, 'incidents') ?? '', 10);
  const { feedbackType, receivedDate: arrivalDate, ...texts } = readTexts(fields, FEEDBACK_TEXTS);
  return {
    ...(feedbackType === undefined ? {} : { feedbackType: feedbackType.toLowerCase() }),
    ...(arrivalDate === undefined ? {} : { arrivalDate }),
    ...texts,
    ...(Number.isNaN(incidents) ? {} : { incidents }),
    originalRcptTo: allValues(fields, 'original-rcpt-to'),
    reportedDomain: allValues(fields, 'reported-domain'),
    reportedUri: allValues(fields, 'reported-uri'),
    authenticationResults: allValues(fields, 'authentication-results'),
    fields,
  };
}

/** Received-Date is Arrival-Date in older reports. RFC 5965 §3.2. */
const FEEDBACK_TEXTS = [
  'feedback-type',
  'user-agent',
  'version',
  'original-envelope-id',
  'original-mail-from',
  'received-date',
  'arrival-date',
  'reporting-mta',
  'source-ip',
] as const;

function allValues(fields: readonly Field[], name: string): string[] {
  return fields.filter((field) => isNamed(field, name)).map((field) => field.value);
}

type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

/** The values of fields, each under its name in camel case: `source-ip` is `sourceIp`. */
function readTexts<N extends string>(
  fields: readonly Field[],
  names: readonly N[],
): Partial<Record<CamelCase<N>, string>> {
  const texts: Partial<Record<string, string>> = {};
  for (const name of names) {
    const value = fieldValue(fields, name);
    if (value !== undefined) texts[name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())] = value;
  }
  return texts;
}
