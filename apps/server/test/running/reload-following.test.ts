import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dialogue } from '../support/dialogue.ts';
import { freePort, startDsnd, temporaryFolder, waitFor } from '../support/dsnd.ts';
import { describePostgres } from '../support/postgres-suite.ts';

const SECRET = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;

interface Heard {
  readonly path: string;
  readonly type: string;
  readonly recipient: string | undefined;
}

/** A receiver that checks signatures, and fails at one path, if it is told so. */
async function startReceiver() {
  const heard: Heard[] = [];
  const state = { failsAt: '', refused: 0 };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (request.url === state.failsAt) {
        state.refused += 1;
        response.writeHead(503).end();
        return;
      }
      new Webhook(SECRET).verify(body, request.headers as Record<string, string>);
      const { type, data } = JSON.parse(body) as { type: string; data: { recipient?: string } };
      heard.push({ path: request.url ?? '', type, recipient: data.recipient });
      response.writeHead(204).end();
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port, heard, state };
}

/** What every run of the server has. */
const base = (store: string, smtp: number, http: number): string => `hostname = "mx.example.org"
store = "${store}"
[admin]
listen = "127.0.0.1:${http}"
[[listen]]
address = "127.0.0.1:${smtp}"
suppression = true
[[route]]
match = "simulator.test"
to = "simulator:"
`;

describe('SIGHUP on a store in SQLite', () => reloading(() => Promise.resolve('sqlite:queue')));
describePostgres('SIGHUP on a store in PostgreSQL', (server) => reloading(() => server.newDatabase()));

function reloading(storeOf: () => Promise<string>): void {
  it('webhooks, history and suppression list come, change and go while the server runs', async () => {
    const folder = temporaryFolder('dsnd-reload-');
    onTestFinished(() => folder.remove());
    const [smtp, http] = [await freePort(), await freePort()];
    const { port, heard, state } = await startReceiver();
    const start = base(await storeOf(), smtp, http);
    const server = await startDsnd(folder.path, start, smtp);
    onTestFinished(() => server.kill());
    const reload = async (tables: string): Promise<void> => {
      const before = server.log().split('"msg":"reloaded"').length;
      writeFileSync(join(folder.path, 'dsnd.toml'), `${start}${tables}`);
      server.process.kill('SIGHUP');
      await waitFor(() => server.log().split('"msg":"reloaded"').length > before);
    };
    const send = async (to: string): Promise<string> => {
      const mail = ['MAIL FROM:<a@sender.example>', `RCPT TO:<${to}> NOTIFY=NEVER`];
      return (await dialogue(smtp, ['EHLO c.example', ...mail, 'DATA', 'Subject: x\r\n\r\nx\r\n.', 'QUIT']))[3] ?? '';
    };
    const ask = async (path: string): Promise<unknown> => (await fetch(`http://127.0.0.1:${http}${path}`)).json();
    const hook = (name: string, more = ''): string =>
      `[[webhook]]\nname = "${name}"\nsecret = "${SECRET}"\nurl = "http://127.0.0.1:${port}/${name}"\n${more}\n`;
    const listed = (address: string): Promise<void> =>
      waitFor(async () => (await fetch(`http://127.0.0.1:${http}/api/v1/suppressions/${address}`)).ok);
    const found = async (to: string): Promise<string | undefined> => {
      const page = await ask(`/api/v1/messages?recipient=${to}`);
      return (page as { readonly messages: readonly { readonly state: string }[] }).messages[0]?.state;
    };

    await waitFor(async () => (await fetch(`http://127.0.0.1:${http}/readyz`)).ok);
    expect(await ask('/api/v1/webhooks')).toEqual({ webhooks: [] });
    expect(await send('5.1.1+before@simulator.test')).toMatch(/^250/);

    await reload(`[history]\n[suppression]\n${hook('first', 'events = ["failed"]')}`);
    expect(await send('5.1.1@simulator.test')).toMatch(/^250/);
    await waitFor(() => heard.length === 1);
    expect(heard).toEqual([{ path: '/first', type: 'failed', recipient: '5.1.1@simulator.test' }]);
    await waitFor(async () => (await found('5.1.1@simulator.test')) === 'failed');
    await listed('5.1.1@simulator.test');
    expect(await send('5.1.1@simulator.test')).toMatch(/^550/);

    state.failsAt = '/first';
    await send('5.1.2@simulator.test');
    await waitFor(() => state.refused > 0);
    await reload(
      `[history]\n[suppression]\nstatuses = ["5.2.2"]\n${hook('second', 'renamed-from = "first"\nevents = ["failed"]')}`,
    );
    await waitFor(() => heard.length === 2);
    expect(heard[1]).toEqual({ path: '/second', type: 'failed', recipient: '5.1.2@simulator.test' });
    expect(await ask('/api/v1/webhooks')).toMatchObject({ webhooks: [{ webhook: 'second', deadLetters: 0 }] });
    await send('5.1.3@simulator.test');
    await send('5.2.2@simulator.test');
    await listed('5.2.2@simulator.test');
    expect(await send('5.1.3@simulator.test')).toMatch(/^250/);
    await waitFor(() => heard.length === 5);

    const count = heard.length;
    await reload('');
    expect(server.log()).toContain('webhook second is gone: what it has not got is forgotten');
    expect(await ask('/api/v1/webhooks')).toEqual({ webhooks: [] });
    expect(await ask('/api/v1/suppressions')).toMatchObject({ code: 'not-available' });
    expect(await found('5.1.1@simulator.test')).toBeUndefined();
    expect(await send('5.2.2@simulator.test')).toMatch(/^250/);
    await reload(`[history]\n[suppression]\n${hook('third', 'events = ["failed"]')}`);
    expect(await found('5.1.1@simulator.test')).toBe('failed');
    expect(await send('5.2.2@simulator.test')).toMatch(/^550/);
    await send('5.1.6@simulator.test');
    await waitFor(() => heard.length > count);
    expect(heard.at(count)).toEqual({ path: '/third', type: 'failed', recipient: '5.1.6@simulator.test' });
    expect(await server.stop()).toBe(0);
  });
}
