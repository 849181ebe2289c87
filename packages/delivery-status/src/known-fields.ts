/** How the value of a field is built. */
export type FieldKind = 'text' | 'typed' | 'date' | 'action' | 'status' | 'localized' | 'future-release';

/** A field that this package reads into a property. */
export interface KnownField {
  /** Its place in the order of the grammar. */
  readonly index: number;
  /** The bit that stands for it in a set of fields. */
  readonly bit: number;
  /** The spelling that formatters use. */
  readonly name: string;
  readonly lowerName: string;
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
).map(([name, key, group, kind, clause], index) => ({
  index,
  bit: 1 << index,
  name,
  lowerName: name.toLowerCase(),
  key,
  group,
  kind,
  clause,
}));

/** At most three names share a length, so that comparing beats making a string to look up. */
const BY_LENGTH: readonly (readonly KnownField[])[] = Array.from({ length: 23 }, (_, length) =>
  KNOWN_FIELDS.filter(({ name }) => name.length === length),
);

/** The known field whose name stands between two places of a text. Names compare without regard to case. RFC 3464 §2.1.1. */
export function knownFieldAt(text: string, start: number, end: number): KnownField | undefined {
  const candidates = BY_LENGTH[end - start];
  if (candidates === undefined) return undefined;
  for (const field of candidates) if (isSame(text, start, field.lowerName)) return field;
  return undefined;
}

/** Whether letters and hyphens are the same but for case. Bit 0x20 tells the cases apart; no name has the CR that it makes a hyphen. */
function isSame(text: string, start: number, lowerName: string): boolean {
  for (let i = 0; i < lowerName.length; i++) {
    if ((text.charCodeAt(start + i) | 0x20) !== lowerName.charCodeAt(i)) return false;
  }
  return true;
}

/** The known field of this name. */
export function knownField(name: string): KnownField | undefined {
  return knownFieldAt(name, 0, name.length);
}

const bitsOf = (test: (field: KnownField) => boolean): number =>
  KNOWN_FIELDS.reduce((bits, field) => (test(field) ? bits | field.bit : bits), 0);

export const ORIGINAL_RECIPIENT: number = bitsOf(({ key }) => key === 'originalRecipient');
export const FINAL_RECIPIENT: number = bitsOf(({ key }) => key === 'finalRecipient');
export const WILL_RETRY_UNTIL: number = bitsOf(({ key }) => key === 'willRetryUntil');
export const LOCALIZED: number = bitsOf(({ kind }) => kind === 'localized');
export const RECIPIENT_FIELDS: number = bitsOf(({ group }) => group === 'recipient');
/** What every group of a recipient has. RFC 3464 §3. */
export const REQUIRED_OF_RECIPIENT: number = bitsOf(({ key }) => ['finalRecipient', 'action', 'status'].includes(key));
