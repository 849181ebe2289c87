import { loadConfig } from '../files/config-files.ts';
import { Connections } from '../postgres/connections.ts';
import { migrate } from '../postgres/schema.ts';

/**
 * `dsnd migrate FILE`: brings the tables of a shared queue up to date without starting a server; exit code 0, or 2 and one
 * line that says why not.
 */
export async function printMigration(file: string): Promise<void> {
  try {
    console.log(await migrated(file));
  } catch (error) {
    console.error(`dsnd: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  }
}

async function migrated(file: string): Promise<string> {
  const { store } = loadConfig(file);
  if (store.kind === 'sqlite') return 'the store is of one node: it is brought up to date when the server starts';
  const connections = new Connections({ url: store.url, max: 1, timeoutMs: 600_000 });
  try {
    const { from, to } = await connections.exclusive((client) => migrate(client));
    return from === to ? `the store has version ${to} already` : `the store went from version ${from} to ${to}`;
  } finally {
    await connections.close();
  }
}
