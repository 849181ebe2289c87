import { dirname, resolve } from 'node:path';
import {
  ConfigError,
  namingOf,
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
 * @throws {ConfigError} with file, line and key, or the error of the configuration file itself if it can't be read
 */
export function loadConfig(file: string): Config {
  return load(file).config;
}

/**
 * Reads and checks everything that a start would read, and changes nothing.
 *
 * @throws {Error} with one line that says what is wrong
 */
export async function checkConfig(file: string): Promise<Config> {
  const { config, read, complain } = load(file);
  const { tls, users, report } = config;
  const at = <T>(name: string, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw error instanceof ConfigError ? error : complain(name, error);
    }
  };
  if (tls !== undefined) {
    await new TlsIdentities().contextOf(tls).catch((error: unknown) => {
      const what = messageOf(error);
      const name = what.includes(`'${tls.keyFile}'`) ? tls.keyFile : tls.certificateFile;
      throw complain(name, new Error(`${what}; allowed: a certificate and its key, in PEM`));
    });
  }
  if (users !== undefined) parseUsers(read(users.file), users.file);
  const texts = report.texts.map((path) => at(path, () => parseTexts(read(path), path).texts));
  try {
    makeLanguages(report, texts);
  } catch (error) {
    // It names the key itself.
    const what = messageOf(error);
    const tag = [report.language ?? [], report.languages ?? []].flat().find((one) => what.includes(`"${one}"`)) ?? '';
    throw new ConfigError(file, complain(tag, error).line, '', what);
  }
  for (const key of report.dkim) at(key.keyFile, () => readDkimKey(key));
  return config;
}

interface Loaded {
  readonly config: Config;
  /** Gives the text of a file that the configuration names. @throws {ConfigError} at the key that names it */
  readonly read: (path: string) => string;
  /** The error for what the configuration names and what can't be used. */
  readonly complain: (name: string, error: unknown) => ConfigError;
}

function load(file: string): Loaded {
  const text = readText(file);
  const folder = dirname(resolve(file));
  const config = parseConfig(text, file, folder);
  const naming = namingOf(text, folder);
  const complain = (name: string, error: unknown): ConfigError => {
    const { key, line } = naming(name) ?? { key: '', line: 1 };
    return new ConfigError(file, line, key, messageOf(error));
  };
  const read = (path: string): string => {
    try {
      return readText(path);
    } catch (error) {
      const what = `can't be read: ${messageOf(error)}; allowed: what is there, and may be read by who runs this`;
      throw complain(path, new Error(what));
    }
  };
  const wrong = (what: string, name: string): Error => complain(name, new Error(what));
  const routed = withPasswords(withRecipients(withListMembers(config, read), read), read, wrong);
  const withSecrets = withBucketSecret(withAdminSecrets(routed, read, wrong), read, wrong);
  const complete = withWebhookSecrets(withSecrets, read, (name) => process.env[name], wrong);
  return { config: complete, read, complain };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
