import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { S3Objects } from './s3-objects.ts';

/** A bucket with such names, which gives one of them in each page. */
async function bucketOf(names: readonly string[]): Promise<S3Objects> {
  const escape = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&#34;');
  const server = createServer((request, response) => {
    const after = new URL(request.url ?? '', 'http://bucket').searchParams.get('start-after') ?? '';
    const [next] = names.filter((name) => name > after).sort();
    const entry = `<Contents><Key>${escape(next ?? '')}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`;
    response.end(`<ListBucketResult>${next === undefined ? '' : entry}</ListBucketResult>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return new S3Objects({
    ...{ endpoint: `http://127.0.0.1:${port}`, bucket: 'mail', region: 'us-east-1', prefix: '' },
    ...{ accessKey: 'dsnd', secretKey: 'secret' },
  });
}

it('goes on behind names that are escaped in the list', async () => {
  const names = ['a&b', 'c<d>', 'e"f', 'spool-x/0'];
  const objects = await bucketOf(names);
  const found: string[] = [];
  for (let after = ''; found.length <= names.length;) {
    const page = await objects.list(after);
    const last = page.at(-1);
    if (last === undefined) break;
    found.push(...page.map(({ name }) => name));
    after = last.name;
  }
  expect(found).toEqual(names);
});
