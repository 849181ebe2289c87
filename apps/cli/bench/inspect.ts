/**
 * `dsn inspect` beside Sisimai (Debian: libsisimai-perl) and letterparser: `npm run bench -- inspect`; on its own with
 * `node --conditions=source apps/cli/bench/inspect.ts [messages]`, `npm run build` before it for what people run
 *
 * The messages are the standard reports of ../shared/corpus, again and again, but with other addresses, hosts and times in
 * each copy; without that folder, those of this repository. Programs read mbox files, one thread each, start and all: ours
 * one file of them five times over in each form, 25 times in one, then once, then few messages, so that what it costs until
 * a program runs at its full rate is seen; Sisimai gets few, since it takes its time. Then the same work is done in
 * one process that has warmed up, without start and files. letterparser is a library that gives MIME parts and no fields:
 * it is set beside `parseReport`. Figures are medians of some rounds: seconds of a core, all threads of a program together,
 * and for programs those of a clock, to which other work on the machine adds.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse as letterparser } from 'letterparser';
import { parseReport } from '@dsnkit/multipart-report';
import { Teller, type View } from '../src/report/batch.ts';

const root = resolve(import.meta.dirname, '../../..');
const wanted = Number(process.argv[2] ?? 40_000);
const fewer = Math.min(wanted, 500);

interface Row {
  readonly what: string;
  readonly messages: number;
  /** Per second of a core. */
  readonly perSecond: number;
  /** Per second on the clock. */
  readonly onClock?: number;
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
    warm(reports);
    libraries(reports);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function programs(large: string, small: string): void {
  const dsn = dsnCommand();
  const inspect = (view: string, file: string, messages: number, times = 1, rounds = 3): Row => {
    const files = Array.from({ length: times }, () => file);
    return timed(`dsn inspect ${view}`, messages * times, rounds, [...dsn, 'inspect', '-j', '1', view, ...files]);
  };
  const rows = ['--json', '--csv', '--table', '--summary'].map((view) => inspect(view, large, wanted, 5));
  rows.push(inspect('--json', large, wanted, 25, 1), inspect('--json', large, wanted), inspect('--csv', large, wanted));
  const few = inspect('--json', small, fewer);
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

function timed(what: string, messages: number, rounds: number, command: readonly string[]): Row {
  const core: number[] = [];
  const clock: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const measured = ['-c', 'TIMEFORMAT="core %U %S %R"; time "$@" >/dev/null', 'bash', ...command];
    const { status, stderr } = spawnSync('bash', measured, { encoding: 'utf8' });
    const [, user, system, elapsed] = /^core (\S+) (\S+) (\S+)$/m.exec(stderr) ?? [];
    if (status !== 0) throw new Error(`${what}: ${stderr}`);
    core.push(Number(user) + Number(system));
    clock.push(Number(elapsed));
  }
  return { what, messages, perSecond: messages / median(core), onClock: messages / median(clock) };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

/** What a thread does once it is warm: messages in memory become lines. */
function warm(reports: readonly Uint8Array[]): void {
  const texts = reports.map((octets) => Buffer.from(octets).toString('latin1'));
  const messages = Array.from({ length: 30 }, (_, copy) => texts.map((text) => varied(text, copy)))
    .flat()
    .map((text, at) => ({ file: 'large.mbox', index: at + 1, octets: Buffer.from(text, 'latin1') }));
  const view = (format: View['format']): View => ({
    format,
    filter: {},
    explain: false,
    colors: false,
    columns: 80,
    shown: false,
  });
  const group = 90;
  const inspect = (format: View['format']) => (): void => {
    for (let at = 0; at < messages.length; at += group)
      new Teller(view(format)).tell(messages.slice(at, at + group)).result();
  };
  show([
    each('warm, from memory: --json', messages.length, inspect('json')),
    each('warm, from memory: --csv', messages.length, inspect('csv')),
    each('warm, from memory: --table', messages.length, inspect('table')),
    each('warm, from memory: --summary', messages.length, inspect('none')),
    each('warm, from memory: parseReport', messages.length, () => {
      for (const { octets } of messages) parseReport(octets);
    }),
  ]);
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
  const seconds: number[] = [];
  for (let round = 0; round < 15; round++) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    // The first rounds warm up.
    if (round > 3) seconds.push((user + system) / 1e6);
  }
  return { what, messages, perSecond: messages / median(seconds) };
}

function show(rows: readonly Row[]): void {
  const [ours] = rows;
  for (const { what, messages, perSecond, onClock } of rows) {
    const ratio = ours === undefined ? 1 : ours.perSecond / perSecond;
    const rate = (of: number): string => Math.round(of).toLocaleString('en').padStart(8);
    const clock = onClock === undefined ? '' : `, ${rate(onClock).trim()} on the clock`;
    console.log(
      `${what.padEnd(38)} ${String(messages).padStart(7)} messages ${rate(perSecond)} per second and core   ×${ratio.toFixed(ratio < 10 ? 2 : 0)}${clock}`,
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
  const texts = reports.map((octets) => Buffer.from(octets).toString('latin1'));
  const entries = Array.from({ length: messages }, (_, at) => {
    const quoted = varied(texts[at % texts.length] ?? '', Math.floor(at / texts.length))
      .replace(/^From [^\n]*\n/, '')
      .replace(/\r(?!\n)/g, '\n')
      .replace(/^(>*From )/gm, '>$1');
    return Buffer.from(`From bench@example.org Thu Jan  1 00:00:00 2026\n${quoted}\n\n`, 'latin1');
  });
  return Buffer.concat(entries);
}

/** The same report with other addresses, hosts and times, as long as it was: what remembers texts has no advantage. */
function varied(text: string, copy: number): string {
  const letters = ((copy + 1) * 2_654_435_761).toString(36);
  const other = (word: string): string => {
    const count = Math.min(letters.length, Math.max(0, word.length - 2));
    return word.slice(0, word.length - count) + letters.slice(0, count);
  };
  const two = (number: number): string => String(number).padStart(2, '0');
  return text
    .replace(
      /([A-Za-z0-9._+=-]{1,64})@([A-Za-z0-9-]{1,63})(?=\.[A-Za-z0-9-])/g,
      (_, local: string, host: string) => `${other(local)}@${other(host)}`,
    )
    .replace(
      /\b(\d\d):(\d\d):(\d\d)\b/g,
      (_, hour: string, minute: string, second: string) =>
        `${two((Number(hour) + copy) % 24)}:${two((Number(minute) + copy * 7) % 60)}:${two((Number(second) + copy * 11) % 60)}`,
    );
}

main();
