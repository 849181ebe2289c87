import fc from 'fast-check';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import type { MailEvent } from '../../src/model.ts';
import type { QueueStore } from '../../src/ports.ts';
import type { SimulatedHost } from '../simulation/network.ts';
import { ScriptedHost, close, cut, stall, type Answer, type Script } from '../simulation/scripted-host.ts';
import { NOTIFY } from '../support/notify.ts';
import { submit } from './submit.ts';
import { World, type Delivered, type SimulatedServer } from './world.ts';

/** Next hops, and whether they announce DSN. */
export const HOPS = { dsn: true, nodsn: false } as const;
type Hop = keyof typeof HOPS;

const KINDS = ['dsn', 'dsn', 'nodsn', 'nodsn', 'local', 'one', 'many', 'secret', 'list'] as const;
export type Kind = (typeof KINDS)[number];

const HOUR = 3_600_000;
/** The sender is told of a delay from then on. */
export const DELAYED_AFTER_MS: number = 4 * HOUR;

const TOML = `
[[route]]
match = "sender.example"
to = "maildir:mail"
[[route]]
match = "local.example"
to = "maildir:mail"
[[route]]
match = "dsn.example"
to = "smtp://dsn.hop.example:25"
[[route]]
match = "nodsn.example"
to = "smtp://nodsn.hop.example:25"
[[alias]]
address = "one@local.example"
to = ["one@nodsn.example"]
[[alias]]
address = "many@local.example"
to = ["many@dsn.example", "many@nodsn.example", "many-box@local.example"]
[[alias]]
address = "secret@local.example"
to = ["secret@nodsn.example"]
confidential = true
[[list]]
address = "list@local.example"
owner = "owner@local.example"
members = ["list@nodsn.example", "list@dsn.example"]
[retry]
delays = ["10m", "30m", "1h"]
delayed-after = "4h"
expire-after = "24h"
`;

const recipient = fc.record({
  kind: fc.constantFrom(...KINDS),
  notify: fc.constantFrom(...NOTIFY),
  asks: fc.boolean(),
});
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      from: fc.constantFrom('alice@sender.example', 'alice@sender.example', ''),
      ret: fc.constantFrom('', ' RET=FULL', ' RET=HDRS'),
      to: fc.uniqueArray(recipient, { minLength: 1, maxLength: 4, selector: ({ kind, asks }) => `${kind}${asks}` }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 8 * HOUR }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('down' as const),
      hop: fc.constantFrom('dsn' as const, 'nodsn' as const),
      how: fc.constantFrom(undefined, 'refused' as const, 'timeout' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'crash' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('bounce' as const, 'hold' as const), nth: fc.nat(9) }) },
);
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** What happens, and how the next hops answer in turn: of 100, those below a bound are faults. */
export const plan: fc.Arbitrary<{ readonly steps: readonly Step[]; readonly answers: readonly number[] }> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 14, size: 'max' }),
  answers: fc.array(fc.nat(99), { minLength: 1, maxLength: 60, size: 'max' }),
});

/** A message as its sender knows it. */
export interface Sent {
  readonly envelopeId: string;
  readonly from: string;
  readonly ret: string;
  readonly atMs: number;
  readonly to: readonly {
    readonly kind: Kind;
    readonly address: string;
    readonly notify: string | undefined;
    readonly original: string | undefined;
  }[];
}

/** A life that has come to its end. */
export interface Life {
  readonly sent: readonly Sent[];
  readonly events: readonly MailEvent[];
  readonly delivered: readonly Delivered[];
  /** How often a next hop took a message for this address. */
  readonly taken: ReadonlyMap<string, number>;
  readonly crashes: number;
  readonly troubles: readonly unknown[];
  readonly left: { readonly messages: number; readonly recipients: number };
}

/** Lives a plan to its end: then all is well again, and there are days to come to rest. */
export async function live({
  steps,
  answers,
}: {
  readonly steps: readonly Step[];
  readonly answers: readonly number[];
}): Promise<Life> {
  const world = new World();
  const taken = new Map<string, number>();
  const hops = await startHops(world, answers, taken);
  const store = openMemoryQueueStore();
  const servers: SimulatedServer[] = [];
  let life = killable(store);
  const start = async (): Promise<SimulatedServer> => {
    life = killable(store);
    const server = await world.server(`mx${servers.length}.example.org`, TOML, { store: life.store });
    servers.push(server);
    return server;
  };
  let server = await start();
  const sent: Sent[] = [];
  let crashes = 0;
  for (const each of steps) {
    if (each.do === 'wait') await world.clock.advance(each.ms);
    else if (each.do === 'down') hops[each.hop].down = each.how;
    else if (each.do === 'send') sent.push(await send(world, servers.length - 1, each, sent.length));
    else if (each.do === 'restart' || each.do === 'crash') {
      if (each.do === 'restart') await world.clock.during(server.stop());
      else crashes += 1;
      server.host.cutAll();
      await store.release(life.kill());
      server = await start();
    } else {
      const { messageId = '' } = server.events.filter(({ kind }) => kind === 'accepted')[each.nth] ?? {};
      await world.clock.during(server.control[each.do]({ messageId }));
    }
  }
  for (const hop of Object.values(hops)) hop.down = undefined;
  for (const { message } of await store.list({ limit: 1_000 })) {
    await world.clock.during(server.control.release({ messageId: message.id }));
  }
  await world.clock.advance(72 * HOUR);
  const left = await store.counts();
  await world.clock.during(server.stop());
  return {
    ...{ sent, taken, crashes, left },
    events: servers.flatMap(({ events }) => events),
    delivered: servers.flatMap(({ delivered }) => delivered),
    troubles: servers.flatMap(({ troubles }) => troubles),
  };
}

