import { describe, expect, it } from 'vitest';
import { deliveryOf } from '../../test/simulation/delivery.ts';
import { relayWorld } from '../../test/simulation/relay.ts';
import { makeTransports, type DeliveryOptions, type DeliveryPorts, type Transports } from './index.ts';

const HOP = 'smtp://mx.ivory.edu:25';

async function hopAmongMany(options: Partial<DeliveryOptions> = {}) {
  const world = relayWorld();
  const { peer, host } = await world.add('mx.ivory.edu', '192.0.2.1');
  const { clock, resolver, client: network } = world;
  const unused = {} as Pick<DeliveryPorts, 'mailboxes' | 'http' | 'programs'>;
  const transports = makeTransports(
    { ...unused, clock, network, resolver, random: () => 0 },
    { hostname: 'mx.example.org', ...options },
  );
  const deliver = () => transports.transportFor(HOP).deliver(deliveryOf({ recipients: ['bob@ivory.edu'] }));
  return { clock, peer, host, transports, deliver };
}

/** More destinations than are kept without work. */
function many(transports: Transports): void {
  for (let n = 0; n < 2_000; n++) transports.transportFor(`smtp://host${n}.example:25`);
}

describe('makeTransports', () => {
  it('forgets a destination without work when there are many, not one that has work or connections', async () => {
    const { clock, deliver, transports } = await hopAmongMany();
    const first = transports.transportFor(HOP);
    await clock.during(deliver());
    many(transports);
    expect(transports.transportFor(HOP)).toBe(first);
    await clock.runUntilIdle();
    many(transports);
    expect(transports.transportFor(HOP)).not.toBe(first);
  });

  it('rate-per-minute holds at a destination of many, though it was without work in between', async () => {
    const { clock, peer, deliver, transports } = await hopAmongMany({ ratePerMinute: 1 });
    await clock.during(deliver());
    await clock.advance(10_000);
    many(transports);
    const second = deliver();
    await clock.advance(10_000);
    expect(peer.transactions).toHaveLength(1);
    await clock.during(second);
    expect(peer.transactions).toHaveLength(2);
    expect(clock.now()).toBeGreaterThanOrEqual(59_000);
  });

  it('a destination of many that is down is left alone for as long as if it were the only one', async () => {
    const { clock, host, deliver, transports } = await hopAmongMany({ downMs: 60_000 });
    host.down = 'refused';
    expect((await clock.during(deliver())).map(({ kind }) => kind)).toEqual(['deferred']);
    host.down = undefined;
    many(transports);
    expect((await clock.during(deliver())).map(({ kind }) => kind)).toEqual(['deferred']);
    await clock.advance(60_000);
    expect((await clock.during(deliver())).map(({ kind }) => kind)).toEqual(['relayed']);
  });
});
