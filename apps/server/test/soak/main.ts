/**
 * Lets a whole server work for minutes or hours with everything on (history, webhooks, HTTP API, traces, suppression,
 * aliases, lists, next hops of every kind, reloads, restarts), accounts for every message, and looks whether anything grows:
 *
 *     npm run soak                                  one to two minutes; too short to judge growth, and says so
 *     npm run soak -- --minutes 45 [--rate 20] [--samples FILE]
 *
 * Ends with 1 if a message, report or event is missing or is one too many, if something is left over, if the log has an
 * error, or if something grows beyond its bound.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { LEAST_MS } from './growth.ts';
import type { Row } from './samples.ts';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '0.4' },
    rate: { type: 'string', default: '20' },
    samples: { type: 'string' },
  },
});

const { figures, problems, samples, table, judgedMs } = await soak({
  ms: Number(values.minutes) * 60_000,
  perSecond: Number(values.rate),
  progress: (line) => process.stderr.write(`${new Date().toISOString()} ${line}\n`),
});
if (values.samples !== undefined)
  writeFileSync(values.samples, samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''));
const width = Math.max(...Object.keys(figures).map(({ length }) => length));
for (const [what, figure] of Object.entries(figures))
  console.log(`${what.padEnd(width)}  ${String(figure).padStart(8)}`);
console.log(`\n${(judgedMs / 60_000).toFixed(1)} minutes of the longest life, without its warm-up; growth in an hour:`);
console.log(`${'medians of the'.padEnd(28)}  1st third    middle  3rd third   growth  (with 95 %)         bound`);
for (const row of table) console.log(lineOf(row));
const unjudged = table.filter(({ judgement }) => judgement === 'not judged');
if (unjudged.length > 0) {
  const why =
    judgedMs < LEAST_MS ? `less than ${LEAST_MS / 60_000} minutes say nothing` : 'the range reaches over the bound';
  console.log(`\nNOT JUDGED whether these grow (${why}): ${unjudged.map(({ measure }) => measure).join('; ')}`);
}
console.log('');
for (const problem of problems.slice(0, 50)) console.log(`PROBLEM ${problem}`);
console.log(problems.length === 0 ? 'Nothing was lost.' : `${problems.length} problems`);
const growing = table.filter(({ judgement }) => judgement === 'grows');
for (const { measure } of growing) console.log(`GROWS ${measure}`);
process.exitCode = problems.length + growing.length === 0 ? 0 : 1;

function lineOf({ measure, thirds, slope, boundPerHour, judgement }: Row): string {
  const number = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(1)).padStart(9);
  const range = `(${number(slope?.low).trim()} to ${number(slope?.high).trim()})`.padEnd(18);
  return `${measure.padEnd(28)} ${thirds.map(number).join(' ')} ${number(slope?.perHour)}  ${range} ${number(boundPerHour)}  ${judgement}`;
}
