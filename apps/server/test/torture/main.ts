/**
 * Kills the server while it works, again and again, and looks whether anything was lost:
 *
 *     npm run torture [-- --kills 1000] [--points any-moment,recovery]
 *     npm run torture -- --self-test
 *
 * The self-test breaks the store in three ways, and fails if the harness does not notice one of them.
 */
import { parseArgs } from 'node:util';
import { breaks, points, torture } from './torture.ts';
import type { Point } from './torture.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '110' },
    points: { type: 'string', default: points.join(',') },
    'self-test': { type: 'boolean', default: false },
  },
});

process.exitCode = values['self-test'] ? await selfTest() : await long();

async function long(): Promise<number> {
  const wanted = values.points.split(',').filter((name): name is Point => points.some((point) => point === name));
  const progress = (kills: number) => {
    if (process.stderr.isTTY || kills % 50 === 0) process.stderr.write(`${kills} kills\n`);
  };
  const { figures, problems } = await torture({ kills: Number(values.kills), points: wanted, progress });
  print(figures);
  for (const problem of problems.slice(0, 50)) console.log(`PROBLEM ${problem}`);
  console.log(problems.length === 0 ? 'Nothing was lost.' : `${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
}

async function selfTest(): Promise<number> {
  let unnoticed = 0;
  for (const broken of breaks) {
    const { problems } = await torture({ kills: 16, points: ['settling', 'after-commit'], broken });
    const kinds = [...new Set(problems.map((problem) => problem.split(': ', 1)[0] ?? ''))];
    if (problems.length === 0) unnoticed += 1;
    console.log(`a store that ${broken}: ${problems.length === 0 ? 'NOT NOTICED' : `noticed (${kinds.join('; ')})`}`);
  }
  return unnoticed === 0 ? 0 : 1;
}

function print(figures: Readonly<Record<string, number>>): void {
  const width = Math.max(...Object.keys(figures).map(({ length }) => length));
  for (const [what, figure] of Object.entries(figures))
    console.log(`${what.padEnd(width)}  ${String(figure).padStart(8)}`);
}
