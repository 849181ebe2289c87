import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { deliveryOf } from '../../test/simulation/delivery.ts';
import { TableResolver } from '../../test/simulation/resolver.ts';
import { NodeNetwork } from '../adapters/network/node-network.ts';
import { openSqliteQueueStore } from '../adapters/sqlite/queue-store.ts';
import { SystemClock } from '../adapters/system-clock.ts';
import { SmtpTransport } from './smtp-transport.ts';

/** Every line is another one; some begin with a dot. */
const text = `Subject: large\r\n\r\n${Array.from({ length: 150_000 }, (_, n) => `${n % 97 === 0 ? '.' : ''}line ${n} of many\r\n`).join('')}`;

it('RFC 5321 §4.5.2: a large message that is read in place arrives as it is, though the host reads slowly', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dsnkit-large-'));
  const heard: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('220 slow.example\r\n');
    let inContent = false;
    socket.on('data', (octets: Buffer) => {
      if (inContent) {
        heard.push(octets);
        socket.pause();
        setTimeout(() => socket.resume(), 1);
        if (Buffer.concat(heard.slice(-2)).subarray(-5).equals(Buffer.from('\r\n.\r\n'))) {
          inContent = false;
          socket.write('250 2.0.0 Taken\r\n');
        }
        return;
      }
      inContent = octets.includes('DATA\r\n');
      socket.write(inContent ? '354 Go\r\n' : '250 Ok\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const store = await openSqliteQueueStore(folder);
  try {
    const spool = await store.spool();
    await spool.write(Buffer.from(text));
    const { message, recipients } = deliveryOf({ recipients: ['bob@ivory.edu'] });
    await store.accept([{ message, recipients, content: await spool.finish() }]);
    const content = await store.content(message.id);
    expect(content.octets).toBeUndefined();
    const relay = new SmtpTransport(
      { kind: 'smtp', host: '127.0.0.1', port: (server.address() as AddressInfo).port },
      { clock: new SystemClock(), network: new NodeNetwork(), resolver: new TableResolver(), random: () => 0 },
      { hostname: 'mx.example.org', idleMs: 0 },
    );
    expect(await relay.deliver({ message, recipients, content })).toMatchObject([{ kind: 'relayed' }]);
    await relay.close();
    const hash = (octets: string) => createHash('sha256').update(octets).digest('hex');
    const stuffed = text.replaceAll('\r\n.', '\r\n..');
    expect(hash(Buffer.concat(heard).toString('latin1'))).toBe(hash(`${stuffed}.\r\n`));
  } finally {
    await store.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
