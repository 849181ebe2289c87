import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NodeNetwork } from '../adapters/network/node-network.ts';
import type { Connection, Network, NetworkListener, TlsIdentity } from '../ports.ts';
import { sendByDane, tlsa } from '../../test/simulation/dane.ts';
import { TableResolver, type DnsEntry } from '../../test/simulation/resolver.ts';
import { ScriptedHost } from '../../test/simulation/scripted-host.ts';
import { SecureTable } from '../../test/simulation/secure-table.ts';
import { identityOf, testRoot, tlsFile } from '../../test/support/certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'dane-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The identity `second`, which shows another certificate behind its own. */
function withStranger(): TlsIdentity {
  const certificateFile = join(folder, 'chain.pem');
  writeFileSync(certificateFile, file('second') + file('unknown'));
  return { ...identityOf('second'), certificateFile };
}

/** Sends one message to an exchanger on loopback that shows this certificate; the client trusts no root at all. */
async function send(
  host: string,
  identity: TlsIdentity,
  records: readonly Uint8Array[],
  domain: Readonly<Record<string, DnsEntry>> = { 'ivory.edu': { mx: [[10, host]] } },
) {
  const network = new NodeNetwork({ ca: readFileSync(tlsFile('second.pem'), 'utf8') });
  let listener: NetworkListener | undefined;
  const listen: Network['listen'] = async (_, accept) => {
    const serve = (connection: Connection) => {
      const startTls = connection.startTls.bind(connection);
      const secure = () => startTls({ side: 'server', identity, timeoutMs: 5000 });
      accept(Object.assign(connection, { startTls: secure }));
    };
    return (listener = await network.listen({ host: '127.0.0.1', port: 0, tls: identity }, serve));
  };
  const peer = await ScriptedHost.start(
    { listen },
    { EHLO: (_, { secured }) => (secured ? '250-host\n250 DSN' : '250-host\n250 STARTTLS') },
  );
  const table = new SecureTable(new TableResolver({ ...domain, [host]: { addresses: ['127.0.0.1'] } }).table);
  table.tlsaOf.set(`_25._tcp.${host}`, records);
  const port = listener?.port ?? 0;
  const said = await sendByDane(network, port, table);
  await listener?.close();
  return { said, transactions: peer.transactions.length };
}

const file = (name: string) => readFileSync(tlsFile(`${name}.pem`), 'utf8');
const relayed = { said: ['relayed 2.0.0 content: 250 2.0.0 Queued'], transactions: 1 };
const mx = 'mx.example.org';

describe('DANE over TLS on loopback', () => {
  it.each([...[0, 1].flatMap((selector) => [0, 1, 2].map((type) => [selector, type as 0 | 1 | 2] as const))])(
    'RFC 7672 §3.1.1: DANE-EE, selector %i, matching type %i: the own certificate, whatever its name',
    async (selector, type) => {
      expect(await send('mail.ivory.edu', identityOf('unknown'), [tlsa(3, selector, type, file('unknown'))])).toEqual(
        relayed,
      );
    },
  );

  it('RFC 7672 §2.2: DANE-EE of another key: nothing is sent', async () => {
    const { said, transactions } = await send(mx, identityOf('first'), [tlsa(3, 1, 1, file('second'))]);
    expect(said[0]).toMatch(/^deferred 4\.7\.5 \(mx\.example\.org did not prove who it is.*matches none of them\)$/);
    expect(transactions).toBe(0);
  });

  it.each([0, 1])('RFC 7672 §3.1.2: DANE-TA, selector %i: a root that is shown, and the name', async (selector) => {
    const identity = identityOf('first');
    const records = [tlsa(2, selector, 1, testRoot)];
    expect(await send(mx, identity, records)).toEqual(relayed);
    const other = await send('mail.ivory.edu', identity, records);
    expect(other.said[0]).toMatch(/^deferred 4\.7\.5 .*its certificate is for another name\)$/);
  });

  it('RFC 7672 §3.2.2: DANE-TA: the certificate may be for the domain, or for the one where its aliases end', async () => {
    const records = [tlsa(2, 0, 1, testRoot)];
    const table = (cname: string) => ({ 'ivory.edu': { cname }, [cname]: { mx: [[10, 'mail.ivory.edu']] } }) as const;
    expect(await send('mail.ivory.edu', identityOf('first'), records, table(mx))).toEqual(relayed);
    const { said } = await send('mail.ivory.edu', identityOf('first'), records, table('ivory.example'));
    expect(said[0]).toMatch(/^deferred 4\.7\.5 .*its certificate is for another name\)$/);
  });

  it('RFC 7672 §3.1.2: DANE-TA: a certificate that only stands in the chain, and signed nothing, is no authority', async () => {
    const { said } = await send(mx, withStranger(), [tlsa(2, 0, 1, file('unknown'))]);
    expect(said[0]).toMatch(/^deferred 4\.7\.5/);
  });

  it('RFC 7672 §3.1.2: DANE-TA: one that is not shown can not be found', async () => {
    const { said } = await send(mx, identityOf('second'), [tlsa(2, 0, 1, testRoot)]);
    expect(said[0]).toMatch(/^deferred 4\.7\.5/);
  });
});
