import { describe, expect, it } from 'vitest';
import { mailboxValue, mtaName, plainAddress, plainMtaName, receivedFromMta } from './index.ts';

describe('addresses', () => {
  it.each([
    ['Bob@example.org', 'rfc822'],
    ['"odd addr"@x', 'rfc822'],
    ['jos\u00e9@example.org', 'utf-8'],
  ])(
    'RFC 3461 §9.1 R3461-9.1-a R3461-6.3-e2 R3464-2.3.2-c R3461-9.1-c: %s has type %s and stays as it is',
    (address, type) => {
      expect(mailboxValue(address)).toEqual({ type, value: address });
    },
  );

  it.each([
    ['rfc822', '<a@b>', 'a@b'],
    ['rfc822', 'bob+2Btag@x', 'bob+2Btag@x'],
    ['rfc822', 'jos\\x{E9}@x', 'jos\\x{E9}@x'],
    ['UTF-8', 'jos\\x{E9}@ex\\x{e4}mple.org', 'jos\u00e9@ex\u00e4mple.org'],
    ['utf-8', '"a\\x{20}b"@\u00e9.example', '"a b"@\u00e9.example'],
    ['utf-8', 'jos\u00e9+x@x', 'jos\u00e9+x@x'],
    ['utf-8', 'a+2Bb@x', 'a+2Bb@x'],
    ['utf-8', 'a\\x{D800}@x', 'a\\x{D800}@x'],
    ['', '|/bin/cat', '|/bin/cat'],
  ])('RFC 6533 §3 R3461-9.1-b: %s; %s is %s', (type, value, address) => {
    expect(plainAddress({ type, value })).toBe(address);
  });
});

describe('names of MTAs', () => {
  it.each([
    ['mx.Example.net', 'dns'],
    ['mx.example.net.', 'dns'],
    ['[192.0.2.1]', 'dns'],
    ['[IPv6:2001:db8::1]', 'dns'],
    ['host7', 'x-local-hostname'],
    ['localhost', 'x-local-hostname'],
    ['a..b', 'x-local-hostname'],
    ['192.0.2.1', 'x-local-hostname'],
    ['mx.example.3net', 'dns'],
    [`${'a.'.repeat(200)}b`, 'x-local-hostname'],
    ['', 'x-local-hostname'],
  ])(
    'RFC 3461 §6.3(b) R3461-6.3-b2 R3461-6.3-b3 R3461-6.3-b4 R3461-9.3-a R3464-2.2.2-e: %s has type %s',
    (name, type) => {
      expect(mtaName(name)).toEqual({ type, value: name });
    },
  );

  it('RFC 3464 §2.2.4 R3464-2.2.4-a R3464-2.2.4-b R3464-2.2.4-c R3464-1.3-c: the name given in EHLO, the address as a comment', () => {
    expect(receivedFromMta('Mail.A.example', '192.0.2.7')).toEqual({
      type: 'dns',
      value: 'Mail.A.example (192.0.2.7)',
    });
    expect(receivedFromMta('Mail.A.example')).toEqual({ type: 'dns', value: 'Mail.A.example' });
    expect(receivedFromMta('a(b)\r\nc \u00e9', '::1')).toEqual({ type: 'dns', value: 'a?b???c?? (::1)' });
    expect(plainMtaName(receivedFromMta('Mail.A.example', '192.0.2.7'))).toBe('Mail.A.example');
    expect(plainMtaName(receivedFromMta('a"b', '192.0.2.7'))).toBe('a?b');
  });
});
