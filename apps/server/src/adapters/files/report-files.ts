import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { parseTexts } from '../../notification/texts/file.ts';
import type { ReportFiles } from '../../queue/telling/report.ts';
import { readDkimKey } from './dkim-keys.ts';
import { readText } from './text-files.ts';

/**
 * Reads the files that `[report]` names, and the key of our return paths, which lies beside the queue; it is made when a
 * route needs it first.
 *
 * @param note - Is told in one line of each file of texts in which some are missing.
 * @throws {Error} with one line that names the file, if it can't be used
 */
export function readReportFiles(
  { report, routes, store }: Pick<Config, 'report' | 'routes' | 'store'>,
  note: (line: string) => void,
): ReportFiles {
  const texts = report.texts.map((file) => {
    const { texts: read, missing, standIn } = parseTexts(readText(file), file);
    if (missing.length > 0) note(`${file}: ${missing.length} texts are missing (${standIn} is said): ${few(missing)}`);
    return read;
  });
  const wanted = routes.some(({ verp }) => verp === true);
  const returnPathKey = readOwnKey(join(store.directory, KEY_FILE), wanted);
  return {
    texts,
    dkimKeys: report.dkim.map(readDkimKey),
    ...(returnPathKey === undefined ? {} : { returnPathKey }),
  };
}

/** A key of return paths that nodes may share: this node's, if it has one. */
export function newReturnPathKey(directory: string): Uint8Array {
  const file = join(directory, KEY_FILE);
  return existsSync(file) ? readFileSync(file) : randomBytes(KEY_OCTETS);
}

/** Makes a key that others share this node's. */
export function keepReturnPathKey(directory: string, key: Uint8Array): void {
  writeFileSync(join(directory, KEY_FILE), key, { mode: 0o600, flush: true });
}

const KEY_FILE = 'return-path.key';
const KEY_OCTETS = 32;

function readOwnKey(file: string, wanted: boolean): Uint8Array | undefined {
  if (!existsSync(file)) {
    if (!wanted) return undefined;
    writeFileSync(file, randomBytes(KEY_OCTETS), { mode: 0o600, flag: 'wx', flush: true });
  }
  const key = readFileSync(file);
  if (key.length < KEY_OCTETS) throw new Error(`${file}: the key is too short; a new one is made if it is taken away`);
  return key;
}

function few(keys: readonly string[]): string {
  return keys.length <= 8 ? keys.join(', ') : `${keys.slice(0, 8).join(', ')}, …`;
}
