import * as v from 'valibot';
import { expect, it } from 'vitest';
import { explanationSchema } from '../../src/admin/explain-schema.ts';
import * as shapes from '../../src/admin/schemas.ts';
import { startApi } from './api-server.ts';

it('what is answered has the shape that the document tells', async () => {
  const server = await startApi();
  const recipients = ['ok', '550', '4.2.1', '4.3.1'].map((name) => ({ address: `${name}@simulator.test` }));
  const submission = { from: 'a@b.example', envelopeId: 'x', recipients, raw: 'a: b\n\n' };
  const submitted = await (await server.post('/api/v1/messages', submission)).json();
  const { id } = v.parse(shapes.submittedSchema, submitted);
  const held = { messageId: id, recipient: '4.3.1@simulator.test' };
  await server.event((event) => event.kind === 'deferred' && event.messageId === id);
  await server.post('/api/v1/suppressions', { entries: [{ address: 'x@y.example' }] });
  const issued = await server.event((event) => event.kind === 'report-issued');
  const reportId = issued.kind === 'report-issued' ? issued.reportId : '';
  await server.kept(reportId);
  const hold = await (await server.post('/api/v1/queue/hold', held)).json();
  expect(v.parse(shapes.actionResultSchema, hold)).toEqual({ messages: 1, recipients: 1, busy: 0 });
  const routes: readonly (readonly [string, v.GenericSchema])[] = [
    ['/api/v1/overview', shapes.overviewSchema],
    ['/api/v1/messages', shapes.messagePageSchema],
    ['/api/v1/reports', shapes.messagePageSchema],
    [`/api/v1/messages/${id}`, shapes.messageDetailSchema],
    [`/api/v1/messages/${reportId}/explanation`, explanationSchema],
    ['/api/v1/queue', shapes.queuePageSchema],
    [`/api/v1/queue/${id}`, shapes.queuedMessageSchema],
    ['/api/v1/destinations', shapes.destinationsSchema],
    ['/api/v1/suppressions', shapes.suppressionPageSchema],
    ['/api/v1/webhooks', shapes.webhooksSchema],
    ['/api/v1/nothing', shapes.problemSchema],
    ['/api/v1/messages?limit=x', shapes.problemSchema],
    ['/readyz', shapes.readinessSchema],
  ];
  for (const [path, schema] of routes) {
    const body: unknown = await (await server.get(path)).json();
    const { issues = [] } = v.safeParse(schema, body);
    expect([path, issues.map((issue) => `${v.getDotPath(issue) ?? ''}: ${issue.message}`)]).toEqual([path, []]);
  }
  const list = (await (await server.get('/api/v1/queue')).json()) as { readonly messages: readonly unknown[] };
  expect(list.messages).toHaveLength(1);
  await server.stop();
});
