/** What a field of a report says, for people, and where it is defined. */
export interface FieldMeaning {
  readonly meaning: string;
  readonly clause: string;
}

/** By its name, in any case; undefined for a field that no standard of reports knows. */
export function meaningOf(name: string): FieldMeaning | undefined {
  return MEANINGS.get(name.toLowerCase());
}

const ROWS: readonly (readonly [name: string, meaning: string, clause: string])[] = [
  ['Original-Envelope-Id', 'the name that the sender gave to this sending (ENVID)', 'RFC 3464 §2.2.1'],
  ['Reporting-MTA', 'the host that tells this', 'RFC 3464 §2.2.2'],
  ['DSN-Gateway', 'the gateway that translated the report', 'RFC 3464 §2.2.3'],
  ['Received-From-MTA', 'the host from which the message came, by the name it gave', 'RFC 3464 §2.2.4'],
  ['Arrival-Date', 'when the message came to the reporting host', 'RFC 3464 §2.2.5'],
  ['Deliver-By-Date', 'when the message had to be there', 'RFC 2852 §5'],
  ['Future-Release-Request', 'for how long the message was to be held', 'RFC 4865 §5.1.2'],
  ['Original-Recipient', 'the address that the sender used', 'RFC 3464 §2.3.1'],
  ['Final-Recipient', 'the address for which the reporting host had the message', 'RFC 3464 §2.3.2'],
  ['Action', 'what the reporting host did', 'RFC 3464 §2.3.3'],
  ['Status', 'why, as an enhanced status code', 'RFC 3464 §2.3.4'],
  ['Remote-MTA', 'the host whose answer decided', 'RFC 3464 §2.3.5'],
  ['Diagnostic-Code', 'the words of the host that decided', 'RFC 3464 §2.3.6'],
  ['Localized-Diagnostic', 'the reason in another language', 'RFC 6533 §4.1'],
  ['Last-Attempt-Date', 'when delivery was tried last', 'RFC 3464 §2.3.7'],
  ['Final-Log-ID', 'the name of the message in the log of the host that decided', 'RFC 3464 §2.3.8'],
  ['Will-Retry-Until', 'when the reporting host will give up', 'RFC 3464 §2.3.9'],
  ['SMTP-Remote-Recipient', 'the address that was given to the remote host', 'RFC 3461 §6.3(j)'],
  ['Reporting-UA', 'the mail program that tells this', 'RFC 8098 §3.2.1'],
  ['MDN-Gateway', 'the gateway that translated the report', 'RFC 8098 §3.2.2'],
  ['Original-Message-ID', 'the message that was read, or deleted', 'RFC 8098 §3.2.5'],
  ['Disposition', 'what was done with the message, and whether a person did it', 'RFC 8098 §3.2.6'],
  ['Feedback-Type', 'what the complaint is about', 'RFC 5965 §3.1'],
  ['User-Agent', 'the program that made the complaint', 'RFC 5965 §3.1'],
  ['Original-Mail-From', 'the reverse-path of the message complained about', 'RFC 5965 §3.2'],
  ['Original-Rcpt-To', 'a recipient of the message complained about', 'RFC 5965 §3.3'],
  ['Source-IP', 'the host that handed the message over', 'RFC 5965 §3.2'],
];

const MEANINGS: ReadonlyMap<string, FieldMeaning> = new Map(
  ROWS.map(([name, meaning, clause]) => [name.toLowerCase(), { meaning, clause }]),
);
