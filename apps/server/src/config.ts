import { contradictions } from './config/contradictions.ts';
import type { Config } from './config/model.ts';
import { readToml } from './config/read.ts';
import { configSchema } from './config/schema.ts';

export { remarksOn } from './config/remarks.ts';
export { ConfigError } from './config/error.ts';
export { isLoopback, withAdminSecrets } from './config/admin.ts';
export { namingOf } from './config/naming.ts';
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
