import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StatementSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { Claims } from './claims.ts';
import { Destinations } from './destinations.ts';
import { Leases } from './leases.ts';
import { openDatabase } from './schema.ts';
import { prepareStatements } from './statements.ts';

const request = { kind: 'claim', nowMs: 100, limit: 10, perDestination: 10, leaseUntilMs: 200 } as const;

/** Three destinations with one message each, and a disk that can't be read from as often as is said. */
function made(): { readonly claims: Claims; readonly fail: (from: number) => void } {
  const directory = mkdtempSync(join(tmpdir(), 'dsnd-claims-'));
  const database = openDatabase({ file: join(directory, 'queue.db'), maxDatabaseOctets: undefined, minFreeOctets: 0 });
  onTestFinished(() => {
    database.close();
    rmSync(directory, { recursive: true });
  });
  const statements = prepareStatements(database);
  const destinations = new Destinations();
  for (const [index, name] of ['a', 'b', 'c'].entries()) {
    const seq = index + 1;
    statements.insertMessage.run(seq, name, 1, '{}', null, new Uint8Array(1));
    statements.insertRecipient.run(seq, name, 1, seq, 'x@y', '', null, 0, seq, 0, null);
    destinations.lower(name, seq, seq);
  }
  let good = Infinity;
  const firstDue = new Proxy(statements.firstDue, {
    get: (target, key) => {
      if (key === 'all' && --good === 0) throw new Error('disk I/O error');
      return (Reflect.get(target, key) as StatementSync['all']).bind(target);
    },
  });
  return { claims: new Claims({ ...statements, firstDue }, new Leases(), destinations), fail: (from) => (good = from) };
}

/** What is claimed in some calls, of which one may fail. */
function claimed(claims: Claims, ...excepts: readonly (readonly string[])[]): readonly string[] {
  return excepts.flatMap((except) => {
    try {
      return claims.claim({ ...request, except }).map(({ id }) => id);
    } catch {
      return [];
    }
  });
}

it.each([1, 2, 3])('loses sight of no recipient when the disk can not be read for once (at reading %i)', (from) => {
  const { claims, fail } = made();
  fail(from);
  expect(claimed(claims, ['a'], [], []).toSorted()).toEqual(['a', 'b', 'c']);
});

it.each([1, 2, 3])('loses sight of no destination when what is due next can not be read (at reading %i)', (from) => {
  const { claims, fail } = made();
  fail(from);
  for (let time = 0; time < 3; time++) {
    try {
      claims.nextDueAtMs(['a']);
    } catch {
      // It could not be told.
    }
  }
  expect(claimed(claims, [])).toEqual(['a', 'b', 'c']);
});
