import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Reply, ReplyReader, SmtpError, formatReply } from './index.ts';
import { replyWire } from './reply.ts';
import * as replies from './server-replies.ts';
import { hostile, octets } from '../test/octets.ts';

describe('RFC 5321 §4.2 R2034-4-d: formatReply', () => {
  it.each<[Reply, string]>([
    [{ code: 250, lines: ['Ok'] }, '250 Ok\r\n'],
    [{ code: 250, lines: [] }, '250 \r\n'],
    [{ code: 250, status: '2.1.5', lines: ['a', 'b'] }, '250-2.1.5 a\r\n250 2.1.5 b\r\n'],
    [{ code: 554, status: '5.7.26', lines: ['tab\there'] }, '554 5.7.26 tab\there\r\n'],
    [{ code: 250, lines: ['jörg'] }, '250 jörg\r\n'],
  ])('%j', (reply, wire) => {
    expect(formatReply(reply)).toBe(wire);
  });

  it.each<[string, Reply]>([
    ['RFC 5321 §4.2: no such code', { code: 199, lines: [] }],
    ['RFC 5321 §4.2: no such code', { code: 600, lines: [] }],
    ['RFC 5321 §4.2: no such code', { code: 250.5, lines: [] }],
    ['RFC 2034 §4 R2034-4-c: class and code differ', { code: 450, status: '5.1.1', lines: [] }],
    ['RFC 2034 §4 R2034-4-b: status on a 3yz reply', { code: 354, status: '3.0.0', lines: [] }],
    ['RFC 2034 §4: no status at all', { code: 550, status: '5.1', lines: [] }],
    ['RFC 5321 §4.2: a line end in the text', { code: 550, lines: ['one\r\n250 two'] }],
    ['RFC 5321 §4.2: NUL in the text', { code: 550, lines: ['\0'] }],
  ])('%s: %j throws', (_, reply) => {
    expect(() => formatReply(reply)).toThrow(expect.objectContaining({ name: 'SmtpError', code: 'bad-reply' }));
  });

  it('RFC 5321 §4.5.3.1.5 R5321-4.5.3.1.5-a: long text goes on in further lines of at most 512 octets', () => {
    for (const text of ['x'.repeat(2000), '€'.repeat(700), '𝄞é'.repeat(300), 'x'.repeat(491)]) {
      const wire = formatReply({ code: 550, status: '5.7.1', lines: [text] });
      const lines = wire.split('\r\n').slice(0, -1);
      for (const line of lines) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(510);
      expect(lines.map((line) => line.slice(10)).join('')).toBe(text);
      expect(lines.at(-1)).toMatch(/^550 5\.7\.1 /);
    }
  });
});

it('RFC 2034 §3 R2034-3-b R2034-4-b R2034-4-c: every standard reply has a fitting status, but hellos and 3yz', () => {
  const bare = new Set<Reply>([replies.GO_AHEAD, replies.WRONG_HELLO, replies.BAD_NAME]);
  for (const reply of Object.values(replies)) {
    if (bare.has(reply)) expect(reply.status).toBeUndefined();
    else expect(reply.status?.[0]).toBe(`${reply.code}`[0]);
    expect(replyWire(reply, true)).toMatch(bare.has(reply) ? /^\d{3} [A-Z]/ : /^\d{3} \d\.\d\.\d+ [A-Z]/);
    expect(replyWire(reply, false)).toMatch(/^\d{3} [A-Z]/);
  }
});

it('RFC 2034 §3 R2034-3-b: a reply without status gets that of its class', () => {
  expect(replyWire({ code: 450, lines: ['later'] }, true)).toBe('450 4.0.0 later\r\n');
  expect(replyWire({ code: 450, status: '4.2.1', lines: ['later'] }, true)).toBe('450 4.2.1 later\r\n');
  expect(replyWire({ code: 450, status: '4.2.1', lines: ['later'] }, false)).toBe('450 later\r\n');
});

it('RFC 5321 §4.2.1: what formatReply writes ReplyReader reads', () => {
  const text = fc.stringMatching(/^[ -~\t]{0,60}$/);
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 599 }), fc.array(text, { minLength: 1, maxLength: 5 }), (code, lines) => {
      const status = code < 300 || code >= 400 ? `${`${code}`.charAt(0)}.1.5` : undefined;
      const reader = new ReplyReader();
      reader.receive(octets(formatReply({ code, lines, ...(status !== undefined && { status }) })));
      expect(reader.next()).toMatchObject({ code, lines, ...(status !== undefined && { status }) });
      expect(reader.pending).toBe(false);
    }),
  );
});

it('RFC 5321 §4.2: formatReply throws only its own error, and its lines can be told from others', () => {
  const any = fc.record({ code: fc.integer(), lines: fc.array(hostile) });
  fc.assert(
    fc.property(any, (reply) => {
      try {
        for (const line of formatReply(reply).split('\r\n').slice(0, -1)) expect(line).toMatch(/^\d{3}[ -][^\r\n]*$/);
      } catch (error) {
        expect(error).toBeInstanceOf(SmtpError);
      }
    }),
  );
});
