import { StoreError } from '../../ports.ts';

/** A database beside the queue that can't be opened or read: which file it is, and how mail goes on without it. */
export function unusable(what: string, file: string, error: unknown): StoreError {
  const reason = error instanceof Error ? error.message : String(error);
  const advice = /malformed|not a database/.test(reason) ? '; move it away, and a new one is begun' : '';
  return new StoreError('io', `${what} ${file} can't be used: ${reason}${advice}`);
}
