/** A process that may write little: it accepts and settles until the disk fails, and says what became of it. */
import { openSqliteQueueStore } from '../../src/adapters/sqlite/queue-store.ts';
import { lease, octets, sample } from './queue-samples.ts';

const store = await openSqliteQueueStore(process.argv[2] ?? '');
const accepted: string[] = [];
const settled: string[] = [];
const refusals: string[] = [];
const content = [octets('x'.repeat(20_000))];
const done = [{ n: 0, state: 'done' as const }];

/** True if it was done. */
async function attempt(run: () => Promise<void>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    const { name, code } = error as { readonly name: string; readonly code?: string };
    refusals.push(`${name} ${code ?? ''}`);
    return false;
  }
}

async function cycle(id: string, isSettled: boolean): Promise<void> {
  const held = lease(Number.MAX_SAFE_INTEGER);
  if (!(await attempt(() => store.accept([sample(id, { content })], held)))) return;
  accepted.push(id);
  const settlement = { messageId: id, token: held.token, updates: done, children: [], messages: [] };
  if (isSettled && (await attempt(() => store.settle(settlement)))) settled.push(id);
}

for (let round = 0; round < 20; round++) {
  await Promise.all(Array.from({ length: 20 }, (_, index) => cycle(`m${round}x${index}`, index % 4 === 0)));
}
console.log(JSON.stringify({ accepted, settled, refusals }));
process.exit();
