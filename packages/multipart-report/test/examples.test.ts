import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseReport } from '../src/index.ts';

const examples = fileURLToPath(new URL('../../../../shared/spec/examples/', import.meta.url));

interface Expected {
  readonly kind: string;
  readonly recipients: readonly string[];
  readonly returned?: string;
  readonly issues: readonly string[];
}

const failed = 'failed 5.1.1';
const table: readonly [string, string, Expected | undefined][] = [
  [
    'RFC 3461 §10.6',
    'rfc3461-10.6-delivered',
    {
      kind: 'dsn',
      recipients: ['Bob@Example.COM delivered 2.0.0'],
      returned: 'headers',
      issues: ['headers-labelled-message'],
    },
  ],
  [
    'RFC 3461 §10.7',
    'rfc3461-10.7-failed',
    {
      kind: 'dsn',
      recipients: ['Carol@Ivory.EDU failed 5.0.0'],
      returned: 'headers',
      issues: ['headers-labelled-message'],
    },
  ],
  [
    'RFC 3461 §10.7',
    'rfc3461-10.7-failed.corrected',
    { kind: 'dsn', recipients: ['Carol@Ivory.EDU failed 5.0.0'], returned: 'headers', issues: [] },
  ],
  [
    'RFC 3461 §10.8',
    'rfc3461-10.8-relayed',
    {
      kind: 'dsn',
      recipients: ['Dana@Ivory.EDU relayed 2.0.0'],
      returned: 'headers',
      issues: ['headers-labelled-message'],
    },
  ],
  [
    'RFC 3461 §10.9 R3461-10.9-a',
    'rfc3461-10.9-failed-forwarded',
    {
      kind: 'dsn',
      recipients: ['Sam@Boondoggle.GOV failed 4.2.2'],
      returned: 'headers',
      issues: ['headers-labelled-message', 'missing-type', 'part-blank-line-missing'],
    },
  ],
  [
    'RFC 3461 §10.9 R3461-10.9-a',
    'rfc3461-10.9-failed-forwarded.corrected',
    { kind: 'dsn', recipients: ['Sam@Boondoggle.GOV failed 4.2.2'], returned: 'headers', issues: [] },
  ],
  ['RFC 3464 §2 R3464-E-b', 'rfc3464-E-simple', undefined],
  [
    'RFC 3464 §2 R3464-E-b',
    'rfc3464-E-simple.corrected',
    {
      kind: 'dsn',
      recipients: ['louisl@larry.slip.umd.edu failed 4.0.0'],
      returned: 'headers',
      issues: ['headers-labelled-message'],
    },
  ],
  [
    'RFC 3464 §2 R3464-E-c',
    'rfc3464-E-multi-recipient',
    {
      kind: 'dsn',
      recipients: [
        'arathib@vnet.ibm.com failed 5.0.0',
        'johnh@hpnjld.njd.hp.com delayed 4.0.0',
        'wsnell@sdcc13.ucsd.edu failed 5.0.0',
      ],
      returned: 'headers',
      issues: ['delimiter-indented', 'headers-labelled-message'],
    },
  ],
  [
    'RFC 3464 §2 R3464-E-c',
    'rfc3464-E-multi-recipient.corrected',
    {
      kind: 'dsn',
      recipients: [
        'arathib@vnet.ibm.com failed 5.0.0',
        'johnh@hpnjld.njd.hp.com delayed 4.0.0',
        'wsnell@sdcc13.ucsd.edu failed 5.0.0',
      ],
      returned: 'headers',
      issues: ['headers-labelled-message'],
    },
  ],
  [
    'RFC 3464 §2 R3464-E-d R3464-2-e',
    'rfc3464-E-gateway',
    { kind: 'dsn', recipients: ['nair_s failed 5.0.0'], issues: [] },
  ],
  [
    'RFC 3464 §2 R3464-E-d R3464-2-e',
    'rfc3464-E-delayed',
    { kind: 'dsn', recipients: ['thomas@de-montfort.ac.uk delayed 4.0.0'], issues: [] },
  ],
  [
    'RFC 2034 §6',
    'rfc2034-6-mixed',
    {
      kind: 'dsn',
      recipients: [
        'mrose@dbc.mtview.ca.us relayed 2.1.5',
        'nosuchuser@dbc.mtview.ca.us failed 5.1.1',
        'remoteuser@isi.edu failed 5.7.1',
      ],
      returned: 'headers',
      issues: ['headers-labelled-message'],
    },
  ],
  [
    'RFC 6522 §1 R6522-1-a',
    'rfc6522-constructed-nested',
    { kind: 'dsn', recipients: [`bob@example.com ${failed}`], returned: 'headers', issues: [] },
  ],
  [
    'RFC 6533 §4.1 R6533-4.4-a R6533-4.4-b R6533-4.3-a',
    'rfc6533-constructed-global',
    { kind: 'dsn', recipients: [`josé@exämple.org ${failed}`], returned: 'headers', issues: [] },
  ],
  [
    'RFC 6533 §4.5 R6533-4.4-b R6533-4.4-d R6533-4.3-a',
    'rfc6533-constructed-7bit',
    { kind: 'dsn', recipients: [`jos\\x{E9}@ex\\x{E4}mple.org ${failed}`], returned: 'headers', issues: [] },
  ],
  [
    'RFC 8098 §9',
    'rfc8098-9-mdn',
    { kind: 'mdn', recipients: [], returned: 'headers', issues: ['headers-labelled-message'] },
  ],
];

describe.skipIf(!existsSync(examples))('published examples (skipped: there is no ../shared/spec/examples)', () => {
  it.each(table)('%s: %s', (_, file, expected) => {
    const parsed = parseReport(new Uint8Array(readFileSync(`${examples}${file}.eml`)));
    const recipients = (parsed?.deliveryStatus?.recipients ?? []).map(
      (one) => `${one.finalRecipient?.value} ${one.action} ${one.status}`,
    );
    const issues = parsed?.issues.map(({ code }) => code).toSorted();
    expect(
      parsed && { kind: parsed.kind, recipients, ...(parsed.returned && { returned: parsed.returned.kind }), issues },
    ).toEqual(expected);
  });
});
