import { describe, expect, it } from 'vitest';
import { ScriptedHost } from '../simulation/scripted-host.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const toml = `[[route]]
match = "*"
to = "smtp://hop.example:25"
[delivery]
max-attempts = 1
max-per-destination = 1
[retry]
delays = ["30m"]`;

/** Messages by priority, all submitted at once to a server that sends one at a time; gives the senders as the hop saw them. */
async function order(priorities: readonly string[], downMs = 0): Promise<readonly string[]> {
  const world = new World();
  const hop = world.host('hop.example');
  const peer = await ScriptedHost.start(hop, {});
  await world.server('mx.example.org', toml);
  if (downMs > 0) hop.down = 'refused';
  const sent = priorities.map((priority, i) => {
    const parameter = priority === '' ? '' : ` MT-PRIORITY=${priority}`;
    return submit(world, 'mx.example.org', [`MAIL FROM:<s${i}@a.example>${parameter}`, 'RCPT TO:<bob@ivory.edu>']);
  });
  for (const replies of await Promise.all(sent)) expect(replies.join('\n')).toMatch(/^250 2\.0\.0/m);
  await world.clock.advance(downMs);
  hop.down = undefined;
  await world.clock.advance(3_600_000);
  return peer.transactions.map(({ mail }) => /<s(\d)/.exec(mail)?.[1] ?? mail);
}

describe('RFC 6710 §5.1: a queue that is longer than what may go at once', () => {
  it('the first one goes at once; of those that wait the urgent go first, the others as they came', async () => {
    expect(await order(['', '', '-3', '2', '', '6', '9'])).toEqual(['0', '6', '5', '3', '1', '2', '4']);
  });

  it('what could not go is tried again by priority', async () => {
    const seen = await order(['', '2', '9', '', '5'], 60_000);
    expect(seen.slice(0, 3)).toEqual(['2', '4', '1']);
    expect(seen.slice(3).toSorted()).toEqual(['0', '3']);
  });
});
