import { describe, expect, it } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { StoreError, type QueueStore } from '../../src/ports.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const CONFIG = `
[[route]]
match = "local.example"
to = "maildir:mail"
[[list]]
address = "staff@local.example"
owner = "boss@local.example"
members = ["ann@local.example", "bob@local.example"]
`;

const HEADER = 'From: Alice <alice@sender.example>\r\nSubject: large\r\nMessage-ID: <m1@sender.example>\r\n\r\n';
const BODY = Array.from({ length: 200 }, (_, n) => `line ${n} ${'x'.repeat(50)}\r\n`).join('');

const post = (world: World) =>
  submit(world, 'mx.example.org', ['MAIL FROM:<alice@local.example>', 'RCPT TO:<staff@local.example>'], HEADER + BODY);

describe('the post of a list that is too large to lie with its envelope', () => {
  it('RFC 5321 §3.9.2: comes whole to every member, with the fields of the list before it', async () => {
    const world = new World();
    const store = openMemoryQueueStore({ inlineMaxOctets: 1_000 });
    const server = await world.server('mx.example.org', CONFIG, { store });
    await post(world);
    await world.clock.runUntil(() => server.delivered.length === 2);
    expect(server.delivered.map(({ folder }) => folder).sort()).toEqual(['ann@local.example', 'bob@local.example']);
    for (const { text } of server.delivered) {
      expect(text).toContain('\r\nList-Id: ');
      expect(text.endsWith(HEADER + BODY)).toBe(true);
    }
    expect(server.troubles).toEqual([]);
    await world.clock.during(server.stop());
  });

  it('RFC 5321 §6.1: what can not be read to its end goes to nobody, leaves nothing behind, and is tried again', async () => {
    const world = new World();
    const inner = openMemoryQueueStore({ inlineMaxOctets: 1_000 });
    const discarded: unknown[] = [];
    let breaks = 0;
    const store: QueueStore = new Proxy(inner, {
      get(of, key) {
        const value: unknown = Reflect.get(of, key);
        if (key === 'content')
          return async (id: string) => {
            const content = await of.content(id);
            if (breaks++ > 0) return content;
            return {
              sizeOctets: content.sizeOctets,
              // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous
              async *read() {
                yield new TextEncoder().encode('From: half');
                throw new StoreError('away', 'the bucket is away');
              },
            };
          };
        if (key === 'spool')
          return async () => {
            const spool = await of.spool();
            return {
              write: spool.write.bind(spool),
              finish: spool.finish.bind(spool),
              discard: () => (discarded.push(spool), spool.discard()),
            };
          };
        return typeof value === 'function' ? (value.bind(of) as unknown) : value;
      },
    });
    const server = await world.server('mx.example.org', CONFIG, { store });
    await post(world);
    await world.clock.runUntil(() => server.delivered.length === 2);
    expect(breaks).toBeGreaterThan(1);
    expect(discarded).toHaveLength(1);
    for (const { text } of server.delivered) expect(text.endsWith(HEADER + BODY)).toBe(true);
    await world.clock.during(server.stop());
  });
});
