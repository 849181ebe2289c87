/**
 * Runs inside the server that is tortured, before its own code: `node --import preload.ts`. It ends the process at a point
 * that TORTURE_POINT names, writes down which recipients were settled for good (TORTURE_JOURNAL), and can break the
 * durability of the store (TORTURE_BREAK), so that it is seen whether the harness notices.
 */
import { openSync, promises, writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementResultingChanges, StatementSync } from 'node:sqlite';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const { TORTURE_POINT = '', TORTURE_JOURNAL, TORTURE_BREAK, TORTURE_RUN = '0' } = process.env;
const [point = '', countText = '1'] = TORTURE_POINT.split(':');
const wantedCount = Number(countText);
const isStore = typeof (workerData as { readonly file?: unknown } | null)?.file === 'string';
const nothing: StatementResultingChanges = { changes: 0, lastInsertRowid: 0 };
/** How long a store that answers early keeps what it took in memory. */
const earlyMs = 300;
/** A commit that takes as long as on a slow disk: whoever submits meanwhile comes together in the next. */
const slowCommitMs = 40;
const groupSize = 3;

type Prepare = (this: DatabaseSync, sql: string) => StatementSync;
type Go = () => StatementResultingChanges;
type Hook = (go: Go, values: readonly SQLInputValue[], database: DatabaseSync) => StatementResultingChanges;

const prepare = Object.getOwnPropertyDescriptor(DatabaseSync.prototype, 'prepare')?.value as Prepare;

/** The store's transaction that is open, as the hooks see it. */
class Transaction {
  accepts = 0;
  reports = 0;
  /** Messages that moved to rows of their own: what is deleted of them is not done. */
  readonly moved = new Set<SQLInputValue>();
  readonly done: string[] = [];
  /** Statements that a broken store leaves for later. */
  readonly later: Go[] = [];
}

class Store {
  readonly #journal: number;
  readonly #aim = makeAim();
  #commits = 0;
  #settles = 0;
  #committedAtMs = 0;
  /** How long a commit takes at least; before the first, a guess. */
  #usualMs = 0.3;
  #isOpen = false;
  #now = new Transaction();

  constructor(journal: string) {
    this.#journal = openSync(journal, 'a');
  }

