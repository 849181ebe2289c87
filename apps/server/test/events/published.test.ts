import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { eventKinds } from '../../src/events/kinds.ts';
import { eventSchemas, type SchemaEvent } from '../../src/events/schema.ts';
import { toWire, type WireEvent } from '../../src/events/wire.ts';
import type { EventKind, MailEvent } from '../../src/model.ts';
import { ScriptedHost } from '../simulation/scripted-host.ts';
import { submit } from '../scenarios/submit.ts';
import { World } from '../scenarios/world.ts';
import { eventsPage, eventsSchema } from './published.ts';

type Of<K extends EventKind, E = WireEvent> = E extends { readonly kind: infer Kinds }
  ? K extends Kinds
    ? E
    : never
  : never;

/** Kinds of which schema and type do not have the same fields, or fields that the schema does not take. */
type Wrong = {
  [K in EventKind]: [Exclude<keyof Of<K>, keyof SchemaEvent<K>> | Exclude<keyof SchemaEvent<K>, keyof Of<K>>] extends [
    never,
  ]
    ? Omit<Of<K>, 'kind'> extends Omit<SchemaEvent<K>, 'kind'>
      ? never
      : K
    : K;
}[EventKind];

const published = async (path: string, text: string): Promise<void> => {
  const file = fileURLToPath(new URL(path, import.meta.url));
  const options = (await resolveConfig(file)) ?? {};
  await expect(await format(text, { ...options, filepath: file })).toMatchFileSnapshot(file);
};

describe('what is published of the events', () => {
  it('says the same as the types', () => {
    const right: [Wrong] extends [never] ? true : Wrong = true;
    expect(right).toBe(true);
    expect([...eventSchemas.keys()].sort()).toEqual(Object.keys(eventKinds).sort());
  });

  it('is the present schema', async () => {
    await published('../../schemas/events.json', JSON.stringify(eventsSchema()));
  });

  it('is the present page', async () => {
    await published('../../../../docs/events.md', eventsPage());
  });
});

/** A life with as many kinds of events as one world can give. */
async function live(): Promise<readonly MailEvent[]> {
  const world = new World();
  await ScriptedHost.start(world.host('hop.example'), {
    RCPT: (line) =>
      line.includes('nobody')
        ? '550 5.1.1 who?'
        : line.includes('later')
          ? '450-4.2.1 not\r\n450 4.2.1 now'
          : '250 2.1.5 ok',
  });
  const server = await world.server(
    'mx.example.org',
    `
[[route]]
match = "pure-heart.org"
to = "maildir:mail"
[[route]]
match = "*"
to = "smtp://hop.example:25"
[[alias]]
address = "team@pure-heart.org"
to = ["a@ivory.edu", "nobody@ivory.edu"]
[retry]
delays = ["1h"]
delayed-after = "90m"
expire-after = "4h"
[report]
max-per-minute = 1
[history]
[suppression]`,
    { listen: '[[listen]]\naddress = "0.0.0.0:25"\nrole = "submission"\nrelay-from = ["0.0.0.0/0"]' },
  );
  const { control, events } = server;
  const send = async (from: string, ...to: string[]): Promise<string> => {
    await submit(world, 'mx.example.org', [`MAIL FROM:<${from}> ENVID=e`, ...to.map((each) => `RCPT TO:<${each}>`)]);
    await world.clock.advance(1000);
    return events.filter(({ kind }) => kind === 'accepted').at(-1)?.messageId ?? '';
  };
  const alice = 'alice@pure-heart.org';
  const during = <T>(promise: Promise<T>): Promise<T> => world.clock.during(promise);
  await send(alice, 'bob@ivory.edu', 'team@pure-heart.org', 'later@ivory.edu');
  await send(alice, 'x.nobody@ivory.edu');
  await send(alice, 'nobody@ivory.edu');
  await send('', 'y.nobody@ivory.edu');
  for (const act of ['hold', 'release', 'retry', 'drop'] as const) {
    const id = await send(alice, `later.${act}@ivory.edu`);
    if (act === 'release') await during(control.hold({ messageId: id }));
    await during(control[act]({ messageId: id }, 'root'));
  }
  await during(control.bounce({ messageId: await send(alice, 'later.b@ivory.edu') }, {}, 'root'));
  await during(control.reroute({ messageId: await send(alice, 'later.r@ivory.edu') }, 'discard:', 'root'));
  await during(control.pause('mx:a.example', 'root'));
  await during(control.resume('mx:a.example', 'root'));
  await world.clock.advance(3 * 3_600_000);
  await during(server.running.suppression?.remove('nobody@ivory.edu', 'root') ?? Promise.resolve(false));
  await world.clock.advance(3 * 3_600_000);
  return events;
}

it('every event that a life of mail gives keeps to the schema', async () => {
  const events = await live();
  const kinds = new Set(events.map(({ kind }) => kind));
  const never = Object.keys(eventKinds).filter((kind) => !kinds.has(kind as EventKind));
  // Its own test is in scenarios/returned-mail.test.ts.
  expect(never).toEqual(['report-received']);
  for (const event of events) {
    const schema = eventSchemas.get(event.kind);
    if (schema === undefined) throw new Error(`no schema of ${event.kind}`);
    const wire = JSON.parse(JSON.stringify(toWire(event))) as unknown;
    const result = v.safeParse(schema, wire);
    expect(result.success ? [] : [event.kind, v.flatten(result.issues)]).toEqual([]);
  }
});
