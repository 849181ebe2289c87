import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import { assertPathLimits, isMailbox, parseForwardPath, parseMailbox, parseReversePath } from './index.ts';

describe('paths', () => {
  it.each([
    ['<Alice@Example.ORG>', 'Alice', 'Example.ORG'],
    ['<a.b-c_d+e@x>', 'a.b-c_d+e', 'x'],
    ["<!#$%&'*+-/=?^_`{|}~@x.y>", "!#$%&'*+-/=?^_`{|}~", 'x.y'],
    ['<"a b"@x>', '"a b"', 'x'],
    ['<"a\\"b\\\\"@x>', '"a\\"b\\\\"', 'x'],
    ['<"\\ "@x>', '"\\ "', 'x'],
    ['<"<@>"@x>', '"<@>"', 'x'],
    ['<""@x>', '""', 'x'],
    ['<a@x-1.3com>', 'a', 'x-1.3com'],
    ['<a@1.2.3.4>', 'a', '1.2.3.4'],
    ['<u@[192.0.2.1]>', 'u', '[192.0.2.1]'],
    ['<u@[001.0.02.255]>', 'u', '[001.0.02.255]'],
    ['<u@[IPv6:2001:db8::1]>', 'u', '[IPv6:2001:db8::1]'],
    ['<u@[ipv6:::]>', 'u', '[ipv6:::]'],
    ['<u@[IPv6:1:2:3:4:5:6:7:8]>', 'u', '[IPv6:1:2:3:4:5:6:7:8]'],
    ['<u@[IPv6:1:2:3:4:5:6:192.0.2.1]>', 'u', '[IPv6:1:2:3:4:5:6:192.0.2.1]'],
    ['<u@[IPv6:::ffff:192.0.2.1]>', 'u', '[IPv6:::ffff:192.0.2.1]'],
    ['<u@[IPv6:1:2:3::4:5:6]>', 'u', '[IPv6:1:2:3::4:5:6]'],
    ['<u@[x-tag:any!thing]>', 'u', '[x-tag:any!thing]'],
    ['<josé@exämple.org>', 'josé', 'exämple.org'],
    ['<用户.名@例え.テスト>', '用户.名', '例え.テスト'],
    ['<"é😀 x"@x>', '"é😀 x"', 'x'],
    ['<😀@x😀.y>', '😀', 'x😀.y'],
    ['<Postmaster@x>', 'Postmaster', 'x'],
  ])('RFC 5321 §4.1.2 R5321-4.1.2-d: %s', (text, localPart, domain) => {
    const wire = text.slice(1, -1);
    const path = { kind: 'mailbox', wire, address: wire, localPart, domain };
    expect(parseReversePath(text)).toEqual(path);
    expect(parseForwardPath(text)).toEqual(path);
    expect(parseMailbox(wire)).toEqual({ localPart, domain });
    expect(isMailbox(wire)).toBe(true);
  });

  it('RFC 5321 §4.1.2 R5321-4.1.2-c: a source route is taken and left out of the address', () => {
    expect(parseForwardPath('<@relay.example:bob@example.org>')).toEqual({
      kind: 'mailbox',
      wire: '@relay.example:bob@example.org',
      address: 'bob@example.org',
      localPart: 'bob',
      domain: 'example.org',
      sourceRoute: ['relay.example'],
    });
    expect(parseReversePath('<@a,@b.c:"u v"@[192.0.2.1]>')).toMatchObject({
      address: '"u v"@[192.0.2.1]',
      sourceRoute: ['a', 'b.c'],
    });
  });

  it('RFC 5321 §4.1.2 R5321-4.1.2-d: the null path is a reverse-path only', () => {
    expect(parseReversePath('<>')).toEqual({ kind: 'null', wire: '', address: '', localPart: '', domain: '' });
    expect(fault(() => parseForwardPath('<>'))).toEqual({ code: 'bad-path', offset: 1, reply: '501 5.1.3' });
  });

  it('RFC 5321 §4.1.1.3: Postmaster without a domain is a forward-path only, in any letter case', () => {
    expect(parseForwardPath('<pOstmaster>')).toEqual({
      kind: 'postmaster',
      wire: 'pOstmaster',
      address: 'pOstmaster',
      localPart: 'pOstmaster',
      domain: '',
    });
    expect(fault(() => parseReversePath('<Postmaster>'))).toEqual({ code: 'bad-path', offset: 11, reply: '501 5.1.7' });
    expect(fault(() => parseForwardPath('<poſtmaster>'))).toMatchObject({ code: 'bad-path' });
    expect(fault(() => parseForwardPath('<@x:postmaster>'))).toMatchObject({ code: 'bad-path' });
  });

  it.each([
    ['', 0],
    ['a@b', 0],
    ['é@b', 0],
    ['<', 1],
    ['<a', 2],
    ['<a@', 3],
    ['<a@b', 4],
    ['<a@b>x', 5],
    ['<a>', 2],
    ['<@b>', 3],
    ['<.a@b>', 1],
    ['<a.@b>', 2],
    ['<a..b@c>', 2],
    ['<a b@c>', 2],
    ['< a@b>', 1],
    ['<a@b >', 4],
    ['<a,b@c>', 2],
    ['<a@b@c>', 4],
    ['<a(x)@b>', 2],
    ['<a_\x01@b>', 3],
    ['<a\x7f@b>', 2],
    ['<\ud800@b>', 1],
    ['<a\udc00\ud800@b>', 2],
    ['<"a@b>', 6],
    ['<"a\x01"@b>', 3],
    ['<"a\x7f"@b>', 3],
    ['<"\\\x01"@b>', 3],
    ['<"\\é"@b>', 3],
    ['<"\\', 3],
    ['<"\ud800"@b>', 2],
    ['<"a"b@c>', 4],
    ['<a@-b>', 3],
    ['<a@b->', 5],
    ['<a@b-.c>', 5],
    ['<a@.b>', 3],
    ['<a@b..c>', 5],
    ['<a@b.>', 5],
    ['<a@under_score.x>', 8],
    ['<a@b\ud800>', 4],
    ['<a@[]>', 4],
    ['<a@[1.2.3]>', 4],
    ['<a@[1.2.3.256]>', 4],
    ['<a@[1.2.3.4.5]>', 4],
    ['<a@[1.2.3.4567]>', 4],
    ['<a@[1.2.3.4>', 12],
    ['<a@[1.2.3.4', 11],
    ['<a@[1.2 .3.4]>', 7],
    ['<a@[IPv6:1:2:3:4:5:6:7]>', 4],
    ['<a@[IPv6:1:2:3:4:5:6:7:8:9]>', 4],
    ['<a@[IPv6:1::2::3]>', 4],
    ['<a@[IPv6:1:2:3:4:5:6::7]>', 4],
    ['<a@[IPv6:1:2:3:4::1.2.3.4:5]>', 4],
    ['<a@[IPv6:1.2.3.4::5]>', 4],
    ['<a@[IPv6:12345::]>', 4],
    ['<a@[IPv6:g::]>', 4],
    ['<a@[IPv6:]>', 4],
    ['<a@[IPv6:1:2:3:4:5:6:7:1.2.3.4]>', 4],
    ['<a@[:x]>', 4],
    ['<a@[x:]>', 4],
    ['<a@[x:b\x7F]>', 7],
    ['<a@[x:b[]>', 7],
    ['<a@[x-:y]>', 4],
    ['<a@[x_y:z]>', 4],
    ['<a@[é:z]>', 4],
    ['<@a>', 3],
    ['<@a;b@c>', 3],
    ['<@a,b@c>', 4],
    ['<@a,:b@c>', 4],
    ['<@-a:b@c>', 2],
    ['<@[1.2.3.4]:b@c>', 1],
    ['<@a:>', 4],
  ])('RFC 5321 §4.1.2 R5321-4.1.2-f: %j is no path', (text, offset) => {
    expect(fault(() => parseReversePath(text))).toEqual({ code: 'bad-path', offset, reply: '501 5.1.7' });
    expect(fault(() => parseForwardPath(text))).toEqual({ code: 'bad-path', offset, reply: '501 5.1.3' });
  });

  it.each(['', '@', 'a', 'a@', '@b', '.a@b', 'a@b.', 'a b@c', 'a@b c', 'a@[1]', '<a@b>', 'Postmaster'])(
    'RFC 5321 §4.1.2: %j is no mailbox',
    (text) => {
      expect(isMailbox(text)).toBe(false);
      expect(fault(() => parseMailbox(text))).toMatchObject({ code: 'bad-path' });
    },
  );
});

