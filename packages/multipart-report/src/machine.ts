import type { Field } from '@dsnkit/delivery-status';
import { fieldValue } from './header.ts';

/** The fields of a message/disposition-notification. RFC 8098 §3.1. */
export interface DispositionNotification {
  readonly reportingUa?: string;
  readonly mdnGateway?: string;
  readonly originalRecipient?: string;
  readonly finalRecipient?: string;
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
  readonly modifiers: readonly string[];
}

/** The fields of a message/feedback-report. RFC 5965 §3. */
export interface FeedbackReport {
  /** `abuse`, `fraud`, `virus`, `not-spam`, `auth-failure`, `opt-out`, `other`, in lower case. */
  readonly feedbackType?: string;
  readonly userAgent?: string;
  readonly version?: string;
  readonly originalEnvelopeId?: string;
  readonly originalMailFrom?: string;
  readonly arrivalDate?: string;
  readonly reportingMta?: string;
  readonly sourceIp?: string;
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
    ...present('reportingUa', fieldValue(fields, 'reporting-ua')),
    ...present('mdnGateway', fieldValue(fields, 'mdn-gateway')),
    ...present('originalRecipient', fieldValue(fields, 'original-recipient')),
    ...present('finalRecipient', fieldValue(fields, 'final-recipient')),
    ...present('originalMessageId', fieldValue(fields, 'original-message-id')),
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
  return {
    ...present('feedbackType', fieldValue(fields, 'feedback-type')?.toLowerCase()),
    ...present('userAgent', fieldValue(fields, 'user-agent')),
    ...present('version', fieldValue(fields, 'version')),
    ...present('originalEnvelopeId', fieldValue(fields, 'original-envelope-id')),
    ...present('originalMailFrom', fieldValue(fields, 'original-mail-from')),
    ...present('arrivalDate', fieldValue(fields, 'arrival-date') ?? fieldValue(fields, 'received-date')),
    ...present('reportingMta', fieldValue(fields, 'reporting-mta')),
    ...present('sourceIp', fieldValue(fields, 'source-ip')),
    ...(Number.isNaN(incidents) ? {} : { incidents }),
    originalRcptTo: allValues(fields, 'original-rcpt-to'),
    reportedDomain: allValues(fields, 'reported-domain'),
    reportedUri: allValues(fields, 'reported-uri'),
    authenticationResults: allValues(fields, 'authentication-results'),
    fields,
  };
}

function allValues(fields: readonly Field[], name: string): string[] {
  return fields.filter((field) => field.name.toLowerCase() === name).map((field) => field.value);
}

function present<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}
