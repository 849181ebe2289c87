import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScramClient } from '../../../test/support/scram-client.ts';
import { usersOf, userTable } from '../../../test/support/users.ts';
import { NodeCrypto } from '../../adapters/node-crypto.ts';
import { SystemClock } from '../../adapters/system-clock.ts';
import { parseUsers } from '../../config.ts';
import { decodeBase64 } from './base64.ts';
import { makeLogins } from './login.ts';
import { isProof, scramExchange } from './scram.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const crypto = new NodeCrypto();
const list = parseUsers(
  ['alice', 'name,with=signs', 'IX'].map((name) => userTable(name, 'pencil')).join('\n'),
  'users.toml',
);
const users = usersOf(list);
const secret = new Uint8Array(32).fill(7);
const begin = () => scramExchange({ users, crypto, secret });

/** The server's word, if the step is one. */
function said(step: Awaited<ReturnType<ReturnType<typeof begin>>>): string {
  return step.kind === 'challenge' ? new TextDecoder().decode(step.octets) : JSON.stringify(step);
}

async function login(client: ScramClient, change = {}): Promise<string> {
  const exchange = begin();
  const final = client.final(said(await exchange(octets(client.first()))), change);
  const signature = said(await exchange(octets(final)));
  if (!client.accepts(signature)) return signature;
  const end = await exchange(new Uint8Array());
  return end.kind === 'success' ? `hello ${end.user.name}` : said(end);
}

const wrong = expect.stringContaining('535') as string;
const malformed = expect.stringContaining('501') as string;

describe('SCRAM-SHA-256', () => {
  it('RFC 7677 §3: the published exchange proves the published password', () => {
    const salted = {
      storedKey: decodeBase64('WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=')!,
      serverKey: decodeBase64('wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=')!,
    };
    const salt = 'W22ZaJ0SNY7soEsUEjb6gQ==';
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    const message = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=${salt},i=4096,c=biws,r=${nonce}`;
    const keys = { ...salted, salt: decodeBase64(salt)!, iterations: 4096 };
    const proof = decodeBase64('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=')!;
    expect(isProof(crypto, keys, octets(message), proof)).toBe(true);
    expect(isProof(crypto, keys, octets(`${message}x`), proof)).toBe(false);
    expect(isProof(crypto, keys, octets(message), proof.subarray(1))).toBe(false);
    const signature = crypto.hmacSha256(keys.serverKey, octets(message));
    expect(Buffer.from(signature).toString('base64')).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  });

  it.each([
    ['RFC 5802 §5: a right password', new ScramClient('alice', 'pencil'), 'hello alice'],
    [
      'RFC 5802 §5.1: a client that could bind channels',
      new ScramClient('alice', 'pencil', { header: 'y,,' }),
      'hello alice',
    ],
    ['RFC 5802 §5.1: signs in the name', new ScramClient('name,with=signs', 'pencil'), 'hello name,with=signs'],
    ['RFC 4013 §2: a name that has to be prepared', new ScramClient('I\u00ADX', 'pencil'), 'hello IX'],
    ['RFC 5802 §5.1: for oneself', new ScramClient('alice', 'pencil', { header: 'n,a=alice,' }), 'hello alice'],
    ['RFC 5802 §5.1: for another', new ScramClient('alice', 'pencil', { header: 'n,a=bob,' }), wrong],
    ['RFC 5802 §5: a wrong password', new ScramClient('alice', 'crayon'), wrong],
    ['RFC 5802 §5: nobody', new ScramClient('mallory', 'pencil'), wrong],
  ])('%s', async (_, client, end) => {
    expect(await login(client)).toEqual(end);
  });

  it('RFC 5802 §5.1: nonce and header of the first message are bound by the last', async () => {
    const client = new ScramClient('alice', 'pencil');
    expect(await login(client, { nonce: 'another' })).toEqual(wrong);
    expect(await login(client, { header: 'y,,' })).toEqual(wrong);
  });

  it('RFC 5802 §5.1: what nobody is and who everybody is can not be told from the first answer', async () => {
    const ask = async (name: string) => said(await begin()(octets(new ScramClient(name, 'x').first())));
    const saltOf = (answer: string) => /s=([^,]+)/.exec(answer)?.[1];
    const [first, second, other] = [await ask('mallory'), await ask('mallory'), await ask('trudy')];
    expect(first).toMatch(/^r=fyko\+d2lbbFgONRv9qkxdawL[A-Za-z0-9+/]{24},s=[A-Za-z0-9+/=]{24},i=\d+$/);
    expect(saltOf(first)).toBe(saltOf(second));
    expect(saltOf(first)).not.toBe(saltOf(other));
    for (const [name, spelling] of [
      ['IX', 'I\u00ADX'],
      ['mallory', 'mal\u00ADlory'],
    ] as const)
      expect([name, saltOf(await ask(spelling))]).toEqual([name, saltOf(await ask(name))]);
  });

  it('RFC 5802 §5.1: what nobody is told is the same after a restart, and looks as what users are told', async () => {
    const parts = { users, crypto, clock: new SystemClock(), maxFailures: 5 };
    const ask = async (name: string, key: Uint8Array) => {
      const exchange = makeLogins({ ...parts, key }).begin('SCRAM-SHA-256', '192.0.2.1');
      if (typeof exchange !== 'function') throw new Error('put off');
      const [, salt = '', iterations] =
        /s=([^,]+),i=(\d+)/.exec(said(await exchange(octets(`n,,n=${name},r=a`)))) ?? [];
      return { salt, octets: decodeBase64(salt)?.length, iterations };
    };
    const [before, after] = [await ask('mallory', secret), await ask('mallory', secret)];
    expect(after).toEqual(before);
    expect(
      (
        await ask(
          'mallory',
          secret.map((octet) => octet + 1),
        )
      ).salt,
    ).not.toBe(before.salt);
    const { salt, ...look } = await ask('alice', secret);
    expect(before).toMatchObject(look);
    expect(before.salt).not.toBe(salt);
  });

  it('RFC 4954 §4: without initial response the first challenge is empty; the last one wants an empty answer', async () => {
    const exchange = begin();
    expect(await exchange(undefined)).toEqual({ kind: 'challenge', octets: new Uint8Array() });
    const client = new ScramClient('alice', 'pencil');
    await exchange(octets(client.final(said(await exchange(octets(client.first()))))));
    expect(said(await exchange(octets('more')))).toEqual(malformed);
  });

  it.each([
    'p=tls-unique,,n=alice,r=abc',
    'n,,m=ext,n=alice,r=abc',
    'n,,n=al=ice,r=abc',
    'n,,n=,r=abc',
    'n,,n=alice',
    'n,,n=alice,r=',
    'n,,n=alice,r=a b',
    'n,n=alice,r=abc',
    'x,,n=alice,r=abc',
    '',
    `n,,n=alice,r=${'a'.repeat(257)}`,
    `n,,n=${'a'.repeat(5_000)},r=abc`,
  ])('RFC 5802 §7: refuses %j', async (first) => {
    expect(said(await begin()(octets(first)))).toEqual(malformed);
  });

  it('RFC 5802 §7: whatever comes is answered, and never with a success', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ maxLength: 80 }), async (first, final) => {
        const exchange = begin();
        const step = await exchange(first);
        expect(step.kind).not.toBe('success');
        const client = new ScramClient('alice', 'pencil');
        const other = begin();
        await other(octets(client.first()));
        expect((await other(final)).kind).toBe('failure');
      }),
    );
  });
});
