import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseReport } from '@dsnkit/multipart-report';
import { describe, expect, it } from 'vitest';
import { check } from '../src/lint/check.ts';
import { repair } from '../src/lint/repair.ts';
import { summarize } from '../src/report/summary.ts';
import { UsageError } from '../src/usage-error.ts';

const corpus = fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));

/** What a repair must keep. */
function gist(octets: Uint8Array): unknown {
  const { recipients, original, header } = summarize({ file: 'x', octets });
  return {
    recipients: recipients.map(({ address, status }) => [address, status]),
    messageId: original?.messageId ?? null,
    subject: header.subject,
    from: header.from,
  };
}

describe.skipIf(!existsSync(corpus))('repairing bounces from the wild (skipped where ../shared is absent)', () => {
  it('a repaired report says the same, and lints without errors', () => {
    const truth = JSON.parse(readFileSync(join(corpus, 'truth.json'), 'utf8')) as {
      file: string;
      standardDsn: boolean;
    }[];
    const counts = { whole: 0, repaired: 0, impossible: 0 };
    const faults: unknown[] = [];
    for (const { file } of truth.filter(({ standardDsn }) => standardDsn)) {
      const octets = readFileSync(join(corpus, file));
      const report = parseReport(octets);
      if (report?.kind !== 'dsn') continue;
      try {
        const fixed = repair(report);
        const errors = check({ file, octets: fixed }).findings.filter(({ level }) => level === 'error');
        if (errors.length > 0) faults.push([file, errors]);
        else if (JSON.stringify(gist(fixed)) !== JSON.stringify(gist(octets)))
          faults.push([file, gist(octets), gist(fixed)]);
        else counts[check({ file, octets }).findings.some(({ level }) => level === 'error') ? 'repaired' : 'whole']++;
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        counts.impossible++;
        console.log(file, error.message);
      }
    }
    console.log(`repair: ${JSON.stringify(counts)}`);
    expect(faults).toEqual([]);
  });
});

describe('repairing', () => {
  it('RFC 2047 §5: a comma in an encoded display name parts no mailboxes', () => {
    const from = '=?utf-8?Q?M=C3=BCller=2C_Jan?= <jan@example.org>';
    const report = parseReport(
      new TextEncoder().encode(
        [
          ...[`From: ${from}`, 'To: <bob@example.org>', 'Date: Wed, 18 Nov 2026 12:00:00 +0000'],
          ...['Content-Type: multipart/report; report-type=delivery-status; boundary=b', ''],
          ...['--b', '', 'Not delivered.', '--b', 'Content-Type: message/delivery-status', ''],
          ...['Reporting-MTA: mx.example.org', '', 'Final-Recipient: rfc822; x@example.com'],
          ...['Action: failed', 'Status: 5.1.1', '--b--', ''],
        ].join('\r\n'),
      ),
    );
    const repaired = parseReport(repair(report!));
    expect(repaired?.headers).toContainEqual({ name: 'From', value: from });
  });
});
