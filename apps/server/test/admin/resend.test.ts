import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type ApiServer } from './api-server.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await startApi({ history: 'contents = "all"\ncontent-max-octets = 2000' });
});
afterAll(() => server.stop());

interface Submitted {
  readonly id: string;
  readonly recipients: readonly string[];
  readonly envelopeId: string | null;
}

async function submit(to: readonly string[], raw = 'Subject: lunch\n\nAt noon?\n'): Promise<string> {
  const recipients = to.map((name) => ({ address: `${name}@simulator.test`, notify: ['failure'] }));
  const body = { from: 'alice@example.org', recipients, raw, envelopeId: 'order 7' };
  const { id } = (await (await server.post('/api/v1/messages', body)).json()) as Submitted;
  await server.kept(id);
  return id;
}

async function resend(id: string, body: object = {}, headers = {}): Promise<readonly [number, unknown]> {
  const response = await server.post(`/api/v1/messages/${id}/resend`, body, headers);
  return [response.status, await response.json()];
}

it('sends a message again to those who did not get it, as it was', async () => {
  const id = await submit(['ok', '550', '5.2.2']);
  const [status, again] = await resend(id);
  expect(status).toBe(202);
  const recipients = ['550@simulator.test', '5.2.2@simulator.test'];
  expect(again).toMatchObject({ recipients, envelopeId: 'order 7' });
  const { id: next } = again as Submitted;
  expect(next).not.toBe(id);
  await server.kept(next);
  const text = async (of: string): Promise<string> => (await server.get(`/api/v1/messages/${of}/content`)).text();
  expect((await text(next)).endsWith(await text(id))).toBe(true);
  expect(await (await server.get(`/api/v1/messages/${next}`)).json()).toMatchObject({
    reversePath: 'alice@example.org',
  });
});

it('sends it to those who are named, and once for each key', async () => {
  const id = await submit(['ok', 'ok+two', '550']);
  const key = { 'Idempotency-Key': 'again' };
  const [, first] = await resend(id, { recipients: ['OK@simulator.test'] }, key);
  expect(first).toMatchObject({ recipients: ['ok@simulator.test'] });
  expect(await resend(id, { recipients: ['OK@simulator.test'] }, key)).toEqual([202, first]);
});

it('says why it can not', async () => {
  const id = await submit(['ok']);
  const conflict = (detail: string): readonly [number, unknown] => [
    409,
    expect.objectContaining({ code: 'conflict', detail: expect.stringContaining(detail) as string }),
  ];
  expect(await resend('nobody')).toMatchObject([404, { code: 'not-found' }]);
  expect(await resend(id)).toEqual(conflict('No recipient'));
  expect(await resend(id, { recipients: ['bob@example.net'] })).toEqual(conflict('bob@example.net is no recipient'));
  const long = await submit(['550'], `Subject: long\n\n${'x'.repeat(70)}\n`.padEnd(4000, `${'y'.repeat(70)}\n`));
  expect(await resend(long)).toEqual(conflict('was not kept as a whole'));
  const failed = await submit(['550']);
  const { reportId } = (await server.event(
    (event) => event.kind === 'report-issued' && event.messageId === failed,
  )) as unknown as { readonly reportId: string };
  await server.kept(reportId);
  expect(await resend(reportId, { recipients: ['alice@example.org'] })).toEqual(conflict('reports are not sent again'));
  expect(server.troubles).toEqual([]);
});
