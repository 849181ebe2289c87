import { isAddress } from '../routing/address.ts';
import { ConfigError } from './error.ts';
import type { Config } from './model.ts';

/**
 * Adds the members of the files that lists name.
 *
 *     file = *( [ address ] [ "#" comment ] LF )
 *
 * @param read - The text of a file; what it throws is told as a fault of the list.
 * @throws {ConfigError} with the file and the line
 * @example
 * ```ts
 * withListMembers(config, (path) => readFileSync(path, 'utf8'))
 * ```
 */
export function withListMembers(config: Config, read: (path: string) => string): Config {
  const lists = config.lists.map((list) =>
    list.membersFile === undefined
      ? list
      : { ...list, members: [...list.members, ...readMembers(list.membersFile, read)] },
  );
  return { ...config, lists };
}

function readMembers(path: string, read: (path: string) => string): string[] {
  const lines = textOf(path, read).split(/\r\n|\r|\n/);
  return lines.flatMap((line, index) => {
    const address = line.replace(/#.*/, '').trim();
    if (address === '') return [];
    if (!isAddress(address)) {
      throw new ConfigError(
        path,
        index + 1,
        'members-file',
        `${JSON.stringify(address)} is no address; allowed: one address per line`,
      );
    }
    return [address];
  });
}

function textOf(path: string, read: (path: string) => string): string {
  try {
    return read(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(path, 1, 'members-file', `can't be read: ${why}; allowed: a text file`);
  }
}
