import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readWhole, type InputMessage } from '../input/messages.ts';
import { UsageError } from '../usage-error.ts';
import type { Arrivals } from './reports.ts';

/**
 * Messages that come into a Maildir after this call; the folder need not be there yet.
 *
 * @throws {UsageError} where a file has its name, or a folder of other things
 */
export function maildirArrivals(maildir: string): Arrivals {
  const found = statSync(maildir, { throwIfNoEntry: false });
  if (found?.isDirectory() === false)
    throw new UsageError(`--reports ${maildir}: expected a Maildir, which is a folder`);
  const names = found === undefined ? [] : readdirSync(maildir);
  // One that is empty may become one; in any other nothing would ever be found.
  if (names.length > 0 && !['new', 'cur', 'tmp'].some((part) => names.includes(part)))
    throw new UsageError(`--reports ${maildir}: expected a Maildir, which has folders new and cur`);
  const known = new Set(filesIn(maildir));
  return {
    everyMs: 200,
    look: () => arrived(maildir, known),
    close: () => Promise.resolve(),
  };
}

async function* arrived(maildir: string, known: Set<string>): AsyncGenerator<InputMessage> {
  for (const file of filesIn(maildir)) {
    if (known.has(file)) continue;
    known.add(file);
    // A file may have moved from new to cur meanwhile; it is found there next time.
    yield* readWhole(file, () => known.delete(file)) ?? [];
  }
  await Promise.resolve();
}

function filesIn(maildir: string): string[] {
  return ['new', 'cur'].flatMap((part) => {
    const folder = join(maildir, part);
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort()
      .map((name) => join(folder, name));
  });
}
