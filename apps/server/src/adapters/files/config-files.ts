import { dirname, resolve } from 'node:path';
import {
  ConfigError,
  parseConfig,
  parseUsers,
  withAdminSecrets,
  withBucketSecret,
  withListMembers,
  withPasswords,
  withRecipients,
  withWebhookSecrets,
  type Config,
} from '../../config.ts';
import { makeLanguages } from '../../notification/language.ts';
import { parseTexts } from '../../notification/texts/file.ts';
import { readDkimKey } from './dkim-keys.ts';
import { TlsIdentities } from '../network/node-tls.ts';
import { NotAFileError, NotSetError, readText } from './text-files.ts';

/**
 * Reads a configuration file, and of the files that it names those that are part of it.
 *
 * @throws {ConfigError} with file, line and key, or the error of a file that can't be read
 */
export function loadConfig(file: string): Config {
  const config = parseConfig(readText(file), file, dirname(resolve(file)));
  const complain = (what: string): Error => new ConfigError(file, 1, 'admin', what);
  const routed = withPasswords(
    withRecipients(withListMembers(config, readText), readText),
    readText,
    (what) => new ConfigError(file, 1, 'route.auth', what),
  );
  const withSecrets = withAdminSecrets(routed, readText, complain);
  const complete = withBucketSecret(withSecrets, readText, (what) => new ConfigError(file, 1, 'bodies', what));
  const environment = (name: string): string | undefined => process.env[name];
  const wrong = (what: string): Error => new ConfigError(file, 1, 'webhook', what);
  return withWebhookSecrets(complete, readText, environment, wrong);
}

/**
 * Reads and checks everything that a start would read, and changes nothing.
 *
 * @throws {Error} with one line that says what is wrong
 */
export async function checkConfig(file: string): Promise<Config> {
  const config = loadConfig(file);
  if (config.tls !== undefined) await new TlsIdentities().contextOf(config.tls);
  if (config.users !== undefined) parseUsers(readText(config.users.file), config.users.file);
  makeLanguages(
    config.report,
    config.report.texts.map((file) => parseTexts(readText(file), file).texts),
  );
  for (const key of config.report.dkim) readDkimKey(key);
  return config;
}

/** Whether the message of an error is made for whoever wrote the configuration. */
export function isConfigFault(error: unknown): error is Error {
  return (
    error instanceof ConfigError ||
    error instanceof NotSetError ||
    error instanceof NotAFileError ||
    (error instanceof Error && 'code' in error && 'syscall' in error)
  );
}
