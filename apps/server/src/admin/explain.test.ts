import { expect, it } from 'vitest';
import { explainMessage } from './explain.ts';

const head = [
  'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
  '',
  '--b',
  'Content-Type: message/delivery-status',
  '',
  'Reporting-MTA: dns; mx.example.net',
  '',
  '',
].join('\r\n');
const group = (n: number, more = ''): string =>
  `Final-Recipient: rfc822; r${n}@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n${more}\r\n`;
const explain = (groups: readonly string[]) =>
  explainMessage(new TextEncoder().encode(`${head}${groups.join('')}--b--\r\n`));

it('of very many recipients it tells the first ten thousand, how many there are, and that some are left out', () => {
  const told = explain(Array.from({ length: 10_002 }, (_, n) => group(n)));
  expect(told.recipients).toHaveLength(10_000);
  expect(told.recipients.at(-1)).toMatchObject({ address: 'r9999@example.org', judgement: { reason: 'user-unknown' } });
  expect(told.summary).toContain('(and 10001 more)');
  expect(told.issues.map(({ code }) => code)).toEqual(['human-part-missing', 'too-many-recipients']);
});

it('of very many fields it tells the first hundred thousand, over all recipients, and that some are left out', () => {
  const more = 'X: y\r\n'.repeat(40_000);
  const told = explain([group(1, more), group(2, more), group(3, more), group(4)]);
  const counts = [told.message, ...told.recipients].map((each) => each?.fields.length ?? 0);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100_000);
  expect(told.recipients.map(({ status }) => status)).toEqual(['5.1.1', '5.1.1', '5.1.1', '5.1.1']);
  expect(told.issues.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['human-part-missing', 'too-many-fields']),
  );
});
