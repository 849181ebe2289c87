/**
 * Several nodes on one PostgreSQL, disturbed while they work:
 *
 *     npm run torture:cluster [-- --messages 100000] [--nodes 3] [--only kill,sleep,database,stop]
 *     npm run torture:cluster -- --self-test
 *
 * The self-test breaks the store from outside, and fails if the harness does not notice.
 */
import { parseArgs } from 'node:util';
import { postgresMissing } from '../postgres/postgres.ts';
import { disturbances, sabotages, tortureCluster } from './cluster.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '6000' },
    nodes: { type: 'string', default: '3' },
    'self-test': { type: 'boolean', default: false },
    only: { type: 'string', default: disturbances.join(',') },
  },
});

const missing = postgresMissing();
if (missing !== undefined) console.log(`torture:cluster is left out: ${missing}`);
else process.exitCode = values['self-test'] ? await selfTest() : await run();

async function run(): Promise<number> {
  const wanted = values.only.split(',');
  const { figures, problems } = await tortureCluster({
    messages: Number(values.messages),
    nodes: Number(values.nodes),
    disturbances: disturbances.filter((name) => wanted.includes(name)),
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  const width = Math.max(...Object.keys(figures).map(({ length }) => length));
  for (const [what, figure] of Object.entries(figures))
    console.log(`${what.padEnd(width)}  ${String(figure).padStart(8)}`);
  for (const problem of problems.slice(0, 50)) console.log(`PROBLEM ${problem}`);
  console.log(problems.length === 0 ? 'Nothing was lost.' : `${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
}

async function selfTest(): Promise<number> {
  let unnoticed = 0;
  for (const [what, sabotage] of Object.entries(sabotages)) {
    const { problems } = await tortureCluster({ messages: 400, nodes: 2, disturbances: [], sabotage });
    const kinds = [...new Set(problems.map((problem) => problem.split(': ', 1)[0] ?? ''))];
    if (problems.length === 0) unnoticed += 1;
    console.log(`a store that ${what}: ${problems.length === 0 ? 'NOT NOTICED' : `noticed (${kinds.join('; ')})`}`);
  }
  return unnoticed === 0 ? 0 : 1;
}
