/** How the value of a field is built. */
export type FieldKind = 'text' | 'typed' | 'date' | 'action' | 'status' | 'localized' | 'future-release';

/** A field that this package reads into a property. */
export interface KnownField {
  /** The bit that stands for it in a set of fields. */
  readonly bit: number;
  /** The spelling that formatters use. */
  readonly name: string;
  readonly key: string;
  readonly group: 'message' | 'recipient';
  readonly kind: FieldKind;
  readonly clause: string;
}

/** All known fields in the order of the grammar. RFC 3464 §2.2, RFC 3464 §2.3, RFC 6533 §4.1. */
export const KNOWN_FIELDS: readonly KnownField[] = (
  [
    ['Original-Envelope-Id', 'originalEnvelopeId', 'message', 'text', 'RFC 3464 §2.2.1'],
    ['Reporting-MTA', 'reportingMta', 'message', 'typed', 'RFC 3464 §2.2.2'],
    ['DSN-Gateway', 'dsnGateway', 'message', 'typed', 'RFC 3464 §2.2.3'],
    ['Received-From-MTA', 'receivedFromMta', 'message', 'typed', 'RFC 3464 §2.2.4'],
    ['Arrival-Date', 'arrivalDate', 'message', 'date', 'RFC 3464 §2.2.5'],
    ['Deliver-By-Date', 'deliverByDate', 'message', 'date', 'RFC 2852 §5'],
    ['Future-Release-Request', 'futureReleaseRequest', 'message', 'future-release', 'RFC 4865 §5.1.2'],
    ['Original-Recipient', 'originalRecipient', 'recipient', 'typed', 'RFC 3464 §2.3.1'],
    ['Final-Recipient', 'finalRecipient', 'recipient', 'typed', 'RFC 3464 §2.3.2'],
    ['Action', 'action', 'recipient', 'action', 'RFC 3464 §2.3.3'],
    ['Status', 'status', 'recipient', 'status', 'RFC 3464 §2.3.4'],
    ['Remote-MTA', 'remoteMta', 'recipient', 'typed', 'RFC 3464 §2.3.5'],
    ['Diagnostic-Code', 'diagnosticCode', 'recipient', 'typed', 'RFC 3464 §2.3.6'],
    ['Localized-Diagnostic', 'localizedDiagnostics', 'recipient', 'localized', 'RFC 6533 §4.1'],
    ['Last-Attempt-Date', 'lastAttemptDate', 'recipient', 'date', 'RFC 3464 §2.3.7'],
    ['Final-Log-ID', 'finalLogId', 'recipient', 'text', 'RFC 3464 §2.3.8'],
    ['Will-Retry-Until', 'willRetryUntil', 'recipient', 'date', 'RFC 3464 §2.3.9'],
    ['SMTP-Remote-Recipient', 'smtpRemoteRecipient', 'recipient', 'text', 'RFC 3461 §6.3(j)'],
  ] as const
).map(([name, key, group, kind, clause], index) => ({ bit: 1 << index, name, key, group, kind, clause }));

const BY_NAME: ReadonlyMap<string, KnownField> = new Map(
  KNOWN_FIELDS.flatMap((field) => [
    [field.name, field],
    [field.name.toLowerCase(), field],
  ]),
);

/** Names compare without regard to case. RFC 3464 §2.1.1. */
export function knownField(name: string): KnownField | undefined {
  return BY_NAME.get(name) ?? BY_NAME.get(name.toLowerCase());
}

const bitOf = (key: string): number => KNOWN_FIELDS.find((field) => field.key === key)?.bit ?? 0;

export const ORIGINAL_RECIPIENT: number = bitOf('originalRecipient');
export const FINAL_RECIPIENT: number = bitOf('finalRecipient');
export const LOCALIZED: number = bitOf('localizedDiagnostics');
export const RECIPIENT_BITS: number = KNOWN_FIELDS.reduce(
  (bits, field) => (field.group === 'recipient' ? bits | field.bit : bits),
  0,
);
