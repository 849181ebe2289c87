import { canonicalLocalPart, isAddress } from '../routing/address.ts';
import { ConfigError } from './error.ts';
import type { Config, RouteConfig } from './model.ts';

/** Gives the text of a file; what it throws is told as a fault of the key that names the file. */
type Read = (path: string) => string;

/**
 * Adds the members of the files that lists name.
 *
 *     file = *( [ address ] [ "#" comment ] LF )
 *
 * @throws {ConfigError} with the file and the line
 * @example
 * ```ts
 * withListMembers(config, (path) => readFileSync(path, 'utf8'))
 * ```
 */
export function withListMembers(config: Config, read: Read): Config {
  const lists = config.lists.map((list) => {
    if (list.membersFile === undefined) return list;
    const more = entriesOf(list.membersFile, 'members-file', read).map((entry) =>
      isAddress(entry.text) ? entry.text : entry.complain('is no address; allowed: one address per line'),
    );
    return { ...list, members: [...list.members, ...more] };
  });
  return { ...config, lists };
}

/**
 * Adds the recipients of the files that routes name.
 *
 *     file = *( [ local-part ] [ "#" comment ] LF )
 *
 * @throws {ConfigError} with the file and the line
 */
export function withRecipients(config: Config, read: Read): Config {
  const routes = config.routes.map((route): RouteConfig => {
    if (route.recipientsFile === undefined) return route;
    const more = entriesOf(route.recipientsFile, 'recipients-file', read).map((entry) =>
      isAddress(`${entry.text}@example.org`)
        ? canonicalLocalPart(entry.text)
        : entry.complain('is no local-part; allowed: one local-part such as bob per line'),
    );
    return { ...route, recipients: new Set([...(route.recipients ?? []), ...more]) };
  });
  return { ...config, routes };
}

interface Entry {
  readonly text: string;
  complain(what: string): never;
}

function entriesOf(path: string, key: string, read: Read): readonly Entry[] {
  return textOf(path, key, read)
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({
      // RFC 5321 §4.1.2: `#` may stand in a local-part.
      text: line.replace(/(^|\s)#.*/, '').trim(),
      complain(what: string): never {
        throw new ConfigError(path, index + 1, key, `${JSON.stringify(this.text)} ${what}`);
      },
    }))
    .filter(({ text }) => text !== '')
    .map((entry) =>
      // What a reader of UTF-8 makes of octets of another charset; it would be an address that nobody writes to.
      entry.text.includes('\uFFFD') ? entry.complain('is not UTF-8; allowed: text in UTF-8') : entry,
    );
}

function textOf(path: string, key: string, read: Read): string {
  try {
    return read(path);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(path, 1, key, `can't be read: ${why}; allowed: a text file`);
  }
}
