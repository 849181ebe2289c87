import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { openSqliteQueueStore } from '../../src/adapters/sqlite/queue-store.ts';
import type { MailEvent, Recipient } from '../../src/model.ts';
import type { Claim, QueueStore, RecipientUpdate } from '../../src/ports.ts';
import { failure, readAll, recipient, sample } from './queue-samples.ts';
import { newDirectory } from './queue-directory.ts';

/** What was put into both stores, as far as commands refer back to it. */
interface Model {
  readonly memory: QueueStore;
  readonly claims: Pick<Claim, 'token' | 'message' | 'recipients' | 'lastN'>[];
  nowMs: number;
  made: number;
}
interface Real {
  store: QueueStore;
  readonly directory: string;
}
type Command = fc.AsyncCommand<Model, Real>;

/** A command that does the same to both and wants the same of both. */
function command(
  name: string,
  run: (store: QueueStore, model: Model) => Promise<unknown>,
  after?: (model: Model, value: unknown) => void,
): Command {
  return {
    check: () => true,
    run: async (model, real) => {
      const [expected] = await Promise.allSettled([run(model.memory, model)]);
      const [actual] = await Promise.allSettled([run(real.store, model)]);
      expect(outcome(actual)).toEqual(outcome(expected));
      if (expected.status === 'fulfilled') after?.(model, expected.value);
      expect(await real.store.counts()).toEqual(await model.memory.counts());
      expect(await real.store.nextDueAtMs()).toBe(await model.memory.nextDueAtMs());
      expect(await eventsIn(real.store)).toEqual(await eventsIn(model.memory));
    },
    toString: () => name,
  };
}

const READER = 'reader';
const toldOf = (messageId: string, atMs: number): readonly MailEvent[] => [
  { kind: 'held', recipients: [], messageId, atMs },
];

/** What the reader has not passed. */
async function eventsIn(store: QueueStore): Promise<readonly MailEvent[]> {
  const entries = await store.journal.read({ reader: READER, limit: 1_000 });
  return entries.flatMap(({ events }) => events);
}

function outcome(result: PromiseSettledResult<unknown>): unknown {
  return result.status === 'fulfilled' ? result.value : (result.reason as Error).name;
}

const destination = fc.constantFrom('a', 'b', 'c');
const delayMs = fc.integer({ min: -3, max: 12 });
const recipients = fc.array(fc.record({ destination, delayMs }), { minLength: 1, maxLength: 5 });
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

const waiting = (nowMs: number, values: readonly { destination: string; delayMs: number }[], firstN = 0): Recipient[] =>
  values.map(({ destination: to, delayMs: inMs }, index) =>
    recipient(firstN + index, { destination: to, dueAtMs: nowMs + inMs }),
  );

const accept = fc
  .record({ messages: fc.array(recipients, { maxLength: 3 }), leaseMs: fc.option(fc.integer({ min: 1, max: 15 })) })
  .map(({ messages: made, leaseMs }) => ({
    leaseMs,
    // What is accepted under a lease is due, and stays so when the clock is set back a little.
    messages:
      leaseMs === null
        ? made
        : made.map((values) => values.map((value) => ({ ...value, delayMs: value.delayMs - 1_000 }))),
  }))
  .map(({ messages, leaseMs }) =>
    command(
      `accept ${JSON.stringify(messages)} for ${leaseMs}`,
      (store, model) => {
        const all = messages.map((values, index) =>
          sample(`m${model.made + index}`, { recipients: waiting(model.nowMs, values) }),
        );
        const lease = leaseMs === null ? undefined : { token: `accept-${model.made}`, untilMs: model.nowMs + leaseMs };
        return store.accept(all, lease, toldOf(`m${model.made}`, model.nowMs));
      },
      (model) => {
        for (const [index, values] of messages.entries()) {
          const { message } = sample(`m${model.made + index}`);
          const lastN = values.length - 1;
          if (leaseMs !== null) {
            model.claims.push({ token: `accept-${model.made}`, message, recipients: waiting(0, values), lastN });
          }
        }
        model.made += messages.length;
      },
    ),
  );

const claimSome = fc
  .record({
    limit: fc.integer({ min: 0, max: 6 }),
    perDestination: fc.integer({ min: 1, max: 3 }),
    except: fc.subarray(['a', 'b', 'c']),
    leaseMs: fc.integer({ min: 1, max: 15 }),
  })
  .map(({ leaseMs, ...rest }) =>
    command(
      `claim ${JSON.stringify(rest)} for ${leaseMs}`,
      async (store, model) => {
        let count = 0;
        const token = () => `claim-${model.made}-${count++}`;
        const claims = await store.claim({ ...rest, nowMs: model.nowMs, leaseUntilMs: model.nowMs + leaseMs, token });
        for (const { message } of claims) expect(await readAll(store, message.id)).toContain(`Subject: ${message.id}`);
        return claims;
      },
      (model, claims) => {
        model.claims.push(...(claims as Claim[]));
        model.made += 1;
      },
    ),
  );

