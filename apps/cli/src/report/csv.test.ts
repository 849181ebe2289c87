import { expect, it } from 'vitest';
import { csvOf } from './csv.ts';
import { summarize } from './summary.ts';

it('asks the recipients of a report once for its date, however many they are', () => {
  const report = [
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    ...[
      '',
      '--b',
      '',
      'Sorry',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.example.net',
    ],
    ...['', 'Final-Recipient: rfc822; bob@example.com', 'Action: failed', 'Status: 5.1.1', '', '--b--', ''],
  ].join('\r\n');
  const {
    file,
    index,
    kind,
    report: told,
    original,
    header,
    issues,
    recipients,
  } = summarize({
    file: '-',
    octets: Buffer.from(report),
  });
  const [bob] = recipients;
  if (bob === undefined) throw new Error('no recipient');
  let asked = 0;
  const counting = new Proxy(bob, {
    get(target, name) {
      if (name !== 'lastAttemptDate') return Reflect.get(target, name, target) as unknown;
      asked++;
      return null;
    },
  });
  const many = Array.from({ length: 300 }, () => counting);
  const lines = [...csvOf({ file, index, kind, report: told, original, header, issues, recipients: many }, false)];
  expect(lines).toHaveLength(300);
  expect(asked).toBe(300);
});
