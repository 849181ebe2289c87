import { openPrivate, type DatabaseSync } from './sqlite.ts';
import { unusable } from './unusable.ts';
import { StoreError, type SuppressionRecord, type SuppressionStore } from '../../ports.ts';

/** `PRAGMA application_id`: the letters "dsns". */
const APPLICATION_ID = 0x64736e73;

/**
 * Opens the suppression list in a file of its own; it is made when missing.
 *
 * @throws {StoreError} 'io' if it can't be opened, or is something else
 */
export function openSqliteSuppression(file: string): SuppressionStore {
  const database = open(file);
  const put = database.prepare(
    'INSERT INTO suppression (address, record) VALUES (?, ?) ON CONFLICT DO UPDATE SET record = excluded.record',
  );
  const remove = database.prepare('DELETE FROM suppression WHERE address = ?');
  const removeSame = database.prepare('DELETE FROM suppression WHERE address = ? AND record = ?');
  const all = database.prepare('SELECT record FROM suppression ORDER BY address');
  // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous, this file is not
  const transact = async (run: () => void): Promise<void> => {
    database.exec('BEGIN IMMEDIATE');
    try {
      run();
      database.exec('COMMIT');
    } catch (error) {
      try {
        database.exec('ROLLBACK');
      } catch {
        // After a full disk or an I/O error SQLite has rolled back by itself.
      }
      throw new StoreError('io', `The suppression list failed: ${error instanceof Error ? error.message : ''}`);
    }
  };
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous, this file is not
    async all() {
      try {
        return all.all().map(({ record }) => JSON.parse(String(record)) as SuppressionRecord);
      } catch (error) {
        throw unusable('The suppression list', file, error);
      }
    },
    change: (records, gone) =>
      transact(() => {
        for (const record of records) put.run(record.address, JSON.stringify(record));
        for (const address of gone) remove.run(address);
      }),
    forget: (gone) =>
      transact(() => {
        for (const record of gone) removeSame.run(record.address, JSON.stringify(record));
      }),
    close() {
      database.close();
      return Promise.resolve();
    },
  };
}

function open(file: string): DatabaseSync {
  try {
    const database = openPrivate(file);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000');
    const application = Number(database.prepare('PRAGMA application_id').get()?.['application_id']);
    const tables = Number(database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables']);
    if (tables > 0 && application !== APPLICATION_ID) throw new Error('it is not one of this server');
    database.exec('CREATE TABLE IF NOT EXISTS suppression (address TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT');
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    return database;
  } catch (error) {
    throw unusable('The suppression list', file, error);
  }
}
