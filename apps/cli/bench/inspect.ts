/**
 * `dsn inspect` beside Sisimai (Debian: libsisimai-perl) and letterparser: `npm run bench -- inspect [messages]`
 *
 * The messages are the standard reports of ../shared/corpus, again and again; without that folder, those of this
 * repository. Programs read one mbox and write JSON, one thread each, start and all; Sisimai gets fewer messages, since it
 * takes its time, and a rate is what counts. letterparser is a library that gives MIME parts and no fields: it is set
 * beside the reading of `dsn inspect` in one process. A figure is
 * the best of a few rounds, since other work on the machine only adds to it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse as letterparser } from 'letterparser';
import { parseReport } from '@dsnkit/multipart-report';

const root = resolve(import.meta.dirname, '../../..');
const wanted = Number(process.argv[2] ?? 40_000);
const fewer = Math.min(wanted, 500);

interface Row {
  readonly what: string;
  readonly messages: number;
  readonly perSecond: number;
}

function main(): void {
  const reports = standardReports();
  const folder = mkdtempSync(join(tmpdir(), 'dsnkit-inspect-'));
  try {
    const large = join(folder, 'large.mbox');
    const small = join(folder, 'small.mbox');
    writeFileSync(large, mbox(reports, wanted));
    writeFileSync(small, mbox(reports, fewer));
    const octets = reports.reduce((sum, { length }) => sum + length, 0);
    console.log(`${reports.length} standard reports of ${Math.round(octets / reports.length)} octets on average`);
    programs(large, small);
    libraries(reports);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function programs(large: string, small: string): void {
  const dsn = dsnCommand();
  const inspect = (view: string): Row =>
    timed(`dsn inspect ${view}`, wanted, 3, [...dsn, 'inspect', '-j', '1', view, large]);
  const rows = [inspect('--json'), inspect('--csv'), inspect('--summary')];
  const few = timed('dsn inspect --json, start outweighs', fewer, 3, [...dsn, 'inspect', '-j', '1', '--json', small]);
  const script = 'use Sisimai; print Sisimai->dump($ARGV[0], "delivered" => 1);';
  if (spawnSync('perl', ['-MSisimai', '-e', '1']).status === 0) {
    show([...rows, few, timed('Sisimai', fewer, 1, ['perl', '-e', script, small])]);
  } else {
    show([...rows, few]);
    console.log('Sisimai is not installed (Debian: libsisimai-perl): left out');
  }
}

/** What people run, if it has been built; else from the source, which starts more slowly. */
function dsnCommand(): readonly string[] {
  const built = join(root, 'apps/cli/dist/main.js');
  if (existsSync(built)) return [process.execPath, built];
  return [process.execPath, '--conditions=source', join(root, 'apps/cli/src/main.ts')];
}

/** Seconds of a core, all threads together: what else the machine does counts less than on a clock. */
function timed(what: string, messages: number, rounds: number, command: readonly string[]): Row {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const measured = ['-c', 'TIMEFORMAT="core %U %S"; time "$@" >/dev/null', 'bash', ...command];
    const { status, stderr } = spawnSync('bash', measured, { encoding: 'utf8' });
    const [, user, system] = /^core (\S+) (\S+)$/m.exec(stderr) ?? [];
    if (status !== 0) throw new Error(`${what}: ${stderr}`);
    best = Math.min(best, Number(user) + Number(system));
  }
  return { what, messages, perSecond: messages / best };
}

function libraries(reports: readonly Uint8Array[]): void {
  const texts = reports.map((octets) => Buffer.from(octets).toString());
  // letterparser throws at some reports: those are left out on both sides.
  const readable = texts.flatMap((text, at) =>
    reads(text) ? [{ text, octets: reports[at] ?? new Uint8Array() }] : [],
  );
  if (readable.length < reports.length)
    console.log(`letterparser can't read ${reports.length - readable.length} of the reports: left out on both sides`);
  show([
    each('parseReport', readable.length, () => readable.forEach(({ octets }) => parseReport(octets))),
    each('letterparser, parts only', readable.length, () => readable.forEach(({ text }) => letterparser(text))),
  ]);
}

function reads(text: string): boolean {
  try {
    letterparser(text);
    return true;
  } catch {
    return false;
  }
}

function each(what: string, messages: number, work: () => void): Row {
  let best = Infinity;
  for (let round = 0; round < 60; round++) {
    const startMs = performance.now();
    work();
    best = Math.min(best, performance.now() - startMs);
  }
  return { what, messages, perSecond: (messages / best) * 1000 };
}

function show(rows: readonly Row[]): void {
  const [ours] = rows;
  for (const { what, messages, perSecond } of rows) {
    const ratio = ours === undefined ? 1 : ours.perSecond / perSecond;
    const rate = Math.round(perSecond).toLocaleString('en').padStart(8);
    console.log(
      `${what.padEnd(38)} ${String(messages).padStart(6)} messages ${rate} per second and core   ×${ratio.toFixed(ratio < 10 ? 2 : 0)}`,
    );
  }
}

function standardReports(): Uint8Array[] {
  const corpus = resolve(root, '../shared/corpus');
  if (existsSync(corpus)) {
    const truth = JSON.parse(readFileSync(join(corpus, 'truth.json'), 'utf8')) as readonly Truth[];
    return truth.filter(({ standardDsn }) => standardDsn).map(({ file }) => readFileSync(join(corpus, file)));
  }
  console.log('../shared/corpus is absent: the reports of this repository');
  const folder = join(root, 'apps/cli/test/mail');
  const files = readdirSync(folder).filter((name) => /^(?:failed|delayed|delivered|global)\.eml$/.test(name));
  return files.map((name) => readFileSync(join(folder, name)));
}

interface Truth {
  readonly file: string;
  readonly standardDsn: boolean;
}

function mbox(reports: readonly Uint8Array[], messages: number): Buffer {
  const entries = reports.map((octets) => {
    const text = Buffer.from(octets).toString('latin1');
    const quoted = text
      .replace(/^From [^\n]*\n/, '')
      .replace(/\r(?!\n)/g, '\n')
      .replace(/^(>*From )/gm, '>$1');
    return Buffer.from(`From bench@example.org Thu Jan  1 00:00:00 2026\n${quoted}\n\n`, 'latin1');
  });
  return Buffer.concat(Array.from({ length: messages }, (_, at) => entries[at % entries.length] ?? Buffer.alloc(0)));
}

main();
