import { createHash, X509Certificate } from 'node:crypto';
import { NodeCrypto } from '../../src/adapters/node-crypto.ts';
import { SystemClock } from '../../src/adapters/system-clock.ts';
import { SmtpTransport } from '../../src/delivery/smtp-transport.ts';
import type { Network } from '../../src/ports.ts';
import { deliveryOf } from './delivery.ts';
import { told } from './relay.ts';
import { TableResolver } from './resolver.ts';
import type { SecureTable } from './secure-table.ts';

/** The TLSA record of a certificate in PEM. */
export function tlsa(usage: number, selector: number, matchingType: 0 | 1 | 2, pem: string): Uint8Array {
  const certificate = new X509Certificate(pem);
  const octets = selector === 0 ? certificate.raw : certificate.publicKey.export({ type: 'spki', format: 'der' });
  const digest = (name: string) => createHash(name).update(octets).digest();
  const data = matchingType === 0 ? octets : digest(matchingType === 1 ? 'sha256' : 'sha512');
  return Uint8Array.of(usage, selector, matchingType, ...data);
}

/** Sends one message to `ivory.edu` over real sockets, to a port of loopback whatever the table says; what became of it. */
export async function sendByDane(network: Network, port: number, table: SecureTable): Promise<readonly string[]> {
  const relay = new SmtpTransport(
    { kind: 'mx', domain: 'ivory.edu' },
    {
      clock: new SystemClock(),
      network: { connect: (target) => network.connect({ ...target, port }) },
      resolver: new TableResolver(),
      random: () => 0,
      dane: { resolver: table, digests: new NodeCrypto() },
    },
    { hostname: 'out.example.org', idleMs: 0 },
  );
  const outcomes = await relay.deliver(deliveryOf({ recipients: ['bob@ivory.edu'] }));
  await relay.close();
  return outcomes.map(told);
}
