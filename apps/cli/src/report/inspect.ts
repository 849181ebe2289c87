import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Progress } from '../terminal/progress.ts';
import { jsonText } from '../terminal/json.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';
import type { BatchResult, View } from './batch.ts';
import { charts, countsJson } from './chart.ts';
import { CSV_HEADER, EXPLAINED_CSV_HEADER } from './csv.ts';
import { filterOf, type FilterOptions } from './filter-options.ts';
import { ownThread, threads, type Crew } from './pool.ts';
import { merge, noCounts } from './statistics.ts';
import { tableHeader } from './table.ts';
import { workOf } from './work.ts';

export interface InspectOptions extends FilterOptions {
  readonly json?: true;
  readonly csv?: true;
  readonly table?: true;
  readonly summary?: true;
  readonly explain?: true;
  readonly top: string;
  readonly jobs?: string;
}

/** Work that is over sooner is not worth a thread. */
const ALONE_MS = 300;

/** Reads messages and tells what they report. */
export async function inspect(files: readonly string[], options: InspectOptions, context: Context): Promise<ExitCode> {
  const { terminal, paint, complain } = context;
  const top = wholeNumber(options.top, '--top');
  const jobs = options.jobs === undefined ? availableParallelism() : wholeNumber(options.jobs, '--jobs');
  const view: View = {
    format: options.summary === true ? 'none' : formatOf(options),
    filter: filterOf(options, Date.now()),
    explain: options.explain === true,
    colors: context.colors,
    columns: terminal.columns,
    shown: terminal.shown,
  };
  if (view.format === 'csv') terminal.out(CSV_HEADER);
  if (view.format === 'explained-csv') terminal.out(EXPLAINED_CSV_HEADER);
  if (view.format === 'table') terminal.out(tableHeader(terminal.columns, paint));
  const counts = noCounts();
  let written = 0;
  let read = 0;
  let faults = 0;
  const counting = {
    ...context,
    complain: (message: string) => {
      faults++;
      complain(message);
    },
  };
  await run(files, view, jobs, counting, ({ output, counts: own, messages }) => {
    read += messages;
    if (own !== undefined) merge(counts, own);
    if (output.length === 0) return;
    terminal.out(written === 0 && view.format === 'text' ? output.subarray(1) : output);
    written += output.length;
  });
  // Silence might as well mean that nothing failed, or that there was nothing to read.
  const isFiltered = Object.keys(view.filter).length > 0;
  if (written === 0 && read > 0 && isFiltered && view.format !== 'none' && !context.quiet)
    terminal.err(`${read === 1 ? 'one message' : `${read} messages`} read; none passes the filters\n`);
  if (read === 0 && faults === 0 && view.format !== 'none' && !context.quiet) terminal.err('no message there\n');
  if (options.summary === true) {
    terminal.out(
      options.json === true ? `${jsonText(countsJson(counts))}\n` : charts(counts, top, terminal.columns, paint),
    );
  }
  if (files.length === 0) complain('no input');
  return EXIT.fine;
}

function formatOf({ json, csv, table, explain }: InspectOptions): View['format'] {
  if (json === true) return 'json';
  if (csv === true) return explain === true ? 'explained-csv' : 'csv';
  return table === true ? 'table' : 'text';
}

/** Gives the results in the order of the input, whoever did the work. */
async function run(
  files: readonly string[],
  view: View,
  jobs: number,
  { terminal, quiet, complain }: Context,
  take: (result: BatchResult) => void,
): Promise<void> {
  const startMs = Date.now();
  const watched = terminal.watched && !quiet && (!terminal.shown || view.format === 'none');
  const progress = new Progress(terminal, watched, watched ? totalOctets(files) : undefined, startMs);
  let crew: Crew = ownThread(view, complain);
  let messages = 0;
  let octets = 0;
  const settle = async (result: BatchResult): Promise<void> => {
    take(result);
    messages += result.messages;
    octets += result.octets;
    progress.update(messages, octets, Date.now());
    await terminal.drained();
  };
  const underWay: Promise<BatchResult>[] = [];
  try {
    for await (const work of workOf(files, { stdin: () => terminal.input(), complain })) {
      if (jobs > 1 && crew.room === 1 && Date.now() - startMs > ALONE_MS) crew = threads(jobs, view, complain);
      const result = crew.work(work);
      // If a thread fails, the first result that is awaited tells it.
      result.catch(() => undefined);
      underWay.push(result);
      const [oldest] = underWay;
      if (oldest === undefined || underWay.length < crew.room) continue;
      await settle(await oldest);
      void underWay.shift();
    }
    for (const result of underWay.splice(0)) await settle(await result);
  } finally {
    progress.end();
    await crew.stop();
  }
}

/** Undefined unless all are files that are read as they are. */
function totalOctets(files: readonly string[]): number | undefined {
  let total = 0;
  for (const path of files) {
    const stats = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
    if (stats?.isFile() !== true || path.endsWith('.gz')) return undefined;
    total += stats.size;
  }
  return total;
}

function wholeNumber(text: string, option: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 1000)
    throw new UsageError(`${option} ${text}: expected a number from 1 to 1000`);
  return number;
}
