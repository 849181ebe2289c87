import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { NodeNetwork } from '../adapters/network/node-network.ts';
import { sendByDane, tlsa } from '../../test/simulation/dane.ts';
import { TableResolver } from '../../test/simulation/resolver.ts';
import { SecureTable } from '../../test/simulation/secure-table.ts';
import { identityOf } from '../../test/support/certificates.ts';

type Name = 'first' | 'second';

const ticketKeys = Buffer.alloc(48, 7);
const pem = (name: Name): string => readFileSync(identityOf(name).certificateFile, 'utf8');
const replies: Readonly<Record<string, string>> = { DATA: '354 go on', QUIT: '221 bye', '.': '250 2.0.0 Queued' };

let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** An exchanger that gets another certificate and goes on to take the tickets it gave before. */
async function exchanger(shows: () => Name): Promise<{ readonly port: number; readonly resumed: boolean[] }> {
  const resumed: boolean[] = [];
  server = createServer((raw) => {
    const begin = (): void => {
      raw.removeAllListeners('data');
      const cert = pem(shows());
      const key = readFileSync(identityOf(shows()).keyFile);
      const secureContext = createSecureContext({ cert, key, ticketKeys, sessionIdContext: 'rollover' });
      const socket = new TLSSocket(raw, { isServer: true, secureContext });
      socket.on('secure', () => resumed.push(socket.isSessionReused()));
      converse(socket, '250 exchanger', () => undefined);
    };
    raw.write('220 exchanger\r\n');
    converse(raw, '250-exchanger\r\n250 STARTTLS', begin);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, resumed };
}

function converse(socket: Socket, hello: string, begin: () => void) {
  let text = '';
  let inContent = false;
  socket.on('error', () => undefined);
  socket.on('data', (octets: Buffer) => {
    text += octets.toString('latin1');
    for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      if (inContent && line !== '.') continue;
      inContent = line === 'DATA';
      socket.write(`${line.startsWith('EHLO') ? hello : (replies[line] ?? '250 ok')}\r\n`);
      if (line === 'STARTTLS') begin();
    }
  });
}

it('RFC 7671 §8.1: after a change of keys the session of the old one is not gone on with', async () => {
  let shown: Name = 'first';
  const { port, resumed } = await exchanger(() => shown);
  const network = new NodeNetwork();
  const table = new SecureTable(
    new TableResolver({
      'ivory.edu': { mx: [[10, 'mail.ivory.edu']] },
      'mail.ivory.edu': { addresses: ['127.0.0.1'] },
    }).table,
  );
  const send = (): Promise<readonly string[]> => {
    table.tlsaOf.set('_25._tcp.mail.ivory.edu', [tlsa(3, 1, 1, pem(shown))]);
    return sendByDane(network, port, table);
  };
  const queued = ['relayed 2.0.0 content: 250 2.0.0 Queued'];
  expect([await send(), await send()]).toEqual([queued, queued]);
  shown = 'second';
  expect(await send()).toEqual(queued);
  expect(resumed).toEqual([false, true, false]);
});
