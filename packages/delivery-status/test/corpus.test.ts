import { describe, expect, it } from 'vitest';
import { formatDeliveryStatus, forgetSource, parseDeliveryStatus, plainAddress, splitComments } from '../src/index.ts';
import { hasShared, readShared, skipNote, statusBodies } from './shared.ts';

interface Truth {
  readonly file: string;
  readonly standardDsn: boolean;
  readonly hasDeliveryStatusPart: boolean;
}
interface Reference {
  readonly file: string;
  readonly rawDsn: readonly Record<
    'finalRecipient' | 'originalRecipient' | 'action' | 'status' | 'diagnostic',
    string | null
  >[];
}

const load = <T>(path: string): T[] => (hasShared ? (JSON.parse(readShared(path)) as T[]) : []);
const truth = load<Truth>('corpus/truth.json');
const reference = new Map(load<Reference>('corpus/reference.json').map((record) => [record.file, record]));
const standard = truth.filter(({ standardDsn }) => standardDsn).map(({ file }) => file);
const withStatus = truth.filter(({ hasDeliveryStatusPart }) => hasDeliveryStatusPart).map(({ file }) => file);

describe.skipIf(!hasShared)(`bounces from the wild${skipNote}`, () => {
  it('has them all', () => {
    expect(standard).toHaveLength(184);
  });

  it.each(standard)('RFC 3464 §2.3: recipients, actions and status codes of %s', (file) => {
    const [body = ''] = statusBodies(readShared(`corpus/${file}`));
    const { recipients } = parseDeliveryStatus(body);
    const raw = reference.get(file)?.rawDsn ?? [];
    expect(recipients.map(({ finalRecipient }) => comparable(finalRecipient && plainAddress(finalRecipient)))).toEqual(
      raw.map(({ finalRecipient }) => comparable(finalRecipient)),
    );
    expect(
      recipients.map(({ originalRecipient }) => comparable(originalRecipient && plainAddress(originalRecipient))),
    ).toEqual(raw.map(({ originalRecipient }) => comparable(originalRecipient)));
    expect(recipients.map(({ action }) => action)).toEqual(
      raw.map(({ action }) => ACTIONS.find((known) => known === action?.toLowerCase())),
    );
    expect(recipients.map(({ status }) => status)).toEqual(
      raw.map(({ status }) => (status === null ? undefined : splitComments(status).text)),
    );
    expect(recipients.map(({ diagnosticCode: code }) => code && plain(`${code.type}${code.value}`))).toEqual(
      raw.map(({ diagnostic }) => (diagnostic === null ? undefined : plain(diagnostic.replace(/^([\w-]+)\s*;/, '$1')))),
    );
  });

  it.each(withStatus)('RFC 3464 §2.1: %s comes back octet by octet', (file) => {
    for (const body of statusBodies(readShared(`corpus/${file}`)))
      expect(formatDeliveryStatus(parseDeliveryStatus(body))).toBe(body);
  });

  it.each(standard)('RFC 3464 §2.3: %s written anew says the same', (file) => {
    for (const body of statusBodies(readShared(`corpus/${file}`))) {
      const parsed = forgetSource(parseDeliveryStatus(body));
      const isComplete = parsed.issues.every(({ code }) => !UNWRITABLE.includes(code));
      if (!isComplete) continue;
      const again = parseDeliveryStatus(formatDeliveryStatus(parsed));
      expect(again.issues).toEqual([]);
      expect(withoutLines(forgetSource(again))).toEqual(withoutLines({ ...parsed, issues: [] }));
    }
  });
});

const ACTIONS = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'];

/** What the sender left out or made unreadable cannot be written, and what is not ASCII may not be. */
const UNWRITABLE = [
  'missing-field',
  'missing-type',
  'missing-value',
  'unknown-action',
  'non-ascii',
  'no-recipients',
  'retry-date-without-delay',
];

/** The reference gives addresses in lower case and without the quotation mark that an address may start with. */
function comparable(address: string | null | undefined): string | undefined {
  return address?.toLowerCase().replace(/^"/, '');
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[\s;]+/g, '');
}

function withoutLines(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === 'line' ? undefined : inner)));
}
