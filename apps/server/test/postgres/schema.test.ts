import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { openPostgresQueueStore } from '../../src/adapters/postgres/queue-store.ts';
import { migrate, steps, type SchemaStep } from '../../src/adapters/postgres/schema.ts';
import { brief, claim, sample } from '../contracts/queue-samples.ts';
import { DSND } from '../support/commands.ts';
import { temporaryFolder } from '../support/dsnd.ts';
import { describePostgres, openNode } from '../support/postgres-suite.ts';

const added: SchemaStep = { worksFrom: 1, statements: ['ALTER TABLE dsnkit_message ADD COLUMN colour text'] };
const broken: SchemaStep = { worksFrom: 2, statements: ['CREATE TABLE half (x int)', 'CREATE TABLE half (x int)'] };

describePostgres('the schema in PostgreSQL', (server) => {
  async function pool(): Promise<{ readonly pool: pg.Pool; readonly url: string }> {
    const url = await server.newDatabase();
    const made = new pg.Pool({ connectionString: url });
    onTestFinished(() => made.end());
    return { pool: made, url };
  }

  async function on<T>(of: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await of.connect();
    return work(client).finally(() => client.release());
  }

  it('is made once by nodes that begin at the same time', async () => {
    const { pool: connections } = await pool();
    const all = await Promise.all(Array.from({ length: 6 }, () => on(connections, (client) => migrate(client))));
    expect(all.map(({ to }) => to)).toEqual(all.map(() => steps.length));
    expect(all.filter(({ from }) => from === 0)).toHaveLength(1);
  });

  it('goes forward while a node of the version before works on, and comes up with what it holds', async () => {
    const { pool: connections, url } = await pool();
    const old = await openNode(url, { node: 'old' });
    await old.accept([sample('before')]);
    expect(await on(connections, (client) => migrate(client, [...steps, added]))).toEqual({
      ...{ from: steps.length, to: steps.length + 1 },
    });
    await old.accept([sample('after')]);
    expect(brief(await claim(old))).toEqual(['before:0', 'after:0']);
    // A node of the old version may even begin now.
    const second = await openPostgresQueueStore(url, { node: 'second' });
    await second.close();
  });

  it('asks for settings that an engine may not know, and does without', async () => {
    const { pool: connections } = await pool();
    const tuned: SchemaStep = {
      worksFrom: 1,
      statements: [],
      tuning: ['ALTER TABLE dsnkit_message SET (no_such = 1)'],
    };
    const { to } = await on(connections, (client) => migrate(client, [...steps, tuned]));
    expect(to).toBe(steps.length + 1);
    const sql = `SELECT relname AS name FROM pg_class WHERE 'autovacuum_vacuum_scale_factor=0.01' = ANY(reloptions)`;
    const { rows } = await connections.query<{ name: string }>(`${sql} AND relkind = 'r' ORDER BY relname`);
    expect(rows.map(({ name }) => name)).toEqual(['dsnkit_body', 'dsnkit_message', 'dsnkit_recipient']);
  });

  it('refuses a program that it is too new for', async () => {
    const { pool: connections, url } = await pool();
    await on(connections, (client) => migrate(client, [...steps, { ...added, worksFrom: steps.length + 1 }]));
    await expect(openPostgresQueueStore(url, { node: 'old' })).rejects.toMatchObject({
      ...{ name: 'StoreError', code: 'corrupt', message: expect.stringContaining('this one is for') as string },
    });
  });

  it('stays as it was when a step fails', async () => {
    const { pool: connections } = await pool();
    await on(connections, (client) => migrate(client));
    await expect(on(connections, (client) => migrate(client, [...steps, broken]))).rejects.toThrow('already exists');
    expect(await on(connections, (client) => migrate(client, [...steps, added]))).toEqual({
      ...{ from: steps.length, to: steps.length + 1 },
    });
  });

  it('dsnd migrate makes it, says from which version to which, and does nothing more the second time', async () => {
    const folder = temporaryFolder();
    onTestFinished(() => folder.remove());
    const run = (store: string) => {
      const file = `${folder.path}/dsnd.toml`;
      writeFileSync(file, `hostname = "mx.example.org"\nstore = "${store}"\n[[listen]]\naddress = "127.0.0.1:2525"\n`);
      const { status, stdout, stderr } = spawnSync(process.execPath, [...DSND, 'migrate', file], { encoding: 'utf8' });
      return { status, said: stdout + stderr };
    };
    const url = await server.newDatabase();
    expect(run(url)).toEqual({ status: 0, said: `the store went from version 0 to ${steps.length}\n` });
    expect(run(url)).toEqual({ status: 0, said: `the store has version ${steps.length} already\n` });
    expect(run('sqlite:data')).toMatchObject({ status: 0, said: expect.stringContaining('of one node') as string });
    const { status, said } = run(url.replace(/[^/]*$/, 'nowhere'));
    expect([status, said]).toEqual([2, expect.stringMatching(/^dsnd: .*"nowhere" does not exist\n$/)]);
  });
});
