import { adminFaults } from './config/admin.ts';
import { bodiesFaults } from './config/bodies.ts';
import type { AliasConfig, Config } from './config/model.ts';
import { reportFaults } from './config/report.ts';
import { readToml, type Fault } from './config/read.ts';
import { configSchema } from './config/schema.ts';
import { webhookFaults } from './config/webhook.ts';
import { canonicalAddress } from './routing/address.ts';
import { isWholeDomain } from './routing/alias-table.ts';

export { remarksOn } from './config/remarks.ts';
export { ConfigError } from './config/error.ts';
export { isLoopback, withAdminSecrets } from './config/admin.ts';
export { withBucketSecret } from './config/bodies.ts';
export { withListMembers, withRecipients } from './config/address-files.ts';
export { withWebhookSecrets } from './config/webhook.ts';
export { withPasswords } from './config/route.ts';
export { clientKey, inNetworks } from './config/networks.ts';
export { parseUsers } from './config/users.ts';
export type * from './config/model.ts';

/**
 * Reads a configuration file.
 *
 * @param text - The TOML text.
 * @param fileName - The file as messages name it.
 * @param folder - The folder from which relative paths in the file count; '' leaves them as they are.
 * @throws {ConfigError} at the first key that is wrong, unknown or missing
 * @example
 * ```ts
 * parseConfig('hostname = "mx.example.org"\nstore = "sqlite:data"\n[[listen]]\naddress = "[::1]:25"', 'dsnd.toml', '/etc')
 * ```
 */
export function parseConfig(text: string, fileName: string, folder: string): Config {
  return readToml(text, fileName, configSchema(folder), contradictions);
}

/**
 * What runs without a configuration file: SMTP on 127.0.0.1:2525, store, mail and simulator under one folder, and
 * nothing leaves the machine.
 *
 * The host has no name of its own here, so reports come from a `x-local-hostname` (RFC 3461 §6.3(b)).
 *
 * @example
 * ```ts
 * localModeConfig('/home/me/project').store.directory // '/home/me/project/.dsnkit/queue'
 * ```
 */
export function localModeConfig(directory: string): Config {
  return parseConfig(localModeText, 'local mode', directory);
}

/** The configuration of local mode. */
export const localModeText = `
hostname = "localhost"
store = "sqlite:.dsnkit/queue"
[[listen]]
address = "127.0.0.1:2525"
[[route]]
match = "simulator.test"
to = "simulator:"
[[route]]
match = "*"
to = "maildir:.dsnkit/mail"
[admin]
listen = "127.0.0.1:8025"
[history]
contents = "all"
content-max-octets = 262144
[suppression]
statuses = [] # the failures of the simulator are meant
[retry] # impatient, so that every kind of report can be watched
delays = ["2s", "3s", "5s", "15s", "1m"]
delayed-after = "4s"
expire-after = "10m"`;

/** What is wrong although each value by itself is right. */
function contradictions(config: Config): readonly Fault[] {
  const faults: Fault[] = [];
  if (config.listen.length === 0)
    faults.push({ path: ['listen'], what: 'is missing; allowed: one [[listen]] or more' });
  faults.push(...reportFaults(config), ...adminFaults(config), ...bodiesFaults(config), ...webhookFaults(config));
  faults.push(...config.listen.flatMap((listen, i) => listenFaults(config, listen, i)));
  const sockets = new Set<string>();
  for (const [i, { host, port }] of config.listen.entries()) {
    const what = `${host} port ${port} stands twice; allowed: each address once`;
    if (port > 0 && sockets.has(`${host} ${port}`)) faults.push({ path: ['listen', i, 'address'], what });
    sockets.add(`${host} ${port}`);
  }
  faults.push(...config.aliases.flatMap(aliasFaults));
  const taken = new Set<string>();
  for (const [table, entries] of [
    ['alias', config.aliases],
    ['list', config.lists],
  ] as const) {
    for (const [i, { address }] of entries.entries()) {
      const what = `"${address}" stands twice; allowed: each alias and list address once`;
      if (taken.has(canonicalAddress(address))) faults.push({ path: [table, i, 'address'], what });
      taken.add(canonicalAddress(address));
    }
  }
  return faults;
}

/** Another domain can be meant only for a whole one. */
function aliasFaults({ address, to }: AliasConfig, i: number): readonly Fault[] {
  const wrong = to.find(
    (target) =>
      isWholeDomain(target) && (!isWholeDomain(address) || canonicalAddress(target) === canonicalAddress(address)),
  );
  if (wrong === undefined) return [];
  const what = `"${wrong}" is not for "${address}"; allowed: an address, or for *@domain *@other-domain`;
  return [{ path: ['alias', i, 'to'], what }];
}

function listenFaults({ tls, users }: Config, listen: Config['listen'][number], i: number): readonly Fault[] {
  const faults: Fault[] = [];
  const add = (key: string, what: string): void => void faults.push({ path: ['listen', i, key], what });
  if (listen.tls !== 'off' && tls === undefined) add('tls', `needs a certificate; allowed: off, or add a [tls] table`);
  if (listen.tlsRequired && listen.tls === 'off')
    add('tls-required', 'can never be met; allowed: false with tls = "off"');
  if (listen.auth.length > 0 && users === undefined) add('auth', 'needs users; allowed: [], or add a [users] table');
  if (listen.role !== 'lmtp') return faults;
  // RFC 2033 §5.
  if (listen.port === 25) add('address', 'is the port of SMTP; allowed: any other port for lmtp');
  for (const keyword of ['PIPELINING', 'ENHANCEDSTATUSCODES'])
    if (listen.without.has(keyword)) add('without', `${keyword} belongs to LMTP; allowed: other keywords`);
  return faults;
}
