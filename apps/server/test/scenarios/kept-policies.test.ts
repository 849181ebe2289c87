import { expect, it } from 'vitest';
import type { MailEvent } from '../../src/model.ts';
import type { HttpGetter, KeptPolicy, PolicyStore } from '../../src/ports.ts';
import { ScriptedHost } from '../simulation/scripted-host.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const ROUTE = '[[route]]\nmatch = "*"\nto = "mx:"\n';
const POLICY = 'version: STSv1\nmode: enforce\nmx: mail.ivory.edu\nmax_age: 604800\n';

const web: HttpGetter = { get: () => Promise.resolve({ status: 200, contentType: 'text/plain', body: POLICY }) };

/** A domain with a policy, whose exchanger offers no TLS, as somebody in between would have it. */
async function ivory() {
  const world = new World();
  const peer = await ScriptedHost.start(world.host('mail.ivory.edu'), { EHLO: '250 mail.ivory.edu' });
  const { table } = world.resolver;
  table.set('ivory.edu', { mx: [[10, 'mail.ivory.edu']] });
  table.set('_mta-sts.ivory.edu', { txt: ['v=STSv1; id=1'] });
  const send = async (from = 'mx.example.org'): Promise<void> => {
    await submit(world, from, ['MAIL FROM:<alice@pure-heart.org>', 'RCPT TO:<bob@ivory.edu>']);
    await world.clock.advance(5000);
  };
  return { world, peer, table, send };
}

const reasonsOf = (events: readonly MailEvent[]): ReadonlySet<string> =>
  new Set(events.flatMap((event) => (event.kind === 'deferred' ? [event.failure.status] : [])));

it('RFC 8461 §5.1: a policy stays in force over a reload, though whoever holds back the DNS hides it meanwhile', async () => {
  const { world, peer, table, send } = await ivory();
  const server = await world.server('mx.example.org', ROUTE, { web });
  await send();
  table.delete('_mta-sts.ivory.edu');
  await server.reload(`${ROUTE}[retry]\nexpire-after = "1d"\n`);
  await send();
  await world.clock.advance(7_200_000);
  expect(peer.transactions).toEqual([]);
  expect(reasonsOf(server.events)).toEqual(new Set(['4.7.4']));
});

it('RFC 8461 §10.2: a policy stays in force over a restart, though whoever holds back the DNS hides it meanwhile', async () => {
  const { world, peer, table, send } = await ivory();
  let saved: readonly KeptPolicy[] = [];
  const policyStore: PolicyStore = {
    load: () => Promise.resolve(saved),
    save: (policies) => Promise.resolve(void (saved = policies)),
  };
  const server = await world.server('mx.example.org', ROUTE, { web, policyStore });
  await send();
  await world.clock.during(server.stop());
  expect(saved).toMatchObject([{ domain: 'ivory.edu', id: '1', policy: { mode: 'enforce', mx: ['mail.ivory.edu'] } }]);
  table.delete('_mta-sts.ivory.edu');
  const again = await world.server('mx2.example.org', ROUTE, { web, policyStore });
  await send('mx2.example.org');
  expect(peer.transactions).toEqual([]);
  expect(reasonsOf(again.events)).toEqual(new Set(['4.7.4']));
});