describe('limits of paths', () => {
  const path = (localPart: number, domain: number): string => `<${'l'.repeat(localPart)}@${'d'.repeat(domain)}>`;

  it.each([
    [64, 1],
    [1, 252],
    [64, 189],
  ])('RFC 5321 §4.5.3.1.3 R5321-4.5.3.1.1-a R5321-4.5.3.1.3-a: %i and %i octets are within', (localPart, domain) => {
    expect(fault(() => assertPathLimits(parseReversePath(path(localPart, domain)), 'MAIL'))).toBeUndefined();
  });

  it.each([
    [65, 1],
    [1, 256],
    [64, 190],
  ])('RFC 5321 §4.5.3.1: %i and %i octets are read, and refused by those who ask', (localPart, domain) => {
    const long = parseReversePath(path(localPart, domain));
    expect(fault(() => assertPathLimits(long, 'MAIL'))).toMatchObject({ code: 'too-long', reply: '501 5.1.7' });
    expect(fault(() => assertPathLimits(long, 'RCPT'))).toMatchObject({ code: 'too-long', reply: '501 5.1.3' });
  });

  it('RFC 5321 §4.5.3.1.1: octets are counted, not characters', () => {
    expect(fault(() => assertPathLimits(parseReversePath(`<${'é'.repeat(33)}@x>`), 'MAIL'))).toBeDefined();
    expect(parseReversePath(path(64, 255)).domain).toHaveLength(255);
  });
});

