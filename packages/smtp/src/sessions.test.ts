import { expect, it } from 'vitest';
import { ClientSession, type RecipientResult, ServerSession } from './index.ts';

it('RFC 5321 §3.3: client and server bring one message across', () => {
  const server = new ServerSession({
    hostname: 'mx.example.org',
    extensions: { pipelining: true, enhancedStatusCodes: true, dsn: true, size: 1000, eightBitMime: true },
  });
  const client = new ClientSession({ clientName: 'mail.example.com' });
  const log: string[] = [];
  let content = '';
  let results: readonly RecipientResult[] = [];
  server.start();
  for (let round = 0; round < 30; round++) {
    for (let event = server.next(); event !== undefined; event = server.next()) {
      log.push(event.kind);
      if (event.kind === 'content') content += new TextDecoder().decode(event.octets);
      else if (event.kind === 'rcpt' && event.path.localPart === 'bad')
        server.answer({ code: 550, status: '5.1.1', lines: ['No such user'] });
      else if (event.kind !== 'closed' && event.kind !== 'reset') server.answer();
    }
    const toClient = server.takeOutput();
    if (toClient !== undefined) client.receive(toClient);
    for (let event = client.next(); event !== undefined; event = client.next()) {
      if (event.kind === 'ready') {
        client.begin({
          reversePath: 'a@example.com',
          mailParameters: [{ keyword: 'RET', value: 'HDRS' }],
          recipients: [
            { forwardPath: 'bad@example.org', parameters: [] },
            { forwardPath: 'good@example.org', parameters: [{ keyword: 'NOTIFY', value: 'SUCCESS' }] },
          ],
        });
      }
      if (event.kind === 'content-wanted') {
        client.content(new TextEncoder().encode('Subject: x\r\n\r\n.dot\r\nbare\nline'));
        client.endContent();
      }
      if (event.kind === 'done') {
        results = event.recipients;
        client.quit();
      }
    }
    const toServer = client.takeOutput();
    if (toServer !== undefined) server.receive(toServer);
  }
  expect(content).toBe('Subject: x\r\n\r\n.dot\r\nbare\r\nline\r\n');
  expect(results.map(({ accepted, stage, reply }) => [accepted, stage, reply?.raw])).toEqual([
    [false, 'rcpt', ['550 5.1.1 No such user']],
    [true, 'content', ['250 2.6.0 Message accepted']],
  ]);
  expect(server.closed && client.closed).toBe(true);
  expect(log.filter((kind) => kind !== 'content')).toEqual([
    'hello',
    'mail',
    'rcpt',
    'rcpt',
    'end-of-content',
    'closed',
  ]);
});
