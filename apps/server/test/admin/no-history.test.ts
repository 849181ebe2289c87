import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type ApiServer } from './api-server.ts';

let server: ApiServer;
let first: string;
let second: string;
beforeAll(async () => {
  server = await startApi({ history: false });
  first = await waiting('alice@example.org', 'order 1');
  second = await waiting('bob@example.org.example', 'order 2');
});
afterAll(() => server.stop());

async function waiting(from: string, envelopeId: string): Promise<string> {
  const recipients = [{ address: '4.2.1@simulator.test' }];
  const response = await server.post('/api/v1/messages', { from, envelopeId, recipients, raw: 'Subject: x\n\n' });
  const { id } = (await response.json()) as { readonly id: string };
  await server.event((event) => event.kind === 'deferred' && event.messageId === id);
  return id;
}

async function found(path: string): Promise<readonly string[]> {
  const { messages } = (await (await server.get(path)).json()) as {
    readonly messages: readonly { readonly id: string }[];
  };
  return messages.map(({ id }) => id);
}

it('without a history a search finds those queued messages that fit, and no others', async () => {
  expect(await found('/api/v1/messages')).toEqual([first, second]);
  expect(await found('/api/v1/messages?envelopeId=order%201')).toEqual([first]);
  expect(await found('/api/v1/messages?envelopeId=order%203')).toEqual([]);
  expect(await found('/api/v1/messages?sender=@example.org')).toEqual([first]);
  expect(await found('/api/v1/messages?recipient=4.2.1@simulator.test')).toEqual([first, second]);
  expect(await found('/api/v1/messages?recipient=2.1@simulator.test')).toEqual([]);
  expect(await found('/api/v1/messages?state=deferred')).toEqual([first, second]);
  expect(await found('/api/v1/messages?state=held')).toEqual([]);
  expect(await found('/api/v1/messages?origin=smtp')).toEqual([]);
  expect(await found('/api/v1/messages?headerMessageId=x@example.org')).toEqual([]);
  expect(await found('/api/v1/messages?to=2020-01-01')).toEqual([]);
  expect(await found('/api/v1/messages?from=2999-01-01')).toEqual([]);
  expect(await found('/api/v1/reports')).toEqual([]);
});
