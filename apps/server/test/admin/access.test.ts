import { scryptSync } from 'node:crypto';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/adapters/node-crypto.ts';
import { isLoopback, parseConfig } from '../../src/config.ts';
import { formatScrypt } from '../../src/receiving/auth/hash.ts';
import { startApi, type ApiOptions, type ApiServer } from './api-server.ts';

const TOKEN = 'correct-horse-battery';

const running: ApiServer[] = [];
async function start(options?: ApiOptions): Promise<ApiServer> {
  const server = await startApi(options);
  running.push(server);
  return server;
}
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

/** Header fields that fetch would not send. */
function ask(
  server: ApiServer,
  path: string,
  headers: Readonly<Record<string, string>>,
  method = 'GET',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, server.url), { method, headers, setHost: !('Host' in headers) }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
}

const basic = (password: string): string => `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}`;

describe('names and sites', () => {
  it('a page that has its own name point here (DNS rebinding) is not answered', async () => {
    const server = await start({ admin: 'hosts = ["mail.example.org"]' });
    const { port } = new URL(server.url);
    expect(await ask(server, '/api/v1/overview', { Host: `127.0.0.1:${port}` })).toBe(200);
    expect(await ask(server, '/api/v1/overview', { Host: `localhost:${port}` })).toBe(200);
    expect(await ask(server, '/api/v1/overview', { Host: 'mail.example.org' })).toBe(200);
    expect(await ask(server, '/api/v1/overview', { Host: `evil.example:${port}` })).toBe(421);
    expect(await ask(server, '/', { Host: `evil.example:${port}` })).toBe(421);
    expect(await ask(server, '/healthz', { Host: `evil.example:${port}` })).toBe(200);
  });

  it('what a browser sends for another site is not answered, whatever the method', async () => {
    const server = await start();
    const { origin } = new URL(server.url);
    for (const method of ['GET', 'POST']) {
      for (const headers of [
        { Origin: 'https://evil.example' },
        { Origin: 'null' },
        { 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-site', Origin: 'http://127.0.0.1:1' },
      ]) {
        expect([method, headers, await ask(server, '/api/v1/overview', headers, method)]).toEqual([
          method,
          headers,
          method === 'GET' ? 403 : expect.toSatisfy((status: number) => status === 403 || status === 405),
        ]);
      }
    }
    expect(await ask(server, '/api/v1/overview', { Origin: origin, 'Sec-Fetch-Site': 'same-origin' })).toBe(200);
    // A link that somebody clicks leads to the page.
    const visit = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };
    expect(await ask(server, '/api/v1/overview', visit)).toBe(200);
  });

  it('says by its header fields that no other site may look, and what a page of it may do', async () => {
    const server = await start();
    const { headers } = await server.get('/api/v1/overview');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('credentials', () => {
  it('a token or a password opens all that is not open anyway', async () => {
    const server = await start({
      admin: 'token-file = "token"\npassword-file = "password"',
      files: { token: `${TOKEN}\n`, password: 'open-sesame' },
    });
    expect(await ask(server, '/api/v1/overview', {})).toBe(401);
    expect(await ask(server, '/metrics', {})).toBe(401);
    expect(await ask(server, '/openapi.json', {})).toBe(401);
    expect(await ask(server, '/', {})).toBe(401);
    expect(await ask(server, '/healthz', {})).toBe(200);
    expect(await ask(server, '/readyz', {})).toBe(200);
    for (const right of [`Bearer ${TOKEN}`, `bearer ${TOKEN}`, basic('open-sesame'), basic(TOKEN)])
      expect([right, await ask(server, '/metrics', { Authorization: right })]).toEqual([right, 200]);
    for (const wrong of [
      'Bearer x',
      'Bearer ',
      basic('x'),
      'Basic ???',
      'Basic',
      `Bearer ${'x'.repeat(5000)}`,
      'Digest x',
    ])
      expect([wrong, await ask(server, '/metrics', { Authorization: wrong })]).toEqual([wrong, 401]);
    const asked = (await server.get('/metrics')).headers.get('www-authenticate');
    expect(asked).toMatch(/^Basic realm="dsnd"/);
  });

  it('a password may be kept by its hash', async () => {
    const { scrypt } = await hashPassword('open-sesame');
    const server = await start({ admin: 'password-file = "password"', files: { password: formatScrypt(scrypt) } });
    expect(await ask(server, '/metrics', { Authorization: basic('open-sesame') })).toBe(200);
    expect(await ask(server, '/metrics', { Authorization: basic('open-sesame') })).toBe(200);
    expect(await ask(server, '/metrics', { Authorization: basic('open-sesam') })).toBe(401);
  });

  it('who guesses is turned away after twenty wrong ones, even with a right one', async () => {
    const server = await start({ admin: 'token-file = "token"', files: { token: TOKEN } });
    for (let n = 0; n < 20; n++) expect(await ask(server, '/metrics', { Authorization: `Bearer ${n}` })).toBe(401);
    expect(await ask(server, '/metrics', { Authorization: `Bearer ${TOKEN}` })).toBe(429);
  });

  it('who guesses in many requests at once is told no more', async () => {
    const salt = new Uint8Array(16);
    const cheap = { costLog2: 1, blockSize: 1, parallelization: 1, salt };
    const key = scryptSync('open-sesame', salt, 32, { N: 2, r: 1, p: 1 });
    const files = { password: formatScrypt({ ...cheap, key }) };
    const server = await start({ admin: 'password-file = "password"', files });
    const said = Array.from({ length: 60 }, (_, n) => (n < 59 ? `wrong-${n}` : 'open-sesame'));
    const asked = await Promise.all(said.map((word) => ask(server, '/metrics', { Authorization: basic(word) })));
    expect(asked.filter((status) => status === 401)).toHaveLength(20);
    expect(asked.filter((status) => status === 429).length).toBeGreaterThanOrEqual(39);
  });
});

describe('[admin]', () => {
  const config = (admin: string) =>
    parseConfig(
      `hostname = "a.example"\nstore = "sqlite:x"\n[[listen]]\naddress = "[::1]:25"\n[admin]\n${admin}`,
      'f',
      '',
    );

  it('is on loopback by default, and elsewhere only with a secret', () => {
    expect(config('').admin).toMatchObject({ host: '127.0.0.1', port: 8025 });
    expect(() => config('listen = "0.0.0.0:8025"')).toThrow(
      'f:6: admin.listen: "0.0.0.0" can be reached from other hosts; allowed: 127.0.0.1, [::1], localhost, or add token-file or password-file',
    );
    expect(config('listen = "0.0.0.0:8025"\ntoken-file = "t"').admin).toMatchObject({ tokenFile: 't' });
    expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost', '::ffff:127.0.0.1'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '::', '192.0.2.1', 'localhost.example'].some(isLoopback)).toBe(false);
  });

  it('takes no empty, short or torn secret', async () => {
    for (const token of ['', 'short', 'two words here', 'line-one-here\nline-two'])
      await expect(start({ admin: 'token-file = "token"', files: { token } })).rejects.toThrow(
        /token: expected one line of 8 or more printable characters without spaces/,
      );
  });
});
