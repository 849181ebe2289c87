import { parseFields } from '@dsnkit/delivery-status';
import type { Explanation } from './explanation.ts';

/** A field of a delivery status, by its name or as a whole line; undefined if it is none. */
export function explainField(text: string): Explanation | undefined {
  const [field] = parseFields(text.includes(':') ? text : `${text}: x`).fields;
  const row = FIELDS.find(([name]) => name.toLowerCase() === field?.name.toLowerCase());
  if (row === undefined || field === undefined) return undefined;
  const [name, group, presence, headline, form, clause] = row;
  const facts: (readonly [string, string])[] = [
    [
      'group',
      group === 'message' ? 'of the message: once, in the first block' : 'of the recipient: in the block of each',
    ],
    ['presence', presence],
    ['form', form],
  ];
  return { kind: 'field', subject: name, headline, facts: [...facts, ['clause', clause]] };
}

type Row = readonly [
  name: string,
  group: 'message' | 'recipient',
  presence: string,
  headline: string,
  form: string,
  clause: string,
];

const OPTIONAL = 'optional';
const DATE = 'date-time of RFC 5322 with a numeric zone: Thu, 07 Mar 2024 09:12:44 +0000';
const MTA = 'mta-name-type ";" name: dns; mx.example.net';
const ADDRESS = 'address-type ";" address: rfc822; bob@example.com; not xtext';

/** Every field that a delivery status may hold, in the order of the grammar. */
const FIELDS: readonly Row[] = [
  ['Original-Envelope-Id', 'message', 'if, and only if, the message came with ENVID', 'the ENVID of the message, decoded', 'text', 'RFC 3464 §2.2.1'],
  ['Reporting-MTA', 'message', 'required', 'the host that tried to deliver, and tells of it', MTA, 'RFC 3464 §2.2.2'],
  ['DSN-Gateway', 'message', 'if a gateway made the report out of a foreign one', 'the gateway that translated the report', MTA, 'RFC 3464 §2.2.3'],
  ['Received-From-MTA', 'message', OPTIONAL, 'the host that the message came from, by the name it gave', MTA, 'RFC 3464 §2.2.4'],
  ['Arrival-Date', 'message', OPTIONAL, 'when the message came to the reporting host', DATE, 'RFC 3464 §2.2.5'],
  ['Deliver-By-Date', 'message', 'if the message came with BY', 'when the message had to be there', DATE, 'RFC 2852 §5'],
  ['Future-Release-Request', 'message', 'if the message was to be held', 'the hold as it was asked for', '"for;" seconds or "until;" date-time', 'RFC 4865 §5.1.2'],
  ['Original-Recipient', 'recipient', 'if, and only if, the recipient came with ORCPT', 'the address that the sender used', ADDRESS, 'RFC 3464 §2.3.1'],
  ['Final-Recipient', 'recipient', 'required', 'the address for which the reporting host had the message', ADDRESS, 'RFC 3464 §2.3.2'],
  ['Action', 'recipient', 'required', 'what the reporting host did', 'failed, delayed, delivered, relayed or expanded', 'RFC 3464 §2.3.3'],
  ['Status', 'recipient', 'required', 'why, as an enhanced status code', '2, 4 or 5 "." subject "." detail [comment]', 'RFC 3464 §2.3.4'],
  ['Remote-MTA', 'recipient', 'if another host answered', 'the host whose reply decided', MTA, 'RFC 3464 §2.3.5'],
  ['Diagnostic-Code', 'recipient', 'if another host answered', 'the words of the host that decided, transcribed', 'diagnostic-type ";" text: smtp; 550 5.1.1 no such user', 'RFC 3464 §2.3.6'],
  ['Localized-Diagnostic', 'recipient', 'beside Diagnostic-Code, once per language', 'the reason in a language that the sender reads', 'language-tag ";" text', 'RFC 6533 §4.1'],
  ['Last-Attempt-Date', 'recipient', OPTIONAL, 'when delivery was tried last', DATE, 'RFC 3464 §2.3.7'],
  ['Final-Log-ID', 'recipient', OPTIONAL, 'the name of the message in the log of the host that decided', 'text', 'RFC 3464 §2.3.8'],
  ['Will-Retry-Until', 'recipient', 'with Action delayed only', 'when the reporting host will give up', DATE, 'RFC 3464 §2.3.9'],
  ['SMTP-Remote-Recipient', 'recipient', OPTIONAL, 'the address that was given to the remote host', 'an address', 'RFC 3461 §6.3(j)'],
]; // prettier-ignore
