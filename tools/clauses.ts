/**
 * Checks which requirement is shown by which test, and that whatever names a requirement or a clause names one that exists.
 *
 *     pnpm clauses            verify ids, clauses, and that spec/status.md and spec/status.json are current
 *     pnpm clauses --write    the same, and bring the two files up to date
 *
 * Exit code 1 if anything is wrong, with one line for each fault. A folder may be named to look through instead of this
 * repository.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { faultsIn, idsIn, knownOf, titlesIn, type Fault } from './clauses/scan.ts';
import { readSpec } from './clauses/spec.ts';
import { statusJson, statusMarkdown, type Showing } from './clauses/status.ts';

/** What a run found out. */
export interface Report {
  readonly faults: readonly Fault[];
  readonly titles: number;
  /** Of the files in spec/ their new content, for those that differ. */
  readonly stale: ReadonlyMap<string, string>;
}

/** Look through a repository. */
export function survey(root: string): Report {
  const spec = join(root, 'spec');
  const { requirements, sections } = readSpec(spec);
  const unread = JSON.parse(readFileSync(join(spec, 'unread.json'), 'utf8')) as Record<string, string>;
  const known = knownOf(requirements, sections, Object.keys(unread));
  const coverage = new Map<string, Showing[]>();
  const faults: Fault[] = [];
  let titles = 0;
  for (const file of sourceFiles(root)) {
    const source = readFileSync(join(root, file), 'utf8');
    faults.push(...faultsIn(source, file, known));
    if (!TESTS.test(file)) continue;
    for (const { text } of titlesIn(source, file)) {
      titles++;
      for (const id of idsIn(text)) coverage.set(id, [...(coverage.get(id) ?? []), { title: text, file }]);
    }
  }
  for (const showings of coverage.values()) showings.sort(byTitle);
  const wanted = {
    'status.json': statusJson(requirements, coverage),
    'status.md': statusMarkdown(requirements, coverage),
  };
  const stale = Object.entries(wanted).filter(([file, text]) => contentOf(join(spec, file)) !== text);
  return { faults, titles, stale: new Map(stale) };
}

const ROOMS = ['packages', 'apps', 'tools', 'examples', 'docs'];
const SOURCES = /\.(?:ts|smtp|md)$/;
const TESTS = /\.(?:test\.ts|smtp)$/;
const SKIPPED = new Set(['node_modules', 'dist', 'coverage', '.turbo', '.dsnkit']);

/** Source files below the rooms of the house, in order of their names. */
function sourceFiles(root: string): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) walk(path);
      else if (entry.isFile() && SOURCES.test(entry.name)) found.push(path);
    }
  };
  for (const room of ROOMS) if (existsSync(join(root, room))) walk(room);
  return found.sort();
}

function contentOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function byTitle(a: Showing, b: Showing): number {
  if (a.title !== b.title) return a.title < b.title ? -1 : 1;
  return a.file < b.file ? -1 : Number(a.file > b.file);
}

function main(root: string, write: boolean): void {
  const { faults, titles, stale } = survey(root);
  for (const { file, line, message } of faults) console.error(`${file}:${line}: ${message}`);
  for (const [file, text] of stale) {
    if (write) writeFileSync(join(root, 'spec', file), text);
    else console.error(`spec/${file}: out of date; run: pnpm clauses --write`);
  }
  console.log(`${titles} titles read, ${faults.length} faults; see spec/status.md`);
  if (faults.length > 0 || (stale.size > 0 && !write)) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({ options: { write: { type: 'boolean' } }, allowPositionals: true });
  main(positionals[0] ?? fileURLToPath(new URL('..', import.meta.url)), values.write === true);
}
