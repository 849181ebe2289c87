import { expect, it } from 'vitest';
import type { HttpGetter } from '../../src/ports.ts';
import { ScriptedHost } from '../simulation/scripted-host.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const ROUTE = '[[route]]\nmatch = "*"\nto = "mx:"\n';
const POLICY = 'version: STSv1\nmode: enforce\nmx: mail.ivory.edu\nmax_age: 604800\n';

it('RFC 8461 §5.1: a policy stays in force over a reload, though whoever holds back the DNS hides it meanwhile', async () => {
  const world = new World();
  // It offers no TLS, as somebody in between would have it.
  const peer = await ScriptedHost.start(world.host('mail.ivory.edu'), { EHLO: '250 mail.ivory.edu' });
  const { table } = world.resolver;
  table.set('ivory.edu', { mx: [[10, 'mail.ivory.edu']] });
  table.set('_mta-sts.ivory.edu', { txt: ['v=STSv1; id=1'] });
  const web: HttpGetter = { get: () => Promise.resolve({ status: 200, contentType: 'text/plain', body: POLICY }) };
  const server = await world.server('mx.example.org', ROUTE, { web });
  const send = async (): Promise<void> => {
    await submit(world, 'mx.example.org', ['MAIL FROM:<alice@pure-heart.org>', 'RCPT TO:<bob@ivory.edu>']);
    await world.clock.advance(5000);
  };
  await send();
  table.delete('_mta-sts.ivory.edu');
  await server.reload(`${ROUTE}[retry]\nexpire-after = "1d"\n`);
  await send();
  await world.clock.advance(7_200_000);
  expect(peer.transactions).toEqual([]);
  const reasons = server.events.flatMap((event) => (event.kind === 'deferred' ? [event.failure.status] : []));
  expect(new Set(reasons)).toEqual(new Set(['4.7.4']));
});