async function send(
  world: World,
  server: number,
  { from, ret, to }: Extract<Step, { do: 'send' }>,
  n: number,
): Promise<Sent> {
  const recipients = to.map(({ kind, notify, asks }, index) => ({
    ...{ kind, notify },
    address:
      kind in HOPS ? `m${n}r${index}@${kind}.example` : `${kind === 'local' ? `m${n}r${index}` : kind}@local.example`,
    original: asks ? `m${n}r${index}@asked.example` : undefined,
  }));
  const wanted = recipients.filter(
    ({ address }, index) => recipients.findIndex((other) => other.address === address) === index,
  );
  const replies = await submit(world, `mx${server}.example.org`, [
    `MAIL FROM:<${from}>${ret} ENVID=m${n}`,
    ...wanted.map(
      ({ address, notify, original }) =>
        `RCPT TO:<${address}>${notify === undefined ? '' : ` NOTIFY=${notify}`}${original === undefined ? '' : ` ORCPT=rfc822;${original}`}`,
    ),
  ]);
  if (!replies.at(-1)?.startsWith('250 ')) throw new Error(`not accepted: ${replies.join(' | ')}`);
  return { envelopeId: `m${n}`, from, ret, atMs: world.clock.now(), to: wanted };
}

async function startHops(
  world: World,
  answers: readonly number[],
  taken: Map<string, number>,
): Promise<Record<Hop, SimulatedHost>> {
  let turn = 0;
  const faulty = (well: Answer, ...faults: readonly Answer[]): Answer =>
    faults[answers[turn++ % answers.length] ?? 0] ?? well;
  const script = (hop: Hop): Script => ({
    EHLO: HOPS[hop]
      ? '250-hop.example\n250-ENHANCEDSTATUSCODES\n250-PIPELINING\n250 DSN'
      : '250-hop.example\n250 PIPELINING',
    MAIL: () => faulty('250 2.1.0 Ok', '451 4.3.0 Later', close),
    RCPT: () =>
      faulty(
        '250 2.1.5 Ok',
        ...Array.from({ length: 10 }, () => '550 5.1.1 No such user'),
        ...Array.from({ length: 20 }, () => '450 4.2.1 Busy'),
        cut,
        stall,
      ),
    content: (_, { accepted }) => {
      const answer = faulty('250 2.0.0 Queued', '554 5.6.0 Not this', '451 4.3.0 Later', cut, stall);
      if (answer !== '250 2.0.0 Queued') return answer;
      for (const line of accepted) {
        const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
        taken.set(address, (taken.get(address) ?? 0) + 1);
      }
      return answer;
    },
  });
  const [dsn, nodsn] = [world.host('dsn.hop.example'), world.host('nodsn.hop.example')];
  await ScriptedHost.start(dsn, script('dsn'));
  await ScriptedHost.start(nodsn, script('nodsn'));
  return { dsn, nodsn };
}

/** A store whose process can be ended: what it asks from then on is never answered. Gives the claims that end with it. */
function killable(store: QueueStore): { readonly store: QueueStore; kill(): readonly string[] } {
  let isDead = false;
  const tokens: string[] = [];
  const never = new Promise<never>(() => undefined);
  const noted = (token: string): string => {
    tokens.push(token);
    return token;
  };
  const changed: Partial<QueueStore> = {
    accept: (messages, lease, events) => {
      if (lease !== undefined) noted(lease.token);
      return store.accept(messages, lease, events);
    },
    claim: (request) => store.claim({ ...request, token: () => noted(request.token()) }),
    claimMessage: (request) => store.claimMessage({ ...request, token: noted(request.token) }),
    // The next process works on the same.
    close: () => Promise.resolve(),
  };
  return {
    store: new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(name in changed ? changed : target, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => (isDead ? never : Reflect.apply(value, target, args));
      },
    }),
    kill: () => {
      isDead = true;
      return tokens;
    },
  };
}
