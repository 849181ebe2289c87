/**
 * How many reports a second: `node --conditions=source packages/delivery-status/bench/delivery-status.ts`.
 * Each figure is the best of several rounds on a body as Postfix writes it, with a reply of three lines, folded.
 */
import { forgetSource, formatDeliveryStatus, parseDeliveryStatus } from '@dsnkit/delivery-status';

const message = [
  'Reporting-MTA: dns; mx.example.net',
  'X-Postfix-Queue-ID: 3F8A2120045',
  'X-Postfix-Sender: rfc822; alice@example.net',
  'Arrival-Date: Mon, 20 Feb 2012 10:00:00 +0100 (CET)',
];
const recipient = [
  'Final-Recipient: rfc822; bob@example.org',
  'Original-Recipient: rfc822;bob@example.org',
  'Action: failed',
  'Status: 5.1.1',
  'Remote-MTA: dns; mail.example.org',
  'Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does',
  '    not exist. Please try 550-5.1.1 double-checking the address 550 5.1.1 bye',
];
const one = `${[...message, '', ...recipient].join('\r\n')}\r\n`;
const hundred = `${message.join('\r\n')}\r\n${`\r\n${recipient.join('\r\n')}\r\n`.repeat(100)}`;

measure('parse, 1 recipient', 1, () => parseDeliveryStatus(one));
measure('parse, 100 recipients', 100, () => parseDeliveryStatus(hundred));
const parsed = parseDeliveryStatus(one);
measure('format what was parsed', 1, () => formatDeliveryStatus(parsed));
const fresh = forgetSource(parsed);
measure('format what a program made', 1, () => formatDeliveryStatus(fresh));

function measure(title: string, recipients: number, work: () => unknown): void {
  let best = Infinity;
  for (let round = 0; round < 8; round++) {
    let count = 0;
    const from = performance.now();
    let now = from;
    for (; now - from < 250; now = performance.now()) for (let i = 0; i < 50; i++, count++) work();
    best = Math.min(best, (now - from) / count);
  }
  const perSecond = Math.round((1000 / best) * recipients);
  console.log(`${title.padEnd(28)} ${perSecond.toLocaleString('en')} recipients/s`);
}
