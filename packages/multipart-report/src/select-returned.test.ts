import { describe, expect, it } from 'vitest';
import { crlf, text } from '../test/helpers.ts';
import { selectReturned } from './select-returned.ts';

describe('selectReturned', () => {
  const octets = crlf('Message-ID: <m1@example.org>\nReceived: from a\n by b\nSubject: hello\n\nbody\n');
  const maxOctets = 50_000;
  it.each<[string, Parameters<typeof selectReturned>[1], 'message' | 'headers']>([
    ['RFC 3461 §4.3 R3461-4.3-b: RET=FULL, failed', { ret: 'FULL', actions: ['failed'], maxOctets }, 'message'],
    ['RFC 3461 §4.3 R3461-4.3-b: RET=HDRS, failed', { ret: 'HDRS', actions: ['failed'], maxOctets }, 'headers'],
    ['RFC 6522 §3 R6522-3-k: no RET, failed', { actions: ['failed'], maxOctets }, 'message'],
    [
      'RFC 3461 §4.3 R3461-4.3-e: one failure among others',
      { ret: 'FULL', actions: ['delivered', 'failed'], maxOctets },
      'message',
    ],
    [
      'RFC 3461 §4.3 R3461-4.3-e R3461-6.2-f: RET=FULL, delivered',
      { ret: 'FULL', actions: ['delivered'], maxOctets },
      'headers',
    ],
    [
      'RFC 3461 §4.3 R3461-4.3-e R3461-6.2-f: RET=FULL, relayed, expanded, delayed',
      { ret: 'FULL', actions: ['relayed', 'expanded', 'delayed'], maxOctets },
      'headers',
    ],
    [
      'RFC 3461 §6.2 R3461-6.2-e: longer than the limit',
      { ret: 'FULL', actions: ['failed'], maxOctets: octets.length - 1 },
      'headers',
    ],
    [
      'RFC 3461 §6.2 R3461-6.2-e: as long as the limit',
      { ret: 'FULL', actions: ['failed'], maxOctets: octets.length },
      'message',
    ],
    ['RFC 8689 §5 R8689-5-b: REQUIRETLS', { requireTls: true, actions: ['failed'], maxOctets }, 'headers'],
    [
      'RFC 8689 §5 R8689-5-c: REQUIRETLS and RET=FULL',
      { ret: 'FULL', requireTls: true, actions: ['failed'], maxOctets },
      'headers',
    ],
  ])('%s', (_, request, kind) => {
    const returned = selectReturned(octets, request);
    expect(returned.kind).toBe(kind);
    expect(text(returned.octets)).toBe(kind === 'message' ? text(octets) : text(octets).replace('\r\nbody\r\n', ''));
  });
});
