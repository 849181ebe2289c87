import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countReceived, formatReceived, protocolWord, visitsOf } from './trace.ts';

const reception = {
  id: 'a1',
  atMs: Date.UTC(1994, 6, 7, 21, 3, 0),
  clientName: 'mail.example',
  clientAddress: '192.0.2.1',
  hostname: 'mx.example.org',
  protocol: 'ESMTP',
};

describe('formatReceived', () => {
  it('RFC 5321 §4.4 R5321-4.4-a: EHLO name and address literal, host, protocol, id, date', () => {
    expect(formatReceived(reception)).toBe(
      'Received: from mail.example ([192.0.2.1])\r\n\tby mx.example.org with ESMTP id a1;\r\n\tThu, 07 Jul 1994 21:03:00 +0000\r\n',
    );
  });

  it('RFC 5321 §4.4 RFC 6710 §7 R5321-4.4-a: one recipient at most, TLS, priority, the name of the address', () => {
    const full = {
      ...reception,
      clientAddress: '2001:db8::1',
      clientHostName: 'dns.example',
      protocol: 'ESMTPSA',
      tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384',
      priority: -3,
      soleRecipient: 'bob@example.org',
    };
    expect(formatReceived(full)).toBe(
      'Received: from mail.example (dns.example [IPv6:2001:db8::1])\r\n' +
        '\tby mx.example.org with ESMTPSA (TLSv1.3 TLS_AES_256_GCM_SHA384) id a1\r\n\tfor <bob@example.org> PRIORITY -3;\r\n' +
        '\tThu, 07 Jul 1994 21:03:00 +0000\r\n',
    );
  });

  it('RFC 5321 §4.4: a name that could be read as more than a name is left out', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~]{0,40}$/), (clientName) => {
        const line = formatReceived({ ...reception, clientName }).split('\r\n')[0] ?? '';
        expect(line).toMatch(/^Received: from (?:[\w.:[\]-]+ \(\[192\.0\.2\.1\]\)|\[192\.0\.2\.1\])$/);
      }),
    );
    expect(formatReceived({ ...reception, clientName: 'x(by' })).toMatch(/^Received: from \[192\.0\.2\.1\]\r\n/);
    expect(formatReceived({ ...reception, clientHostName: 'x) by (y' })).not.toContain('x)');
    expect(formatReceived({ ...reception, clientName: '' })).toMatch(/^Received: from \[192\.0\.2\.1\]\r\n/);
  });
});

describe('protocolWord', () => {
  const plain = { lmtp: false, extended: true, smtputf8: false, tls: false, authenticated: false };
  it.each([
    [{ extended: false }, 'SMTP'],
    [{ extended: false, tls: true, authenticated: true }, 'SMTP'],
    [{}, 'ESMTP'],
    [{ tls: true }, 'ESMTPS'],
    [{ authenticated: true }, 'ESMTPA'],
    [{ tls: true, authenticated: true }, 'ESMTPSA'],
    [{ lmtp: true }, 'LMTP'],
    [{ lmtp: true, tls: true, authenticated: true }, 'LMTPSA'],
    [{ smtputf8: true }, 'UTF8SMTP'],
    [{ smtputf8: true, tls: true, authenticated: true }, 'UTF8SMTPSA'],
    [{ smtputf8: true, lmtp: true, tls: true }, 'UTF8LMTPS'],
  ])('RFC 3848 §1 RFC 6531 §4.3 R3848-1-a R4954-7-a R6531-3.7.3-a: %j is %s', (how, word) => {
    expect(protocolWord({ ...plain, ...how })).toBe(word);
  });
});

describe('countReceived', () => {
  const octets = (text: string) => new TextEncoder().encode(text);
  it.each([
    ['Received: a\r\nRECEIVED: b\r\nSubject: x\r\nreceived:c\r\n\r\nReceived: body\r\n', 3],
    ['Received-SPF: x\r\n Received: folded\r\n\r\n', 0],
    ['\r\nReceived: body\r\n', 0],
    ['', 0],
    ['Received: only', 1],
  ])('RFC 5321 §6.3: %j has %i', (text, count) => {
    expect(countReceived(octets(text))).toBe(count);
  });
});

describe('visitsOf', () => {
  const octets = (text: string) => new TextEncoder().encode(text);
  const field = formatReceived({ ...reception, soleRecipient: 'Team@example.org' });
  it.each([
    [`Subject: x\r\n${field}\r\n`, ['team@example.org']],
    [field.replaceAll('\r\n\t', ' ').replace('Received', 'RECEIVED').replace('mx.', 'MX.'), ['team@example.org']],
    [`${formatReceived(reception)}${field}Subject: x\r\n`, ['', 'team@example.org']],
    [field.replace('mx.example.org', 'mx2.example.org'), []],
    [field.replace('Received', 'X-Received'), []],
    [`Subject: x\r\n\r\n${field}`, []],
    ['', []],
    [field.replace(' with', `${' for <'.repeat(400)} with`), []],
  ])('RFC 5321 §6.3: %j: %j', (text, visits) => {
    expect(visitsOf(octets(text), 'mx.example.org')).toEqual(visits);
  });
});
