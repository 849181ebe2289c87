import { clientKey } from '../../config.ts';
import type { Clock } from '../../ports.ts';

/** Remembers who failed to log in. */
export interface Guard {
  admits(address: string): boolean;
  ended(address: string, success: boolean): void;
}

const WINDOW_MS = 600_000;

/** Clients whose failures are remembered, at most; the oldest are forgotten first. */
const MAX_REMEMBERED = 20_000;

/**
 * Makes a guard that turns a client away after `maxFailures` failures until they are ten minutes past. A success
 * clears nothing: one who knows one password may be guessing another.
 */
export function makeGuard(clock: Clock, maxFailures: number): Guard {
  const failures = new Map<string, { count: number; sinceMs: number }>();

  function recent(key: string): { count: number } | undefined {
    const found = failures.get(key);
    if (found === undefined) return undefined;
    // A clock that is set back makes nobody wait longer.
    found.sinceMs = Math.min(found.sinceMs, clock.now());
    if (clock.now() - found.sinceMs < WINDOW_MS) return found;
    failures.delete(key);
    return undefined;
  }

  return {
    admits: (address) => (recent(clientKey(address))?.count ?? 0) < maxFailures,
    ended(address, success) {
      if (success) return;
      const key = clientKey(address);
      const found = recent(key);
      if (found !== undefined) {
        found.count++;
        return;
      }
      const [oldest] = failures.size >= MAX_REMEMBERED ? failures.keys() : [];
      if (oldest !== undefined) failures.delete(oldest);
      failures.set(key, { count: 1, sinceMs: clock.now() });
    },
  };
}
