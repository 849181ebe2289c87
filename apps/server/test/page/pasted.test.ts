import { expect, it } from 'vitest';
import { EXAMPLE, readPasted } from '../../page/src/explain/reader.ts';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A question about messages that came back. */
function asking(...attached: readonly string[]): string {
  const parts = attached.map((message) => `--q\nContent-Type: message/rfc822\n\n${message}\n`).join('');
  return `Subject: Fwd: what is this?\nContent-Type: multipart/mixed; boundary=q\n\n--q\n\nWhy?\n${parts}--q--\n`;
}

/** Who failed by what is attached, of each message. */
function attachedTo(message: string): readonly unknown[] | undefined {
  const read = readPasted(octets(message));
  if (read.kind === 'reply') return undefined;
  return read.forwarded.map(({ explanation }) => explanation.recipients.map(({ address }) => address));
}

it('RFC 2046 §5.2.1: the page reads bounces that were forwarded as attachments', () => {
  const other = EXAMPLE.replaceAll('bob@example.com', 'carol@example.com');
  expect(attachedTo(asking(EXAMPLE, other))).toEqual([['bob@example.com'], ['carol@example.com']]);
});

it('the page tells a bounce itself, and a letter as one', () => {
  expect(attachedTo(EXAMPLE)).toEqual([]);
  expect(attachedTo(asking('Subject: Lunch\n\nAt noon?\n'))).toEqual([]);
});
