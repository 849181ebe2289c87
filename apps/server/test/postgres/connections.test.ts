import { expect, it, onTestFinished } from 'vitest';
import { Connections } from '../../src/adapters/postgres/connections.ts';
import { describePostgres } from '../support/postgres-suite.ts';

describePostgres('transactions that the database finds in conflict', (server) => {
  /** A table whose changes fail with a code as often as wanted: at once, or only at the commit as in CockroachDB. */
  async function conflicting(code: string, times: number, when: 'IMMEDIATE' | 'DEFERRED'): Promise<Connections> {
    const connections = new Connections({ url: await server.newDatabase(), max: 2, timeoutMs: 30_000 });
    onTestFinished(() => connections.close());
    await connections.run(async (client) => {
      await client.query('CREATE TABLE t (n int)');
      await client.query('CREATE SEQUENCE tries');
      await client.query(
        `CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF nextval('tries') <= ${times} THEN RAISE EXCEPTION 'in conflict' USING ERRCODE = '${code}'; END IF;
             RETURN NULL;
           END $$`,
      );
      await client.query(
        `CREATE CONSTRAINT TRIGGER c AFTER INSERT ON t DEFERRABLE INITIALLY ${when} FOR EACH ROW EXECUTE FUNCTION conflict()`,
      );
    });
    return connections;
  }

  const count = async (connections: Connections): Promise<unknown> =>
    (await connections.run((client) => client.query('SELECT count(*)::int AS n FROM t'))).rows[0];

  it.each([
    ['40001', 'IMMEDIATE'],
    ['40001', 'DEFERRED'],
    ['40P01', 'DEFERRED'],
  ] as const)('are made again from the start (%s, %s)', async (code, when) => {
    const connections = await conflicting(code, 5, when);
    let begun = 0;
    const result = await connections.transaction(async (client) => {
      begun++;
      await client.query('INSERT INTO t VALUES ($1)', [begun]);
      return begun;
    });
    expect(result).toBe(6);
    expect(await count(connections)).toEqual({ n: 1 });
    const single = await conflicting(code, 3, when);
    await single.statement((client) => client.query('INSERT INTO t VALUES (1)'));
    expect(await count(single)).toEqual({ n: 1 });
  });

  it('end as a store that is away, if that never ends', async () => {
    const connections = await conflicting('40001', 1_000, 'DEFERRED');
    const insert = connections.transaction((client) => client.query('INSERT INTO t VALUES (1)'));
    await expect(insert).rejects.toMatchObject({ name: 'StoreError', code: 'away' });
    expect(await count(connections)).toEqual({ n: 0 });
  });
});
