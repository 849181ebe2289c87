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
  /** A report with these fields, and with this text for people. */
  const reportOf = (fields: readonly string[], text = 'Not delivered.') =>
    parseReport(
      new TextEncoder().encode(
        [
          ...['From: <mailer-daemon@example.org>', 'To: <bob@example.org>', 'Date: Wed, 18 Nov 2026 12:00:00 +0000'],
          ...['Content-Type: multipart/report; report-type=delivery-status; boundary=b', ''],
          ...['--b', '', text, '--b', 'Content-Type: message/delivery-status', '', ...fields, '--b--', ''],
        ].join('\r\n'),
      ),
    )!;
  const repaired = (...how: Parameters<typeof reportOf>) => parseReport(repair(reportOf(...how)));
  const MTA = ['Reporting-MTA: dns; mx.example.org', ''];
  const NAMED = 'Final-Recipient: rfc822; x@example.com';

  it.each([
    ['failed', '5.0.0'],
    ['delayed', '4.0.0'],
    ['relayed', '2.0.0'],
  ])('RFC 3461 §6.3(g): %s without a status or a reply has the one of its class', (action, status) => {
    const report = repaired([...MTA, NAMED, `Action: ${action}`]);
    expect(report?.deliveryStatus?.recipients).toMatchObject([{ action, status }]);
  });

  it('RFC 3461 §6.3(g): the status that the reply of the remote host gives goes before that', () => {
    const report = repaired([...MTA, NAMED, 'Action: failed', 'Diagnostic-Code: smtp; 552 5.2.2 mailbox full']);
    expect(report?.deliveryStatus?.recipients).toMatchObject([{ action: 'failed', status: '5.2.2' }]);
  });

  it('RFC 6522 §3: a report without a text for people gets one, which says what the fields say', () => {
    const report = repaired([...MTA, NAMED, 'Action: failed', 'Status: 5.1.1'], '');
    expect(report?.humanReadable.text).toContain('x@example.com: failed (5.1.1)');
  });

  it.each([
    ['Reporting-MTA', ['Arrival-Date: Wed, 18 Nov 2026 12:00:00 +0000', '', NAMED, 'Action: failed', 'Status: 5.1.1']],
    ['Final-Recipient', [...MTA, 'Action: failed', 'Status: 5.1.1']],
    ['Action', [...MTA, NAMED, 'Status: 2.0.0']],
  ])('RFC 3464 §2.2.2: invents no %s', (field, fields) => {
    expect(() => repair(reportOf(fields))).toThrow(
      new RegExp(`^it can not be repaired: ${field} is missing, and nothing`),
    );
  });

  it('RFC 3464 §2.1: invents no recipient', () => {
    expect(() => repair(reportOf(MTA))).toThrow('it can not be repaired: no recipient is reported on');
  });

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
