import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { formatScram, formatScrypt, parseScram, parseScrypt } from './hash.ts';

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const some = 'c2FsdHNhbHRzYWx0c2FsdA';
const key32 = 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=';

describe('hashes as text', () => {
  it('a scrypt hash is read as it was written', () => {
    fc.assert(
      fc.property(octets(16), octets(32), fc.integer({ min: 1, max: 16 }), (salt, key, costLog2) => {
        const hash = { costLog2, blockSize: 8, parallelization: 3, salt, key };
        expect(parseScrypt(formatScrypt(hash))).toEqual(hash);
      }),
    );
  });

  it('RFC 5803 §3: keys of SCRAM are read as they were written', () => {
    fc.assert(
      fc.property(octets(16), octets(32), octets(32), (salt, storedKey, serverKey) => {
        const keys = { iterations: 4096, salt, storedKey, serverKey };
        expect(parseScram(formatScram(keys))).toEqual(keys);
      }),
    );
  });

  it.each([
    '',
    'secret',
    `$scrypt$ln=15,r=8,p=1$${some}`,
    `$scrypt$ln=0,r=8,p=1$${some}$${some}`,
    `$scrypt$ln=22,r=8,p=1$${some}$${some}`,
    `$scrypt$ln=15,r=8,p=99$${some}$${some}`,
    `$scrypt$ln=15,r=8,p=1$$${some}`,
    `$scrypt$ln=15,r=8,p=1$${some}=$${some}`,
    `$argon2id$v=19$m=1,t=1,p=1$${some}$${some}`,
  ])('%j is no scrypt hash that we would work on', (text) => {
    expect(parseScrypt(text)).toBeUndefined();
  });

  it.each([
    '',
    `SCRAM-SHA-256$4095:c2FsdHNhbHQ=$${key32}:${key32}`,
    `SCRAM-SHA-1$4096:c2FsdHNhbHQ=$${key32}:${key32}`,
    `SCRAM-SHA-256$4096:c2FsdHNhbHQ=$${key32}`,
    `SCRAM-SHA-256$4096:c2FsdHNhbHQ=$${key32}:${'A'.repeat(44)}`,
    `SCRAM-SHA-256$4096:c2Fs dHNhbHQ$${key32}:${key32}`,
  ])('RFC 7677 §4: %j are no keys of SCRAM', (text) => {
    expect(parseScram(text)).toBeUndefined();
  });
});

describe('base64', () => {
  it('RFC 4648 §4: there and back, with padding and without', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const text = encodeBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(decodeBase64(text)).toEqual(bytes);
        expect(decodeBase64(text.replace(/=+$/, ''))).toEqual(bytes);
      }),
    );
  });
  it.each(['a', '=', 'AB CD', 'AB==CD==', 'A===', 'AB=', 'AC', 'é'])('RFC 4648 §3.5: refuses %j', (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });
});
