import type { Admin } from '../ports.ts';
import { Problem } from './problem.ts';

/** Operators' side of a server that has none: every question and action is refused. */
export function noAdmin(): Admin {
  const refuse = (): Promise<never> => Promise.reject(new Problem('not-available', 'This server does not offer this'));
  const refusing = new Proxy({}, { get: (_, name) => NOTHING.get(name) ?? refuse });
  return {
    queue: refusing as Admin['queue'],
    events: refusing as Admin['events'],
    suppression: refusing as Admin['suppression'],
    webhooks: refusing as Admin['webhooks'],
  };
}

const NOTHING: ReadonlyMap<string | symbol, () => unknown> = new Map<string, () => unknown>([
  ['destinations', () => Promise.resolve([])],
  ['get', () => Promise.resolve(undefined)],
  ['all', () => ReadableStream.from([])],
]);
