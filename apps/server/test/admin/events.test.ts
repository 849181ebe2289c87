import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type ApiServer } from './api-server.ts';
import { followStream, type Seen } from './event-stream.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await startApi();
});
afterAll(() => server.stop());

/** Follows the stream until `count` events have come. */
async function follow(
  count: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly Seen[]> {
  const seen = await followStream(server, path, ({ length }) => length >= count, {
    headers,
    following: () => following(),
  });
  return seen.slice(0, count);
}

let following = (): void => undefined;
const begun = (): Promise<void> => new Promise((resolve) => (following = resolve));

async function submit(to: string): Promise<string> {
  const body = { from: '', recipients: [{ address: to }], raw: 'a: b\n\n' };
  return ((await (await server.post('/api/v1/messages', body)).json()) as { readonly id: string }).id;
}

it('tells events as they happen, and after a break those that came meanwhile', async () => {
  const ready = begun();
  const first = follow(3, '/api/v1/events');
  await ready;
  const id = await submit('ok@simulator.test');
  const seen = await first;
  expect(seen.map(({ type, data }) => [type, data.kind, data.messageId])).toEqual([
    ['accepted', 'accepted', id],
    ['attempted', 'attempted', id],
    ['delivered', 'delivered', id],
  ]);
  const second = await submit('ok@simulator.test');
  await server.event((event) => event.kind === 'delivered' && event.messageId === second);
  const again = await follow(3, '/api/v1/events', { 'Last-Event-ID': seen[2]?.id ?? '' });
  expect(again.map(({ data }) => [data.kind, data.messageId])).toEqual([
    ['accepted', second],
    ['attempted', second],
    ['delivered', second],
  ]);
});

it('leaves out what is not asked for', async () => {
  const ready = begun();
  const failures = follow(1, '/api/v1/events?kinds=failed,expired');
  await ready;
  await submit('ok@simulator.test');
  const id = await submit('550@simulator.test');
  expect(await failures).toMatchObject([{ type: 'failed', data: { messageId: id, recipient: '550@simulator.test' } }]);
});

it('says that events were missed when it does not know the last one', async () => {
  const [first, next] = await follow(2, '/api/v1/events', { 'Last-Event-ID': 'anotherRun-17' });
  expect(first).toMatchObject({ type: 'missed' });
  expect(next).toMatchObject({ type: 'accepted' });
});

it('does nothing to a terminal that shows it, whatever strangers wrote', async () => {
  const leave = new AbortController();
  const { body } = await server.get('/api/v1/events?kinds=accepted', { signal: leave.signal });
  await submit('"a\u202eb"@simulator.test');
  let text = '';
  for await (const piece of body ?? []) {
    text += new TextDecoder().decode(piece as Uint8Array);
    if (text.includes('b\\"@simulator.test')) break;
  }
  leave.abort();
  expect(text).toContain(String.raw`"\"a\u202eb\"@simulator.test"`);
});
