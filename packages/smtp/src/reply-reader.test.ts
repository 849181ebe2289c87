import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReceivedReply, ReplyReader, SmtpError } from './index.ts';
import { cut, octets, runs, single } from '../test/octets.ts';

/** Replies, and at the end the code of the error if there was one. */
function read(pieces: readonly string[]): (ReceivedReply | string)[] {
  const reader = new ReplyReader();
  const found: (ReceivedReply | string)[] = [];
  try {
    for (const piece of pieces) {
      reader.receive(octets(piece));
      for (let reply = reader.next(); reply !== undefined; reply = reader.next()) found.push(reply);
    }
  } catch (error) {
    if (!(error instanceof SmtpError)) throw error;
    found.push(error.code);
  }
  return found;
}

describe('RFC 5321 §4.2 R5321-4.2-b R2034-4-a: replies as they come', () => {
  it.each<[string, Omit<ReceivedReply, 'raw'>]>([
    ['250 Ok', { code: 250, lines: ['Ok'] }],
    ['250', { code: 250, lines: [''] }],
    ['250 ', { code: 250, lines: [''] }],
    ['250-', { code: 250, lines: ['', ''] }],
    ['550 5.1.1 No such user', { code: 550, status: '5.1.1', lines: ['No such user'] }],
    ['550 5.7.26 x', { code: 550, status: '5.7.26', lines: ['x'] }],
    ['550 5.1.1', { code: 550, status: '5.1.1', lines: [''] }],
    ['550 5.1.1\tx', { code: 550, status: '5.1.1', lines: ['5.1.1\tx'] }],
    ['550 5.1 x', { code: 550, lines: ['5.1 x'] }],
    ['550 5.1.1.1 x', { code: 550, lines: ['5.1.1.1 x'] }],
    ['550 5.1111.1 x', { code: 550, lines: ['5.1111.1 x'] }],
    ['550 5.1.1x', { code: 550, lines: ['5.1.1x'] }],
    ['450 5.1.1 of another class', { code: 450, lines: ['5.1.1 of another class'] }],
    ['354 2.0.0 no class', { code: 354, lines: ['2.0.0 no class'] }],
    ['557 unknown', { code: 557, lines: ['unknown'] }],
  ])('%s', (line, expected) => {
    const text = line.endsWith('-') ? `${line}\r\n${line.slice(0, 3)} \r\n` : `${line}\r\n`;
    for (const pieces of [[text], single(text)]) expect(read(pieces)).toMatchObject([expected]);
    expect(read([`${text}250 next\r\n`])).toHaveLength(2);
  });
});

it('RFC 5321 §4.2.1 R5321-4.2.1-b: the lines of one reply, raw and without code and status', () => {
  const text =
    '551-5.7.1 Forwarding to remote hosts disabled\r\n551-and one without\r\n551 5.7.1 Select another host\r\n';
  expect(read([text])).toEqual([
    {
      code: 551,
      status: '5.7.1',
      lines: ['Forwarding to remote hosts disabled', 'and one without', 'Select another host'],
      raw: text.trimEnd().split('\r\n'),
    },
  ]);
});

it.each([
  ['550-Denied, see\r\n550 5.7.1 https://example.org/\r\n', '5.7.1', ['Denied, see', 'https://example.org/']],
  ['550-5.1.1 first\r\n550 5.7.1 second\r\n', '5.1.1', ['first', '5.7.1 second']],
  ['550-4.7.1 of another class\r\n550 5.7.1 x\r\n', '5.7.1', ['4.7.1 of another class', 'x']],
])('RFC 2034 §4: the status is the first that some line begins with: %j', (text, status, lines) => {
  expect(read([text])).toMatchObject([{ code: 550, status, lines }]);
});

describe('RFC 5321 §4.2.1 R5321-4.2.1-b: what is no reply is an error', () => {
  it.each([
    ['hello\r\n', 'malformed-reply'],
    ['\r\n', 'malformed-reply'],
    ['25\r\n', 'malformed-reply'],
    ['150 x\r\n', 'malformed-reply'],
    ['650 x\r\n', 'malformed-reply'],
    ['2500 x\r\n', 'malformed-reply'],
    ['250_x\r\n', 'malformed-reply'],
    ['+50 x\r\n', 'malformed-reply'],
    ['250-x\r\n550 y\r\n', 'malformed-reply'],
    ['250 x\n', 'malformed-reply'],
    [`250 ${'x'.repeat(5000)}`, 'reply-too-long'],
    ['250-x\r\n'.repeat(300), 'reply-too-long'],
    [`${'250-x\r\n'.repeat(256)}250 x\r\n`, 'reply-too-long'],
  ])('%j', (text, code) => {
    for (const pieces of [[text], single(text)]) expect(read(pieces)).toEqual([code]);
  });
});

it('R5321-4.5.3.1.5-a RFC 5321 §4.5.3.1.5: lines longer than 512 octets are borne', () => {
  expect(read([`250 ${'x'.repeat(4000)}\r\n`])).toMatchObject([{ code: 250 }]);
  expect(read([`${'250-x\r\n'.repeat(255)}250 x\r\n`])).toMatchObject([{ code: 250 }]);
});

it('a reply has 256 lines at most', () => {
  expect(read([`${'250-x\r\n'.repeat(255)}250 x\r\n`])).toMatchObject([{ code: 250, lines: { length: 256 } }]);
  expect(read([`${'250-x\r\n'.repeat(256)}250 x\r\n`])).toEqual(['reply-too-long']);
});

it('keeps text that is no UTF-8 one character per octet, and UTF-8 as it is', () => {
  expect(read(['550 \xE9\r\n550 \xC3\xA9\r\n'])).toMatchObject([{ lines: ['\xE9'] }, { lines: ['é'] }]);
});

it('knows whether something came behind the last reply', () => {
  const reader = new ReplyReader();
  reader.receive(octets('220 go\r\n2'));
  reader.next();
  expect(reader.pending).toBe(true);
  expect(reader.next()).toBeUndefined();
  expect(reader.pending).toBe(true);
  reader.receive(octets('50-x\r\n'));
  expect(reader.next()).toBeUndefined();
  expect(reader.pending).toBe(true);
});

it('RFC 5321 §4.2: any octets in any pieces give the same replies or the package’s error', () => {
  const line = fc.oneof(
    fc.constantFrom('250 ok\r\n', '250-a\r\n', '550 5.1.1 b\r\n', '250\r\n', '\r\n', '\n', '354 x\r'),
    fc.string({ unit: 'binary-ascii', maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.array(fc.nat(80), { maxLength: 8 }), (parts, at) => {
      const text = parts.join('');
      expect(read(cut(text, at))).toEqual(read([text]));
    }),
    runs(1000),
  );
});
