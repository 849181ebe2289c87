import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';

/** What a verifier says of one DKIM-Signature field. */
export interface DkimVerdict {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: string;
  readonly bodyHash: boolean;
  readonly signature: boolean;
  /** Names in `h=`, in lower case. */
  readonly signed: readonly string[];
}

/**
 * Verifies the DKIM signatures of a message, relaxed/relaxed only. Written from RFC 6376 §6.1 alone, over text rather than
 * octets, so that it shares no code and no approach with the signer.
 *
 * @param publicKey - The key of a selector: what the DNS would say.
 */
export function verifyDkim(message: Uint8Array, publicKey: (selector: string) => KeyObject): DkimVerdict[] {
  const text = Buffer.from(message).toString('latin1');
  const cut = text.indexOf('\r\n\r\n');
  const head = text.slice(0, cut + 2);
  const body = text.slice(cut + 4);
  const fields = head.match(/[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*/g) ?? [];
  const canonicalBody = body
    .replace(/[ \t]+/g, ' ')
    .replace(/ +(?=\r\n|$)/g, '')
    .replace(/(?:\r\n)*$/, '\r\n')
    .replace(/^\r\n$/, '');
  const bodyHash = createHash('sha256').update(canonicalBody, 'latin1').digest('base64');
  return fields.flatMap((field, index) => {
    if (!/^dkim-signature\s*:/i.test(field)) return [];
    const tags = readTags(field.slice(field.indexOf(':') + 1));
    if (tags['c'] !== 'relaxed/relaxed' || tags['v'] !== '1') throw new Error(`not understood: ${field}`);
    const others = fields.filter((_, other) => other !== index).reverse();
    const signed = (tags['h'] ?? '').toLowerCase().split(':');
    const covered = signed.map((name) => {
      const at = others.findIndex((other) => other.toLowerCase().replace(/[ \t]/g, '').startsWith(`${name}:`));
      return at < 0 ? '' : relax(others.splice(at, 1)[0]!);
    });
    const own = relax(field.replace(/(;\s*b\s*=)[^;]*/, '$1')).replace(/\r\n$/, '');
    const data = Buffer.from(covered.join('') + own, 'latin1');
    const signature = Buffer.from(tags['b'] ?? '', 'base64');
    const key = publicKey(tags['s'] ?? '');
    return [
      {
        domain: tags['d'] ?? '',
        selector: tags['s'] ?? '',
        algorithm: tags['a'] ?? '',
        bodyHash: tags['bh'] === bodyHash,
        signature:
          tags['a'] === 'ed25519-sha256'
            ? verify(null, createHash('sha256').update(data).digest(), key, signature)
            : verify('sha256', data, key, signature),
        signed,
      },
    ];
  });
}

/** The key of the raw 32 octets that an Ed25519 record holds (RFC 8463 §4). */
export function ed25519PublicKey(base64: string): KeyObject {
  const prefix = Buffer.from('302a300506032b6570032100', 'hex');
  return createPublicKey({ key: Buffer.concat([prefix, Buffer.from(base64, 'base64')]), format: 'der', type: 'spki' });
}

function readTags(value: string): Record<string, string> {
  return Object.fromEntries(
    value
      .replace(/\s+/g, '')
      .split(';')
      .filter((tag) => tag !== '')
      .map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)]),
  );
}

function relax(field: string): string {
  const [, name = '', value = ''] = /^([^:]*):([^]*)$/.exec(field) ?? [];
  return `${name.trim().toLowerCase()}:${value
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .replace(/^ | $/g, '')}\r\n`;
}
