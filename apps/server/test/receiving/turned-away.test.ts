import { expect, it } from 'vitest';
import type { Connection } from '../../src/ports.ts';
import { receivingWorld, ROUTES } from './world.ts';

const FULL = `[[listen]]\naddress = "0.0.0.0:25"\nmax-connections = 1\n${ROUTES}`;

it('RFC 5321 §7.8: clients that were turned away and do not leave hold a bounded number of connections', async () => {
  const { world, server, greeted } = await receivingWorld(FULL);
  await greeted();
  const host = world.network.host('crowd', '203.0.113.9');
  const crowd: Connection[] = [];
  let heard = '';
  for (let i = 0; i < 300; i++) {
    const connecting = host.connect({ host: 'mx.example.org', port: 25, timeoutMs: 1_000 });
    const connection = await world.clock.during(connecting);
    // Hears that the server ends, and never ends itself.
    const data = (octets: Uint8Array) => (heard += new TextDecoder().decode(octets));
    connection.attach({ data, ended: () => undefined, closed: () => undefined });
    crowd.push(connection);
  }
  await world.clock.advance(100);
  expect(heard).toBe('421 Too many connections, come back later\r\n'.repeat(300));
  expect(server.host.openConnections).toBeLessThanOrEqual(101);

  // Those who leave make room for others to linger, and nobody lingers for ever.
  for (const connection of crowd) connection.end();
  await world.clock.advance(6_000);
  expect(server.host.openConnections).toBe(1);
});