describe('properties', () => {
  const octet = fc.nat({ max: 255 }).map(String);
  const group = fc.nat({ max: 0xffff }).map((value) => value.toString(16));
  const label = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9-]{0,5}[A-Za-z0-9])?$/);
  const domain = fc.oneof(
    fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
    fc.tuple(octet, octet, octet, octet).map((octets) => `[${octets.join('.')}]`),
    fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => `[IPv6:${groups.join(':')}]`),
    fc
      .nat({ max: 6 })
      .chain((head) =>
        fc
          .tuple(fc.array(group, { minLength: head, maxLength: head }), fc.array(group, { maxLength: 6 - head }))
          .map(([before, after]) => `[IPv6:${before.join(':')}::${after.join(':')}]`),
      ),
  );
  const atom = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,8}$/);
  const localPart = fc.oneof(
    fc.array(atom, { minLength: 1, maxLength: 3 }).map((atoms) => atoms.join('.')),
    fc.stringMatching(/^"([ !#-[\]-~]|\\[ -~]){0,10}"$/),
  );

  it('RFC 5321 §4.1.2: what the grammar makes is read back in its parts', () => {
    fc.assert(
      fc.property(localPart, domain, (local, host) => {
        expect(parseReversePath(`<${local}@${host}>`)).toMatchObject({ localPart: local, domain: host });
      }),
    );
  });

  it('RFC 5321 §4.1.2: any text is a path or meets our error, and is never read in part', () => {
    const unit = fc.constantFrom('<', '>', '@', 'a', '.', '"', '\\', ':', ',', '[', ']', 'IPv6:', '1', '-', 'é', ' ');
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit }), fc.string({ unit: 'binary' })), (text) => {
        for (const parse of [parseForwardPath, parseReversePath]) {
          if (fault(() => parse(text)) === undefined) expect(`<${parse(text).wire}>`).toBe(text);
        }
        expect(isMailbox(text)).toBe(fault(() => parseMailbox(text)) === undefined);
      }),
    );
  });
});

it('RFC 5321 §4.1.2: who gives an address with a name beside it is told how one is written', () => {
  expect(() => parseMailbox('Alice <a@example.org>')).toThrow(/^bad-path at offset \d+: .*local-part@domain/);
});
