import * as v from 'valibot';
import { parseScrypt } from '../receiving/auth/hash.ts';
import { isDomain } from '../routing/address.ts';
import type { AdminConfig, Config } from './model.ts';
import { inNetworks, parseNetwork } from './networks.ts';
import type { Fault } from './read.ts';
import { listOf, optional, table, text } from './settings.ts';
import { parseHostPort, resolvePath } from './units.ts';

const listen = text('HOST:PORT or [IPv6]:PORT', parseHostPort);
const host = text('a host name or network address', (value) =>
  isDomain(value) || parseNetwork(value) !== undefined ? value.toLowerCase() : undefined,
);

/** The `[admin]` table. */
export function admin(folder: string): v.GenericSchema<unknown, AdminConfig> {
  const file = text('the path of a file', (value) =>
    /^[^\u0000]+$/.test(value) ? resolvePath(folder, value) : undefined,
  );
  return v.pipe(
    table({
      listen: optional(listen, { host: '127.0.0.1', port: 8025 }),
      'token-file': optional(file, undefined),
      'password-file': optional(file, undefined),
      hosts: optional(listOf(host, 0), []),
    }),
    v.transform((read): AdminConfig => ({
      ...read.listen,
      hosts: read.hosts,
      ...(read['token-file'] === undefined ? {} : { tokenFile: read['token-file'] }),
      ...(read['password-file'] === undefined ? {} : { passwordFile: read['password-file'] }),
    })),
  );
}

/** Whoever can reach the API can read and drop mail: beyond this host only with a secret. */
export function adminFaults({ admin: read }: Config): readonly Fault[] {
  if (read === undefined || isLoopback(read.host)) return [];
  if (read.tokenFile !== undefined || read.passwordFile !== undefined) return [];
  const what = `"${read.host}" can be reached from other hosts; allowed: 127.0.0.1, [::1], localhost, or add token-file or password-file`;
  return [{ path: ['admin', 'listen'], what }];
}

const LOOPBACK = ['127.0.0.0/8', '::1'].flatMap((range) => parseNetwork(range) ?? []);

/** Whether only this host can reach an address. */
export function isLoopback(name: string): boolean {
  return name === 'localhost' || inNetworks(LOOPBACK, name);
}

/** The one line that a file of a secret holds; a line end at its end does not count. */
const SECRET = /^[!-~]{8,1024}$/;

/**
 * The configuration with the token and the password of the API.
 *
 * @param read - Gives the text of a file; what it throws is passed on.
 * @param fault - Makes the error for a file that holds no secret; it is told what is wrong, and the name of that.
 */
export function withAdminSecrets<C extends { readonly admin?: AdminConfig }>(
  config: C,
  read: (path: string) => string,
  fault: (what: string, name: string) => Error,
): C {
  if (config.admin === undefined) return config;
  const { tokenFile, passwordFile } = config.admin;
  const secret = (path: string): string => {
    const found = read(path).replace(/\r?\n$/, '');
    if (!SECRET.test(found))
      throw fault(`${path}: expected one line of 8 or more printable characters without spaces`, path);
    return found;
  };
  const password = passwordFile === undefined ? undefined : secret(passwordFile);
  return {
    ...config,
    admin: {
      ...config.admin,
      ...(tokenFile === undefined ? {} : { token: secret(tokenFile) }),
      ...(password === undefined ? {} : { password: parseScrypt(password) ?? password }),
    },
  };
}
