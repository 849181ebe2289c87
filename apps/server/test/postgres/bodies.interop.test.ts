import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { Connections } from '../../src/adapters/postgres/connections.ts';
import { ObjectBodies } from '../../src/adapters/postgres/object-bodies.ts';
import { openPostgresQueueStore } from '../../src/adapters/postgres/queue-store.ts';
import { S3Objects } from '../../src/adapters/http/s3-objects.ts';
import { objectsContract } from '../contracts/objects.ts';
import { queueStoreContract, reopenable } from '../contracts/queue-store.ts';
import { sample } from '../contracts/queue-samples.ts';
import { dialogue } from '../support/dialogue.ts';
import { freePort, startDsnd, temporaryFolder, waitFor } from '../support/dsnd.ts';
import { readMaildirs } from '../support/maildir.ts';
import { memoryObjects } from '../support/memory-objects.ts';
import { describePostgres, describeUnless, openNode } from '../support/postgres-suite.ts';
import { startSwift, swiftMissing, type Swift } from '../support/swift.ts';
import { postgresMissing, startPostgres, type PostgresServer } from './postgres.ts';

const missing = postgresMissing() ?? swiftMissing();

describeUnless(missing, 'large contents in a bucket of OpenStack Swift', () => {
  let database: PostgresServer;
  let swift: Swift;
  beforeAll(async () => {
    [database, swift] = await Promise.all([startPostgres(), startSwift()]);
  });
  afterAll(() => Promise.all([database.dispose(), swift.dispose()]));

  const namesIn = async (objects: S3Objects): Promise<readonly string[]> =>
    (await objects.list('')).map(({ name }) => name);

  let buckets = 0;
  objectsContract('through S3', () => new S3Objects({ ...swift.config, prefix: `contract-${++buckets}/` }));

  it('tells who refuses, and what is not there', async () => {
    const stranger = new S3Objects({ ...swift.config, secretKey: 'wrong-secret' });
    await expect(stranger.put('x/0', new Uint8Array())).rejects.toMatchObject({
      ...{
        name: 'StoreError',
        code: 'io',
        message: expect.stringMatching(/^The bucket mail refused: 403 /) as string,
      },
    });
    const elsewhere = new S3Objects({ ...swift.config, bucket: 'nowhere' });
    await expect(elsewhere.get('x/0')).rejects.toMatchObject({ code: 'io' });
    const away = new S3Objects({ ...swift.config, endpoint: `http://127.0.0.1:${await freePort()}` });
    await expect(away.get('x/0')).rejects.toMatchObject({
      ...{ code: 'away', message: 'The bucket mail can not be reached: ECONNREFUSED' },
    });
  });

  it('sweeps what no message names', async () => {
    const url = await database.newDatabase();
    const objects = new S3Objects({ ...swift.config, prefix: 'sweep/' });
    const store = await openNode(url, { node: 'a', objects });
    const spool = async () => {
      const one = await store.spool();
      await one.write(new Uint8Array(1_500_000));
      return one.finish();
    };
    await store.accept([sample('m', { content: await spool() })]);
    const named = await namesIn(objects);
    await objects.put('spool-00000000-0000-4000-8000-000000000000/0', new Uint8Array(10));
    const connections = new Connections({ url, max: 1, timeoutMs: 30_000 });
    onTestFinished(() => connections.close());
    const bodies = new ObjectBodies(objects);
    expect(await bodies.sweep(connections, Date.now() - 3_600_000)).toBe(0);
    expect(await bodies.sweep(connections, Date.now() + 3_600_000)).toBe(1);
    expect(await namesIn(objects)).toEqual(named);
  });

  it('RFC 5321 §4.2.5: a server takes large mail with its bucket, says 451 4.3.0 without, and loses none', async () => {
    const folder = temporaryFolder();
    onTestFinished(() => folder.remove());
    writeFileSync(join(folder.path, 'secret'), `${swift.config.secretKey}\n`);
    const port = await freePort();
    const { endpoint, bucket: name, accessKey } = swift.config;
    const toml = `hostname = "mx.example.org"
store = "${await database.newDatabase()}"
[bodies]
endpoint = "${endpoint}"
bucket = "${name}"
prefix = "server/"
access-key = "${accessKey}"
secret-key-file = "secret"
[[listen]]
address = "127.0.0.1:${port}"
[[route]]
match = "here.example"
to = "maildir:mail"
`;
    const dsnd = await startDsnd(folder.path, toml, port);
    onTestFinished(() => dsnd.kill());
    const bodyOf = (subject: string): string => `${subject} `.repeat(60).slice(0, 70).concat('\r\n').repeat(20_000);
    const say = (subject: string) =>
      dialogue(port, [
        ...['EHLO client.example', 'MAIL FROM:<a@sender.example>', 'RCPT TO:<b@here.example>', 'DATA'],
        `Subject: ${subject}\r\n\r\n${bodyOf(subject)}.`,
      ]);
    const digests = (): readonly string[] =>
      readMaildirs(`${folder.path}/mail`).map(({ message }) => {
        const [, body = ''] = message.toString().split('\r\n\r\n', 2);
        return createHash('sha256').update(body).digest('hex');
      });
    expect((await say('before')).at(-1)).toMatch(/^250 2\.0\.0 /);
    await waitFor(() => digests().length === 1);
    const objects = new S3Objects({ ...swift.config, prefix: 'server/' });
    await waitFor(async () => (await namesIn(objects)).length === 0);
    await swift.stop();
    expect((await say('meanwhile')).at(-1)).toMatch(/^451 4\.3\.0 /);
    await swift.start();
    await waitFor(async () => (await say('after')).at(-1)?.startsWith('250') === true);
    await waitFor(() => digests().length === 2);
    const expected = ['before', 'after'].map((subject) => createHash('sha256').update(bodyOf(subject)).digest('hex'));
    expect(digests().toSorted()).toEqual(expected.toSorted());
    await waitFor(async () => (await namesIn(objects)).length === 0);
    expect(await dsnd.stop()).toBe(0);
  });
});

describePostgres('with a bucket in memory', (database) => {
  queueStoreContract('the queue in PostgreSQL, large contents in the bucket', async () => {
    const url = await database.newDatabase();
    const objects = memoryObjects();
    return reopenable(() => openPostgresQueueStore(url, { node: 'mx1', inlineMaxOctets: 1_000, objects }));
  });
});