  hookFor(sql: string): Hook | undefined {
    if (sql.startsWith('BEGIN')) return (go) => this.#begin(go);
    if (sql === 'COMMIT') return (go, _, database) => this.#commit(go, database);
    if (sql.startsWith('INSERT INTO fresh')) return (go) => this.#accept(go);
    if (/^INSERT INTO message .*\sSELECT/s.test(sql)) return (go, [, seq = null]) => this.#rest(go, seq);
    if (sql.startsWith('INSERT INTO message')) return (go) => this.#insert(go);
    if (sql.startsWith('INSERT INTO recipient')) {
      return (go) => (this.#now.later.length > 0 ? this.#putOff(go) : go());
    }
    if (sql.startsWith('DELETE FROM fresh'))
      return (go, [seq = null], database) => this.#deleteFresh(go, seq, database);
    if (sql.startsWith('DELETE FROM recipient')) {
      const query = 'SELECT address FROM recipient WHERE seq = ? AND n = ?';
      return (go, [seq = null, , n = null], database) => this.#settle(go, database, query, [seq, n]);
    }
    return undefined;
  }

  #begin(go: Go): StatementResultingChanges {
    this.#now = new Transaction();
    if (TORTURE_BREAK === 'answers-early' && this.#isOpen) return nothing;
    this.#isOpen = true;
    return go();
  }

  #commit(go: Go, database: DatabaseSync): StatementResultingChanges {
    this.#commits += 1;
    const isWanted = this.#commits === wantedCount;
    if (point === 'before-commit' && isWanted) die();
    const isGroup = point === 'group-commit' && this.#now.accepts >= groupSize;
    if (point === 'group-commit' && !isGroup) wait(slowCommitMs);
    if (isGroup || (point === 'inside-commit' && isWanted) || (point === 'recovery' && this.#commits === 1)) {
      this.#aim.shoot(this.#usualMs);
    }
    if (TORTURE_BREAK === 'answers-early' && performance.now() - this.#committedAtMs < earlyMs) return nothing;
    const beganAtMs = performance.now();
    const result = go();
    this.#isOpen = false;
    this.#committedAtMs = performance.now();
    this.#usualMs = Math.min(this.#usualMs, this.#committedAtMs - beganAtMs);
    this.#doLater(database);
    this.#write(this.#now.done.map((address) => `done ${TORTURE_RUN} ${address}\n`));
    if (this.#aim.isShooting) this.#write([`survived ${TORTURE_RUN} commit\n`]);
    if (point === 'after-commit' && this.#commits >= wantedCount) die();
    return result;
  }

  #accept(go: Go): StatementResultingChanges {
    this.#now.accepts += 1;
    return go();
  }

  #rest(go: Go, seq: SQLInputValue): StatementResultingChanges {
    this.#now.moved.add(seq);
    if (point === 'recovery' && this.#commits === 0 && this.#now.moved.size === wantedCount) die();
    return go();
  }

  /** A message that rests: a report, or one that was accepted so. */
  #insert(go: Go): StatementResultingChanges {
    this.#now.reports += 1;
    return this.#putOff(go);
  }

  #deleteFresh(go: Go, seq: SQLInputValue, database: DatabaseSync): StatementResultingChanges {
    if (this.#now.moved.has(seq)) return go();
    const query = `SELECT j.value ->> 'address' AS address FROM fresh, json_each(recipients) AS j WHERE seq = ?`;
    return this.#settle(go, database, query, [seq]);
  }

  #settle(go: Go, database: DatabaseSync, query: string, values: readonly SQLInputValue[]): StatementResultingChanges {
    const rows = prepare.call(database, query).all(...values);
    this.#now.done.push(...rows.map(({ address }) => String(address)));
    this.#settles += 1;
    const isApart = TORTURE_BREAK === 'settles-in-parts' && this.#now.reports > 0;
    if (isApart) database.exec('COMMIT; BEGIN IMMEDIATE');
    if (point === 'settling' && (isApart || this.#settles === wantedCount)) die();
    return go();
  }

  /** A store that writes reports only after what owes them. */
  #putOff(go: Go): StatementResultingChanges {
    if (TORTURE_BREAK !== 'reports-later') return go();
    this.#now.later.push(go);
    return nothing;
  }

  #doLater(database: DatabaseSync): void {
    if (this.#now.later.length === 0) return;
    if (point === 'after-commit' || point === 'settling') die();
    database.exec('BEGIN IMMEDIATE');
    for (const go of this.#now.later) go();
    database.exec('COMMIT');
  }

  #write(lines: readonly string[]): void {
    if (lines.length > 0) writeSync(this.#journal, lines.join(''));
  }
}

if (isMainThread) hookRename();
else if (isStore && TORTURE_JOURNAL !== undefined) hookStore(new Store(TORTURE_JOURNAL));

function hookStore(store: Store): void {
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string): StatementSync {
    const statement = prepare.call(this, sql);
    const hook = store.hookFor(sql);
    if (hook === undefined) return statement;
    const run = statement.run.bind(statement) as (...values: SQLInputValue[]) => StatementResultingChanges;
    statement.run = ((...values: SQLInputValue[]) => hook(() => run(...values), values, this)) as StatementSync['run'];
    return statement;
  };
}

/** After a message has come to its Maildir, before that is settled. */
function hookRename(): void {
  if (point !== 'after-maildir') return;
  let count = 0;
  const { rename } = promises;
  promises.rename = async (from, to) => {
    await rename(from, to);
    if (++count === wantedCount) die();
  };
  syncBuiltinESMExports();
}

function wait(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** A thread that kills while another is inside a call. */
function makeAim(): { shoot(usualMs: number): void; readonly isShooting: boolean } {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  let isShooting = false;
  if (['inside-commit', 'group-commit', 'recovery'].includes(point)) {
    const code = `
      const shared = new Int32Array(require('node:worker_threads').workerData);
      Atomics.wait(shared, 0, 0);
      const end = performance.now() + shared[1] / 1000;
      Atomics.store(shared, 0, 2);
      Atomics.notify(shared, 0);
      while (performance.now() < end);
      process.kill(process.pid, 'SIGKILL');`;
    new Worker(code, { eval: true, workerData: shared.buffer }).unref();
  }
  return {
    /** Returns when the other thread is awake: it kills before the call has lasted as long as such calls do. */
    shoot(usualMs) {
      isShooting = true;
      shared[1] = Math.floor(Math.random() * usualMs * 1_000);
      Atomics.store(shared, 0, 1);
      Atomics.notify(shared, 0);
      Atomics.wait(shared, 0, 1, 1_000);
    },
    get isShooting() {
      return isShooting;
    },
  };
}
