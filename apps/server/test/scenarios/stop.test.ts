import { describe, expect, it } from 'vitest';
import { runScript } from './scripted.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const ROUTE = '[[route]]\nmatch = "*"\nto = "smtp://hop.example:25"\n';
const ENVELOPE = ['MAIL FROM:<a@sender.example>', 'RCPT TO:<b@hop.example>'];

describe('stopping', () => {
  it('does not wait for a next hop that says nothing, and keeps the message', async () => {
    const world = new World();
    await runScript(world.host('hop.example'), 25, { extensions: [], silent: true });
    const server = await world.server('mx.example.org', ROUTE);
    await submit(world, 'mx.example.org', ENVELOPE);
    const beganMs = world.clock.now();
    await world.clock.during(server.stop());
    expect(world.clock.now() - beganMs).toBeLessThanOrEqual(11_000);
    expect(await server.store.counts()).toEqual({ messages: 1, recipients: 1 });
  });

  it('lets a delivery under way come to its end', async () => {
    const world = new World();
    const hop = await runScript(world.host('hop.example'), 25, { extensions: [] });
    const server = await world.server('mx.example.org', ROUTE);
    await submit(world, 'mx.example.org', ENVELOPE);
    await world.clock.during(server.stop());
    expect(hop.contents).toHaveLength(1);
    expect(await server.store.counts()).toEqual({ messages: 0, recipients: 0 });
  });
});
