import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { destinationKey, formatNextHop, NextHopError, parseDestination, parseNextHop } from './next-hop.ts';

describe('parseNextHop', () => {
  it.each([
    ['smtp://127.0.0.1:2601', { kind: 'smtp', host: '127.0.0.1', port: 2601 }],
    ['smtp://Mail.Ivory.EDU', { kind: 'smtp', host: 'mail.ivory.edu', port: 25 }],
    ['smtp://[::1]:25', { kind: 'smtp', host: '::1', port: 25 }],
    ['smtp://[2001:DB8::192.0.2.1]', { kind: 'smtp', host: '2001:db8::192.0.2.1', port: 25 }],
    ['lmtp://localhost:2400', { kind: 'lmtp', host: 'localhost', port: 2400 }],
    ['lmtp://localhost', { kind: 'lmtp', host: 'localhost', port: 24 }],
    ['smtps://Smtp.Example.net', { kind: 'smtps', host: 'smtp.example.net', port: 465 }],
    ['mx:', { kind: 'mx' }],
    ['maildir:./mail', { kind: 'maildir', directory: './mail' }],
    ['simulator:', { kind: 'simulator' }],
    ['discard:', { kind: 'discard' }],
    ['gateway+https://api.example.org/hook?a=b', { kind: 'gateway', url: 'https://api.example.org/hook?a=b' }],
    ['gateway+http://127.0.0.1:8080/', { kind: 'gateway', url: 'http://127.0.0.1:8080/' }],
    ['pipe:/usr/bin/vacation  -r 7', { kind: 'pipe', command: ['/usr/bin/vacation', '-r', '7'] }],
  ] as const)('reads %s', (text, expected) => {
    expect(parseNextHop(text)).toEqual(expected);
  });

  it.each([
    ['', 'unknown-scheme', 0],
    ['http://x', 'unknown-scheme', 0],
    ['smtp', 'unknown-scheme', 0],
    ['smtp:host', 'bad-host', 5],
    ['smtp://', 'bad-host', 7],
    ['smtp://[x]', 'bad-host', 7],
    ['smtp://[1:2:3]', 'bad-host', 7],
    ['smtp://[::1::2]', 'bad-host', 7],
    ['smtp://[::300.1.1.1]', 'bad-host', 7],
    ['smtp://host:', 'bad-port', 11],
    ['smtp://host:0', 'bad-port', 12],
    ['smtp://host:65536', 'bad-port', 12],
    ['smtp://host:port', 'bad-port', 11],
    ['smtp://host/path', 'trailing-text', 11],
    ['smtp://ho\r\nst', 'trailing-text', 9],
    ['mx:ivory.edu', 'trailing-text', 3],
    ['discard:x', 'trailing-text', 8],
    // A name, not an address of this machine.
    ['gateway+http://127.example.org/', 'bad-url', 8],
    ['gateway+https://:secret@example.org/', 'bad-url', 8],
    ['gateway+https://user@example.org/', 'bad-url', 8],
    ['gateway+https://', 'bad-url', 8],
    ['pipe:', 'bad-command', 5],
    ['pipe:vacation', 'bad-command', 5],
    ['pipe:/bin/cat a\0b', 'bad-command', 5],
    ['maildir:', 'missing-directory', 8],
    ['maildir:a\0b', 'missing-directory', 9],
  ] as const)('refuses %j with %s at %i', (text, code, offset) => {
    expect(() => parseNextHop(text)).toThrow(expect.objectContaining({ name: 'NextHopError', code, offset }));
  });

  it('throws nothing but its own error, and reads back what it writes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((rest) => `smtp://${rest}`),
          fc.string().map((rest) => `maildir:${rest}`),
        ),
        (text) => {
          try {
            const nextHop = parseNextHop(text);
            expect(parseNextHop(formatNextHop(nextHop))).toEqual(nextHop);
          } catch (error) {
            expect(error).toBeInstanceOf(NextHopError);
          }
        },
      ),
    );
  });
});

describe('destinationKey', () => {
  it.each([
    ['smtp://[::1]:2525', 'Bob@Ivory.EDU', 'smtp://[::1]:2525', { kind: 'smtp', host: '::1', port: 2525 }],
    ['smtp://h', 'Bob@Ivory.EDU', 'smtp://h:25', { kind: 'smtp', host: 'h', port: 25 }],
    ['mx:', 'Bob@Ivory.EDU', 'mx:ivory.edu', { kind: 'mx', domain: 'ivory.edu' }],
    ['mx:', '"a@b"@[192.0.2.1]', 'mx:[192.0.2.1]', { kind: 'mx', domain: '[192.0.2.1]' }],
    ['mx:', 'postmaster', 'mx:', { kind: 'mx', domain: '' }],
    ['maildir:./Mail', 'bob@x.example', 'maildir:./Mail', { kind: 'maildir', directory: './Mail' }],
    ['simulator:', 'ok@simulator.test', 'simulator:', { kind: 'simulator' }],
  ] as const)('%s for %s is %s and back', (route, address, key, nextHop) => {
    expect(destinationKey(parseNextHop(route), address)).toBe(key);
    expect(parseDestination(key)).toEqual(nextHop);
  });
});
