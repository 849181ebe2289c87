import { UsageError } from '../usage-error.ts';
import type { Address } from './dialogue.ts';

/**
 * `HOST`, `HOST:PORT`, `[IPV6]` or `[IPV6]:PORT`.
 *
 * @throws {UsageError} one line that names `what`
 */
export function parseAddress(text: string, what: string, defaultPort: number): Address {
  const match = /^(?:\[([^\]\s]+)\]|([^:/\s[\]]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? defaultPort);
  if (host === undefined || port < 1 || port > 65_535)
    throw new UsageError(`${what} ${JSON.stringify(text)}: expected HOST, HOST:PORT or [IPV6]:PORT`);
  return { host, port };
}
