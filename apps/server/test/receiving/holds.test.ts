import { describe, expect, it } from 'vitest';
import type { Dialogue } from './dialogue.ts';
import { receivingWorld, ROUTES, STRANGER } from './world.ts';

const LISTEN = `[[listen]]
address = "0.0.0.0:587"
role = "submission"
relay-from = ["198.51.100.0/24"]
${ROUTES}`;

async function submit(dialogue: Dialogue, mail: string): Promise<string> {
  await dialogue.say(`MAIL FROM:<alice@example.org> ${mail}`);
  await dialogue.say('RCPT TO:<bob@example.org>');
  await dialogue.say('DATA');
  return await dialogue.say('Subject: later\r\n\r\nHello\r\n.');
}

describe('a message that is to be held', () => {
  it.each([
    ['RFC 4865 §4.2 R4865-3-a: HOLDFOR', 'HOLDFOR=3600', 3_600_000],
    ['RFC 4865 §4.2: HOLDUNTIL', 'HOLDUNTIL=1994-07-07T23:03:00Z', 7_200_000],
    ['RFC 4865 §4.2: a time that is past', 'HOLDUNTIL=1994-07-07T20:03:00Z', 0],
    ['RFC 4865 §3: no parameter, no hold', '', 0],
  ])('%s', async (_, parameter, heldMs) => {
    const { world, server, greeted } = await receivingWorld(LISTEN);
    const startMs = world.clock.now();
    const dialogue = await greeted(STRANGER, 587);
    expect(await submit(dialogue, parameter)).toMatch(/^250 2\.0\.0/);
    // A second before the time nothing has been tried; a second after it the message is there.
    await world.clock.advance(Math.max(0, startMs + heldMs - 1_000 - world.clock.now()));
    if (heldMs > 0) expect([server.delivered.length, server.events.length]).toEqual([0, 1]);
    await world.clock.advance(3_000);
    expect(server.delivered.map(({ folder }) => folder)).toEqual(['bob@example.org']);
    const delivered = server.events.find((event) => event.kind === 'delivered');
    expect(delivered?.atMs).toBeGreaterThanOrEqual(startMs + heldMs);
  });

  it('RFC 4865 §4.2 RFC 4865 §5.1.2 R4865-5.1.2-a RFC 5321 §4.5.4.1: retries and notices count from the release, however long the hold was', async () => {
    const { world, server, greeted } = await receivingWorld(
      `${LISTEN}[retry]\nexpire-after = "5d"\ndelayed-after = "4h"`,
    );
    world.resolver.table.set('far.example', { trouble: 'SERVFAIL' });
    const dialogue = await greeted(STRANGER, 587);
    await dialogue.say('MAIL FROM:<bob@example.org> HOLDFOR=604800');
    await dialogue.say('RCPT TO:<dana@far.example>');
    await dialogue.say('DATA');
    await dialogue.say('Subject: in a week\r\n\r\nHello\r\n.');
    const kinds = () => server.events.map((event) => event.kind).filter((kind) => /delay|expired/.test(kind));
    await world.clock.advance(7 * 86_400_000 + 3 * 3_600_000);
    expect(kinds()).toEqual([]);
    await world.clock.advance(2 * 3_600_000);
    expect(kinds()).toEqual(['delayed']);
    await world.clock.advance(4 * 86_400_000);
    expect(kinds()).toEqual(['delayed']);
    await world.clock.advance(86_400_000);
    expect(kinds()).toEqual(['delayed', 'expired']);
    const report = server.delivered.at(-1)?.text ?? '';
    expect(report).toContain('Arrival-Date: Thu, 07 Jul 1994 21:03:0');
    expect(report).toMatch(/^Future-Release-Request: for;604800\r$/m);
  });
});
