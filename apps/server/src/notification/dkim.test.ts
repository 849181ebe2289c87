import { createHash, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readDkimKey } from '../adapters/files/dkim-keys.ts';
import type { DkimKey } from '../ports.ts';
import { ed25519PublicKey, verifyDkim } from '../../test/support/dkim.ts';
import { dkimFields } from './dkim.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const join2 = (a: Uint8Array, b: Uint8Array) => new Uint8Array([...a, ...b]);

const folder = mkdtempSync(join(tmpdir(), 'dkim-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pairs: Readonly<Record<string, { publicKey: KeyObject; privateKey: KeyObject }>> = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ed: generateKeyPairSync('ed25519'),
};
const keyOf = (selector: string): DkimKey => {
  const keyFile = join(folder, `${selector}.pem`);
  writeFileSync(keyFile, pairs[selector]!.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  return readDkimKey({ domain: 'example.org', selector, keyFile });
};
const rsa = keyOf('rsa');
const ed = keyOf('ed');
const published = (selector: string) => createPublicKey(pairs[selector]!.privateKey);

const message = octets(
  [
    'From: Mail Delivery System <MAILER-DAEMON@mx.example.org>',
    'To: <alice@example.org>',
    'Subject: Not delivered:',
    '\tbob@example.com ',
    'Date: Wed, 18 Nov 2026 11:06:42 +0000',
    'Message-ID: <R7@mx.example.org>',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: text/plain',
    'X-Other: not signed',
    '',
    ' Two  blanks\t and a tab \t',
    '',
    'end',
    '',
    '',
    '',
  ].join('\r\n'),
);

async function signed(keys: readonly [DkimKey, ...DkimKey[]] = [ed, rsa], content = message): Promise<Uint8Array> {
  return join2(await dkimFields(content, keys, Date.UTC(2026, 10, 18, 11, 6, 42, 999)), content);
}

describe('the verifier of these tests', () => {
  // The example as published, without its RSA signature.
  const example = octets(
    [
      'DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;',
      ' d=football.example.com; i=@football.example.com;',
      ' q=dns/txt; s=brisbane; t=1528637909; h=from : to :',
      ' subject : date : message-id : from : subject : date;',
      ' bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;',
      ' b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus',
      ' Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==',
      'From: Joe SixPack <joe@football.example.com>',
      'To: Suzie Q <suzie@shopping.example.net>',
      'Subject: Is dinner ready?',
      'Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)',
      'Message-ID: <20030712040037.46341.5F8J@football.example.com>',
      '',
      'Hi.',
      '',
      'We lost the game.  Are you hungry yet?',
      '',
      'Joe.',
      '',
    ].join('\r\n'),
  );

  it('RFC 8463 §A.3: finds the published example right', () => {
    const key = ed25519PublicKey('11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=');
    expect(verifyDkim(example, () => key)).toMatchObject([{ bodyHash: true, signature: true }]);
    const changed = octets(new TextDecoder().decode(example).replace('dinner', 'supper'));
    expect(verifyDkim(changed, () => key)).toMatchObject([{ bodyHash: true, signature: false }]);
  });
});

describe('dkimFields', () => {
  it('RFC 6376 §3.5, RFC 8463 §3: one field per key, which verify', async () => {
    const verdicts = verifyDkim(await signed(), published);
    expect(verdicts).toMatchObject([
      { domain: 'example.org', selector: 'ed', algorithm: 'ed25519-sha256', bodyHash: true, signature: true },
      { domain: 'example.org', selector: 'rsa', algorithm: 'rsa-sha256', bodyHash: true, signature: true },
    ]);
    const text = new TextDecoder().decode(await signed([rsa]));
    expect(text).toMatch(
      /^DKIM-Signature: v=1; a=rsa-sha256; c=relaxed\/relaxed;\r\n d=example\.org; s=rsa; t=1795000002;/,
    );
    for (const line of text.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
  });

  it('RFC 6376 §5.4.1: From and all that says what the message is, is signed', async () => {
    const [verdict] = verifyDkim(await signed([ed]), published);
    expect(verdict?.signed).toEqual(
      expect.arrayContaining([
        'from',
        'to',
        'subject',
        'date',
        'message-id',
        'auto-submitted',
        'mime-version',
        'content-type',
      ]),
    );
    expect(verdict?.signed).not.toContain('x-other');
  });

  it.each([
    ['another From above', 'From: x@y.example\r\n', ''],
    ['a Reply-To', 'Reply-To: x@y.example\r\n', ''],
    ['a second Subject below', '', 'Subject: other\r\n'],
  ])('RFC 6376 §8.15: %s breaks the signature', async (_, above, below) => {
    const text = new TextDecoder().decode(await signed([ed]));
    const changed = octets(above + text.replace('X-Other:', `${below}X-Other:`));
    expect(verifyDkim(changed, published)).toMatchObject([{ bodyHash: true, signature: false }]);
  });

  it.each<[string, (text: string) => string, boolean]>([
    ['a field on top', (text) => `Received: from x\r\n${text}`, true],
    ['other folds and blanks in fields', (text) => text.replace(':\r\n\tbob', ': \r\n   bob'), true],
    ['other case of a field name', (text) => text.replace('\nSubject:', '\nSUBJECT :'), true],
    ['other blanks in the body', (text) => text.replace('Two  blanks\t and', 'Two blanks and'), true],
    ['empty lines at the end', (text) => `${text}\r\n\r\n`, true],
    ['empty lines in the middle', (text) => text.replace('end', '\r\nend'), false],
    ['a word', (text) => text.replace('end', 'End'), false],
  ])('RFC 6376 §3.4: relaxed: %s', async (_, change, whole) => {
    const changed = octets(change(new TextDecoder().decode(await signed([rsa]))));
    const [verdict] = verifyDkim(changed, published);
    expect(verdict?.bodyHash === true && verdict.signature).toBe(whole);
  });

  it('RFC 6376 §3.4.4: any body, any field verifies', async () => {
    const piece = fc.constantFrom('a', ' ', '\t', '\r\n', 'ü', '\0', 'x'.repeat(100), '\r\n\r\n', ' \r\n');
    const body = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(body, fc.stringMatching(/^[ -~ü\t]{0,60}$/), async (text, subject) => {
        const content = octets(`From: <a@example.org>\r\nSubject: ${subject}\r\n\r\n${text}`);
        expect(verifyDkim(await signed([ed], content), published)).toMatchObject([{ bodyHash: true, signature: true }]);
      }),
    );
  });
});

describe('readDkimKey', () => {
  const write = (name: string, text: string) => {
    const keyFile = join(folder, name);
    writeFileSync(keyFile, text);
    return { domain: 'example.org', selector: 's', keyFile };
  };
  const pem = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1') => key.export({ format: 'pem', type });

  it('RFC 6376 §3.3.1: reads RSA keys in their own form, too', async () => {
    const key = readDkimKey(write('pkcs1.pem', pem(pairs['rsa']!.privateKey, 'pkcs1')));
    expect(Buffer.from(await key.sign(octets('x')))).toEqual(sign('sha256', octets('x'), pairs['rsa']!.privateKey));
    expect(Buffer.from(key.sha256(octets('x')))).toEqual(createHash('sha256').update('x').digest());
  });

  it.each([
    [
      'nothing',
      () => ({ domain: 'd', selector: 's', keyFile: join(folder, 'none.pem') }),
      /none\.pem: no private key can be read: ENOENT/,
    ],
    ['no key', () => write('text.pem', 'hello'), /text\.pem: no private key can be read: /],
    [
      'an elliptic curve',
      () => write('ec.pem', pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'sec1')),
      /ec\.pem: the key is neither RSA nor Ed25519/,
    ],
    [
      'RFC 8301 §3.2: a short key',
      () => write('short.pem', pem(generateKeyPairSync('rsa', { modulusLength: 768 }).privateKey, 'pkcs8')),
      /short\.pem: the key has 768 bits; allowed: 1024 or more/,
    ],
  ])('refuses %s', (_, file, message) => {
    expect(() => readDkimKey(file())).toThrow(message);
  });
});
