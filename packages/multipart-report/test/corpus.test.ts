import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { deriveBoundary, formatReport, parseReport, type ParsedReport } from '../src/index.ts';
import { classifyMessage } from '../src/message.ts';

const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url));
const here = existsSync(`${shared}corpus/truth.json`);

interface Truth {
  readonly file: string;
  readonly kind: string | null;
  readonly standardDsn: boolean;
}
interface Reference {
  readonly file: string;
  readonly rawDsn: readonly {
    readonly finalRecipient: string | null;
    readonly originalRecipient: string | null;
    readonly action: string | null;
    readonly status: string | null;
  }[];
}

const load = (name: string): unknown => (here ? JSON.parse(readFileSync(`${shared}corpus/${name}`, 'utf8')) : []);
const truth = load('truth.json') as Truth[];
const reference = new Map((load('reference.json') as Reference[]).map((one) => [one.file, one.rawDsn]));
const read = (file: string): Uint8Array => new Uint8Array(readFileSync(shared + file));

/** The reference has its addresses in lower case, without the brackets and quotes around them. */
function address(value: string | null | undefined): string | null {
  return value?.toLowerCase().replace(/^[<"]+|[>"]+$/g, '') ?? null;
}

/** One file has its actions overwritten with `xxxxxx`: no action, then. */
function action(value: string | null): string | null {
  return /^(?:failed|delayed|delivered|relayed|expanded)\b/i.exec(value ?? '')?.[0].toLowerCase() ?? null;
}

describe.skipIf(!here)('bounce mail from the wild (skipped: there is no ../shared/corpus)', () => {
  it.each(truth.filter((one) => one.standardDsn))(
    'RFC 3464 §2.3: recipients, action and status of $file',
    ({ file }) => {
      const report = parseReport(read(`corpus/${file}`));
      expect(report?.kind).toBe('dsn');
      const found = report?.deliveryStatus?.recipients.map((one) => ({
        finalRecipient: address(one.finalRecipient?.value),
        originalRecipient: address(one.originalRecipient?.value),
        action: one.action ?? null,
        status: one.status ?? null,
      }));
      const raw = reference.get(file)?.map((one) => ({
        finalRecipient: address(one.finalRecipient),
        originalRecipient: address(one.originalRecipient),
        action: action(one.action),
        status: /^\d\.\d+\.\d+/.exec(one.status ?? '')?.[0] ?? null,
      }));
      expect(found).toEqual(raw);
    },
  );

  it.each(truth)(
    'RFC 6522 §5: $file is read without a throw and not called a DSN unless it is one',
    ({ file, kind, standardDsn }) => {
      const message = read(`corpus/${file}`);
      const report = parseReport(message);
      const sorted = classifyMessage(message);
      if (report !== undefined && report.kind !== 'other') expect(sorted).toBe(report.kind);
      if (standardDsn) expect(sorted).toBe('dsn');
      if (kind === 'mdn' || kind === 'feedback' || kind === 'autoreply' || kind === 'notbounce')
        expect(sorted).not.toBe('dsn');
      if (kind === 'mdn') expect(report?.mdn).toBeDefined();
    },
  );
});

/** What a report says, apart from how its lines end and whether a blank line follows a header that stands alone. */
function content(report: ParsedReport | undefined): unknown {
  const { text = '', html = '' } = report?.humanReadable ?? {};
  const returned = new TextDecoder('windows-1252').decode(report?.returned?.octets).replace(/\r\n?/g, '\n');
  return {
    text,
    html,
    recipients: report?.deliveryStatus?.recipients.map(({ source, extensions, ...one }) => ({
      ...one,
      known: source !== undefined || extensions,
    })),
    returned: report?.returned?.kind === 'headers' ? returned.replace(/\n*$/, '\n') : returned,
  };
}

describe.skipIf(!here)('bounce mail from the wild, written again (skipped: there is no ../shared/corpus)', () => {
  const headers = [
    { name: 'From', value: 'postmaster@mx.example.net' },
    { name: 'Date', value: 'Mon, 20 Feb 2012 10:00:00 +0000' },
  ];
  it.each(truth.filter((one) => one.standardDsn))('RFC 6522 §3: $file says the same', ({ file }) => {
    const message = read(`corpus/${file}`);
    const report = parseReport(message);
    const { text, html } = report!.humanReadable;
    // Some have no words for a person, without which no report is written.
    const humanReadable = text || html ? report!.humanReadable : { text: '-' };
    const written = formatReport(
      { ...report!, humanReadable, headers },
      { boundary: deriveBoundary(file, [message]), returnPath: '8bit' },
    );
    const again = parseReport(written);
    expect(content(again)).toEqual(content({ ...report!, humanReadable }));
  });
});

const samples = here
  ? readdirSync(`${shared}samples`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.eml'))
  : [];

describe.skipIf(!here)(
  'reports of Postfix, Exim, Sendmail and OpenSMTPD (skipped: there is no ../shared/samples)',
  () => {
    it.each(samples)('RFC 3464 §2: %s', (name) => {
      const report = parseReport(read(`samples/${name}`));
      expect(report?.kind).toBe('dsn');
      expect(report?.deliveryStatus?.message.reportingMta?.type).toBe('dns');
      expect(report?.humanReadable.text).toBeTruthy();
      expect(report?.returned?.messageId ?? report?.returned?.from).toBeTruthy();
    });
  },
);
