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
});
