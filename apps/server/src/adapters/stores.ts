import { mkdirSync } from 'node:fs';
import { hostname as machineName } from 'node:os';
import { join } from 'node:path';
import type { BodiesConfig, Config } from '../config.ts';
import { StoreError, type HistoryStore, type ObjectStore, type QueueStore, type SuppressionStore } from '../ports.ts';
import { keepLoginKey, loginKey } from './files/login-key.ts';
import { keepReturnPathKey, newReturnPathKey } from './files/report-files.ts';
import { openSqliteHistory } from './sqlite/history.ts';
import { openSqliteQueueStore } from './sqlite/queue-store.ts';
import { openSqliteSuppression } from './sqlite/suppression.ts';

/** Who hears of what happens to a store. */
export interface StoreWatch {
  readonly trouble: (error: unknown) => void;
  /** The store can't be used any more; `what` says why. */
  readonly failed: (what: string) => void;
}

/**
 * Opens the queue that a configuration names. PostgreSQL and the client of a bucket are loaded only where they are wanted.
 *
 * @throws {Error} whose message says what is wrong, and what to do
 */
export async function openQueueStore(config: Config, { trouble, failed }: StoreWatch): Promise<QueueStore> {
  const { store } = config;
  try {
    mkdirSync(store.directory, { recursive: true, mode: 0o700 });
    if (store.kind === 'postgres') return await openSharedStore(config, store, trouble);
    return await openSqliteQueueStore(store.directory, { failed: (error) => failed(withAdvice(error, store)) });
  } catch (error) {
    throw new Error(withAdvice(error, store), { cause: error });
  }
}

/** Where nodes share the queue, each of them shows the history of all. */
export async function openHistory(store: Config['store']): Promise<HistoryStore> {
  if (store.kind === 'sqlite') return openSqliteHistory(join(store.directory, 'history.db'));
  const { openPostgresHistory } = await import('./postgres/history.ts');
  return openPostgresHistory(store.url);
}

/** Opens the suppression list: of this machine, or of all nodes. */
export async function openSuppression(store: Config['store']): Promise<SuppressionStore> {
  if (store.kind === 'sqlite') return openSqliteSuppression(join(store.directory, 'suppression.db'));
  const { openPostgresSuppression } = await import('./postgres/suppression.ts');
  return openPostgresSuppression(store.url);
}

/** The queue of several nodes, and the keys that all of them have. */
async function openSharedStore(
  config: Config,
  store: Extract<Config['store'], { kind: 'postgres' }>,
  trouble: (error: unknown) => void,
): Promise<QueueStore> {
  const { openPostgresQueueStore } = await import('./postgres/queue-store.ts');
  const { sharedSecret } = await import('./postgres/secrets.ts');
  const shared = await openPostgresQueueStore(store.url, {
    ...{ node: store.node ?? nodeName(config), trouble },
    ...(config.bodies === undefined ? {} : { objects: await openBucket(config.bodies, trouble) }),
  });
  try {
    // What goes out under a return path of one node may come back to another.
    const key = await sharedSecret(store.url, 'return-path', newReturnPathKey(store.directory));
    keepReturnPathKey(store.directory, key);
    // Two nodes that say different things of one name would tell that nobody has it.
    const login = await sharedSecret(store.url, 'login', loginKey(store.directory, trouble));
    keepLoginKey(store.directory, login, trouble);
    return shared;
  } catch (error) {
    // It would go on saying that this node lives.
    await shared.close();
    throw error;
  }
}

/** Two servers on one machine can't listen on the same port. */
function nodeName({ listen }: Config): string {
  return `${machineName()}:${listen[0]?.port ?? 0}`;
}

/** A bucket that refuses us would refuse all large mail: that is told at once. One that is away may come back. */
async function openBucket(config: BodiesConfig, trouble: (error: unknown) => void): Promise<ObjectStore> {
  const { S3Objects } = await import('./http/s3-objects.ts');
  const objects = new S3Objects(config);
  await objects.list('').catch((error: unknown) => {
    if (!(error instanceof StoreError) || error.code !== 'away') throw error;
    trouble(error);
  });
  return objects;
}

function withAdvice(error: unknown, store: Config['store']): string {
  const message = error instanceof Error ? error.message : String(error);
  const isDamaged = store.kind === 'sqlite' && error instanceof StoreError && error.code === 'corrupt';
  if (isDamaged) return `${message}; run: dsnd store check ${store.directory}`;
  const isFile = store.kind === 'sqlite' && error instanceof StoreError && error.code === 'io';
  return isFile ? `${store.directory}: ${message}` : message;
}
