import { describe, expect, it } from 'vitest';
import { readBounce } from '../read-bounce.ts';
import { FORMAT_EXAMPLES } from './examples/index.ts';
import { TEXT_FORMATS } from './index.ts';

const HEADER =
  'From: MAILER-DAEMON@mx.example.net\r\nTo: bob@example.net\r\nSubject: Undeliverable mail\r\nReturn-Path: <>\r\n\r\n';

const cases = [...FORMAT_EXAMPLES].flatMap(([{ name }, examples]) =>
  examples.map((example, index) => ({ name, index, ...example })),
);

describe('text formats', () => {
  it.each(cases)('$name, example $index', ({ text, recipients, reason, status, replyCode }) => {
    const bounce = readBounce(new TextEncoder().encode(`${HEADER}${text.join('\r\n')}\r\n`));
    expect(bounce.recipients.map(({ address }) => address)).toEqual(recipients);
    expect(bounce.isBounce).toBe(true);
    for (const recipient of bounce.recipients) {
      expect(recipient.reason).toBe(reason);
      if (status !== undefined) expect(recipient.status).toBe(status);
      expect(recipient.reply?.replyCode).toBe(replyCode);
    }
  });

  it.each(cases)('$name, example $index: any line ends', ({ text }) => {
    const read = (end: string): unknown => {
      const { recipients, kind, original } = readBounce(
        new TextEncoder().encode(`${HEADER}${text.join('\r\n')}\r\n`.replaceAll('\r\n', end)),
      );
      return {
        kind,
        original,
        recipients: recipients.map(({ evidence, ...rest }) => ({
          ...rest,
          by: evidence.map(({ of, by }) => [of, by]),
        })),
      };
    };
    const expected = read('\r\n');
    expect(read('\n')).toEqual(expected);
    expect(read('\r')).toEqual(expected);
  });

  it('are known by phrases in lower case', () => {
    for (const format of TEXT_FORMATS) {
      expect(FORMAT_EXAMPLES.get(format)?.length, format.name).toBeGreaterThan(0);
      for (const mark of format.marks) expect(mark).toBe(mark.toLowerCase());
    }
  });
});
