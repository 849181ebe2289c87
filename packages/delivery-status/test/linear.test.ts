import { describe, expect, it } from 'vitest';
import {
  decodeStatusBody,
  formatDeliveryStatus,
  parseDeliveryStatus,
  parseDiagnostic,
  plainMtaName,
} from '../src/index.ts';
import { lintDeliveryStatus } from '../src/lint/index.ts';
import { hostile } from './hostile.ts';

/** Large enough that quadratic work would outlast the time limit of the suite by far. `bench/linear.ts` goes on to 64 MiB and shows the rate. */
const SIZE = 1 << 19;

describe('texts made to be slow', () => {
  it.each(Object.entries(hostile))('RFC 6533 §7 R6533-7-a: %s', (_, make) => {
    const text = make(SIZE);
    const parsed = parseDeliveryStatus(text);
    expect(parsed.issues.length).toBeLessThanOrEqual(1001);
    expect(formatDeliveryStatus(parsed) === text).toBe(true);
    lintDeliveryStatus(parsed);
    if (parsed.message.reportingMta) plainMtaName(parsed.message.reportingMta);
    for (const { diagnosticCode } of parsed.recipients) if (diagnosticCode) parseDiagnostic(diagnosticCode);
    decodeStatusBody(text);
    decodeStatusBody(text, 'quoted-printable');
  });

  it('RFC 6533 §7 R6533-7-a: a change in a text made to be slow', () => {
    const parsed = parseDeliveryStatus(hostile['equal extensions']?.(SIZE) ?? '');
    const extensions = (parsed.message.extensions ?? []).map(({ name, value }, index) => ({
      name,
      value: index % 3 === 0 ? 'new' : value,
    }));
    const text = formatDeliveryStatus({ ...parsed, message: { ...parsed.message, extensions } });
    expect(parseDeliveryStatus(text).message.extensions?.map(({ name, value }) => ({ name, value }))).toEqual(
      extensions,
    );
  });

  it('RFC 6533 §7 R6533-7-a: ten thousand levels of comments, the last one never closed', () => {
    const { recipients } = parseDeliveryStatus(
      `Final-Recipient: rfc822; a@b\r\nAction: failed ${'('.repeat(10_000)}\r\nStatus: 5.1.1\r\n`,
    );
    expect(recipients[0]).toMatchObject({ action: 'failed', status: '5.1.1' });
  });
});
