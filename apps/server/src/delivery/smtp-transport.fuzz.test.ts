import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deliveryOf } from '../../test/simulation/delivery.ts';
import { relayWorld } from '../../test/simulation/relay.ts';
import type { Outcome } from '../model.ts';
import { close, cut, stall, type Answer, type Script } from '../../test/simulation/scripted-host.ts';

const hour = 3_600_000;

/** Two replies to one command: from here on replies and commands do not fit. */
const twice = '250 Ok\n250 Twice';

/** Where it does not belong it passes, after a reply too many, for the one to DATA: together they say what they like. */
const early = '354 Go on';

/** What a host may do at a point, mostly what it should; drawn anew each time it gets there. */
const misdeeds: Answer[] = [
  '421 4.3.2 Bye',
  '450 4.2.0 Later',
  '452 Too many',
  '550 5.1.1 No',
  early,
  twice,
  'nonsense',
  stall,
  close,
  cut,
];

/** A host whose every answer is drawn by the test; it counts what it takes responsibility for. */
function wildHost(draw: (point: string) => Answer | undefined, taken: Map<string, number>): Script {
  const point = (name: keyof Script, usual: string) => () => draw(name) ?? usual;
  return {
    greeting: point('greeting', '220 wild.example'),
    EHLO: point('EHLO', '250-wild.example\n250-PIPELINING\n250 DSN'),
    MAIL: point('MAIL', '250 2.1.0 Ok'),
    RCPT: point('RCPT', '250 2.1.5 Ok'),
    DATA: point('DATA', '354 Go on'),
    content: (_, { accepted }) => {
      const answer = draw('content') ?? '250 2.0.0 Queued';
      if (typeof answer === 'string' && answer.startsWith('250')) {
        for (const line of accepted) taken.set(line, (taken.get(line) ?? 0) + 1);
      }
      return answer;
    },
  };
}

function isUncertain(outcome: Outcome): boolean {
  return 'failure' in outcome && outcome.failure.reason.endsWith('after the message had been sent');
}

it('whatever hosts do: each recipient gets one outcome in bounded time, and "relayed" is said of what was taken, once', async () => {
  const message = fc.array(fc.nat(3), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { minLength: 1, maxLength: 6 }),
      fc.infiniteStream(fc.nat(99)),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom('smtp', 'mx'),
      fc.integer({ min: 0, max: 40 }),
      async (messages, choices, maxConnections, kind, percent) => {
        const world = relayWorld();
        const taken = new Map<string, number>();
        const lies = new Set<Answer>();
        const draw = () => {
          if (choices.next().value >= percent) return undefined;
          const answer = misdeeds[choices.next().value % misdeeds.length];
          if (answer === twice || answer === early) lies.add(answer);
          return answer;
        };
        await world.add('a.example', '192.0.2.1', wildHost(draw, taken));
        await world.add('b.example', '192.0.2.2', wildHost(draw, taken));
        world.resolver.table.set('x.example', {
          mx: [
            [10, 'a.example'],
            [20, 'b.example'],
          ],
        });
        const relay = world.transport(
          kind === 'mx' ? { kind: 'mx', domain: 'x.example' } : { kind: 'smtp', host: 'a.example', port: 25 },
          { maxConnections },
        );
        const deliveries = messages.map((recipients, m) =>
          deliveryOf({ recipients: recipients.map((_, r) => `r${m}-${r}@x.example`) }),
        );
        const all = await world.clock.during(
          Promise.all(deliveries.map((delivery) => relay.deliver(delivery))),
          24 * hour,
        );
        for (const [m, outcomes] of all.entries()) {
          expect(outcomes).toHaveLength(messages[m]!.length);
          for (const [r, outcome] of outcomes.entries()) {
            const count = taken.get(`RCPT TO:<r${m}-${r}@x.example>`) ?? 0;
            if (lies.size === 2) continue;
            if (outcome.kind === 'relayed') expect(count).toBe(1);
            // Where the end of the connection hid the reply the message may have been taken.
            else if (!isUncertain(outcome)) expect(count).toBe(0);
          }
        }
        await world.clock.during(relay.close(), hour);
        await world.clock.runUntilIdle();
        expect(world.client.openConnections).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});