const update = fc.oneof(
  fc.constant({ state: 'done' as const }),
  fc.record({ state: fc.constant('pending' as const), destination, delayMs }),
  fc.constant(undefined),
);
const settle = fc
  .record({
    which: share,
    updates: fc.array(update, { minLength: 5, maxLength: 5 }),
    children: fc.option(recipients),
    report: fc.option(recipients),
    ends: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(share, { maxLength: 2 })),
  })
  .map(({ which, updates, children, report, ends }) =>
    command(
      `settle ${which} ${JSON.stringify({ updates, children, report, ends })}`,
      (store, model) => {
        const [claimed, ...others] = [which, ...ends].flatMap(
          (at) => model.claims[Math.floor(at * model.claims.length)] ?? [],
        );
        if (claimed === undefined) return Promise.resolve();
        const ended = new Map(others.map(({ message, token }) => [message.id, { messageId: message.id, token }]));
        ended.delete(claimed.message.id);
        return store.settle({
          ...{ messageId: claimed.message.id, token: claimed.token },
          updates: claimed.recipients.flatMap(({ n }, index) => toUpdate(model.nowMs, n, updates[index % 5])),
          children: waiting(model.nowMs, children ?? [], 100 + model.made * 10),
          messages: report === null ? [] : [sample(`m${model.made}`, { recipients: waiting(model.nowMs, report) })],
          ends: [...ended.values()],
          events: toldOf(claimed.message.id, model.nowMs),
        });
      },
      (model) => void (model.made += 1),
    ),
  );

function toUpdate(
  nowMs: number,
  n: number,
  given: typeof update extends fc.Arbitrary<infer Value> ? Value : never,
): RecipientUpdate[] {
  if (given === undefined) return [];
  if (given.state === 'done') return [{ n, state: 'done' }];
  const dueAtMs = nowMs + given.delayMs;
  const rest = { attempts: 1, dueAtMs, retryAtMs: dueAtMs + 1, delayReported: n % 2 === 0, lastFailure: failure };
  return [{ n, state: 'pending', destination: given.destination, ...rest }];
}

/** An operator takes what is free of a message that was under a claim, or of any other. */
const claimMessage = fc
  .record({ which: share, other: fc.option(fc.nat(20), { freq: 1 }), leaseMs: fc.integer({ min: 1, max: 15 }) })
  .map(({ which, other, leaseMs }) =>
    command(
      `claim message ${which} ${other} for ${leaseMs}`,
      (store, { claims, made, nowMs }) => {
        const known = claims[Math.floor(which * claims.length)]?.message.id;
        const messageId = other === null && known !== undefined ? known : `m${made - (other ?? 1)}`;
        return store.claimMessage({ messageId, token: `operator-${made}`, nowMs, leaseUntilMs: nowMs + leaseMs });
      },
      (model, claimed) => {
        if (claimed !== undefined) model.claims.push(claimed as Claim);
        model.made += 1;
      },
    ),
  );

const pass = fc.constant(
  command('pass', async (store, { nowMs }) => {
    const entries = await store.journal.read({ reader: READER, limit: 2 });
    const last = entries.at(-1);
    if (last === undefined) return;
    await store.journal.pass(READER, last.position, [
      { event: toldOf('dead', nowMs)[0]!, atMs: nowMs, reason: 'gone' },
    ]);
  }),
);

const tokensOf = (model: Model, shares: readonly number[]) => [
  'unknown',
  ...shares.flatMap((which) => model.claims[Math.floor(which * model.claims.length)]?.token ?? []),
];
const shares = fc.array(share, { maxLength: 3 });
const release = shares.map((which) =>
  command(`release ${which.join()}`, (store, model) => store.release(tokensOf(model, which))),
);
const renew = fc
  .record({ which: shares, forMs: fc.integer({ min: 0, max: 20 }) })
  .map(({ which, forMs }) =>
    command(`renew ${which.join()} for ${forMs}`, (store, model) =>
      store.renew(tokensOf(model, which), model.nowMs + forMs),
    ),
  );

/** Time goes on; now and then the clock is set back. */
const wait = fc.integer({ min: -4, max: 10 }).map((byMs) =>
  command(
    `wait ${byMs}`,
    () => Promise.resolve(),
    (model) => void (model.nowMs += byMs),
  ),
);

/** Opening again ends every lease: in the model they are given back. */
const reopen = fc.constant<Command>({
  check: () => true,
  run: async (model, real) => {
    await real.store.close();
    real.store = await openSqliteQueueStore(real.directory);
    await real.store.journal.follow([READER]);
    await model.memory.release(model.claims.map(({ token }) => token));
    expect(await real.store.counts()).toEqual(await model.memory.counts());
    expect(await real.store.nextDueAtMs()).toBe(await model.memory.nextDueAtMs());
    expect(await eventsIn(real.store)).toEqual(await eventsIn(model.memory));
    const dead = (store: QueueStore) => store.journal.countDeadLetters(READER);
    expect(await dead(real.store)).toBe(await dead(model.memory));
  },
  toString: () => 'reopen',
});

it('does what the queue in memory does, whatever is asked', { timeout: 120_000 }, async () => {
  const often = [accept, claimSome, settle, settle, wait, release, renew].flatMap((one) => [one, one, one]);
  const commands = fc.commands([...often, claimMessage, claimMessage, pass, reopen], { size: 'max', maxCommands: 80 });
  await fc.assert(
    fc.asyncProperty(commands, async (all) => {
      const directory = await newDirectory();
      const real: Real = { store: await openSqliteQueueStore(directory), directory };
      try {
        const model = { memory: openMemoryQueueStore(), claims: [], nowMs: 1_000, made: 0 };
        for (const { journal } of [model.memory, real.store]) await journal.follow([READER]);
        await fc.asyncModelRun(() => ({ model, real }), all);
      } finally {
        await real.store.close();
        await rm(directory, { recursive: true });
      }
    }),
    { numRuns: Number(process.env['DSNKIT_MODEL_RUNS'] ?? 20) },
  );
});
