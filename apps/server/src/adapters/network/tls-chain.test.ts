import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { testRoot, tlsFile } from '../../../test/support/certificates.ts';
import { chainOf } from './tls-chain.ts';

const root = new X509Certificate(testRoot);
const own = new X509Certificate(readFileSync(tlsFile('first.pem')));

/** The OID id-ecPublicKey, in DER. */
const EC_KEY = Buffer.from('06072a8648ce3d0201', 'hex');

/** The same with a key of a kind that nobody knows: in the OID of its algorithm the last arc is another. */
function withUnknownKey(certificate: X509Certificate): X509Certificate {
  const octets = Buffer.from(certificate.raw);
  const at = octets.indexOf(EC_KEY);
  if (at < 0) throw new Error('the key is of another kind');
  octets[at + EC_KEY.length - 1] = 0x7d;
  return new X509Certificate(octets);
}

it('RFC 7672 §3.1.2: each link says whether the next one issued it', () => {
  expect(chainOf([own, root]).map(({ issuedByNext }) => issuedByNext)).toEqual([true, false]);
});

it('RFC 7672 §3.1.1: the host is known by its own key, whatever kind of key stands above it', () => {
  const odd = withUnknownKey(root);
  expect(() => odd.publicKey).toThrow();
  expect(chainOf([own, odd, root])).toEqual([
    {
      certificate: own.raw,
      publicKey: own.publicKey.export({ type: 'spki', format: 'der' }),
      issuedByNext: false,
    },
  ]);
});
