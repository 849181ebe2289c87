import type { Config } from '../config.ts';

/** What stands in place of a secret. */
const HIDDEN = '(hidden)';
const SECRET = /password$|token$|secrets?$|key$/i;

/** The configuration as JSON: sets as arrays, functions and secrets not told, user parts of URLs hidden. */
export function configView(config: Config): Record<string, unknown> {
  return view(config, '') as Record<string, unknown>;
}

function view(value: unknown, name: string): unknown {
  if (value === undefined || typeof value === 'function') return undefined;
  if (SECRET.test(name) && value !== null) return HIDDEN;
  if (typeof value === 'string')
    // The user part reaches to the last @, and the query may have a password, too.
    return value.replace(/(:\/\/)[^/\s]*@/g, `$1${HIDDEN}@`).replace(/([?&][a-z]*password=)[^&\s]*/gi, `$1${HIDDEN}`);
  if (value instanceof Set) return [...(value as ReadonlySet<unknown>)].map((one) => view(one, ''));
  if (value instanceof Map) return view(Object.fromEntries(value as ReadonlyMap<string, unknown>), '');
  if (value instanceof Uint8Array) return HIDDEN;
  if (Array.isArray(value)) return value.map((one) => view(one, ''));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, view(inner, key)]));
}
