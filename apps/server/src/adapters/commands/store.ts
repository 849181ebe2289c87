import { readdir } from 'node:fs/promises';
import type { Rescue } from '../sqlite/recover.ts';

const usage = `usage: dsnd store check DIRECTORY
       dsnd store recover DIRECTORY NEW-DIRECTORY
       dsnd store export DIRECTORY FOLDER`;

/** `dsnd store`: looks after a store while no server has it open. Gives the exit code: 1 if something is wrong with it. */
export async function storeCommand(words: readonly string[]): Promise<number> {
  const [command, directory = '', target = '', ...more] = words;
  const wanted = command === 'check' ? 1 : 2;
  const given = [directory, target].filter((word) => word !== '').length;
  if ((command !== 'check' && command !== 'recover' && command !== 'export') || given !== wanted || more.length > 0) {
    console.error(usage);
    return 2;
  }
  try {
    if (command === 'check') return await check(directory);
    const { exportStore, recoverStore } = await import('../sqlite/recover.ts');
    if (command === 'export') return tell(await exportStore(directory, target), `written to ${target}`);
    const code = tell(await recoverStore(directory, target), `stored in ${target}`);
    const others = await besideQueue(directory);
    if (others.length > 0) console.log(`${others.join(', ')} in ${directory}: copy to ${target} what is to go on`);
    return code;
  } catch (error) {
    console.error(`dsnd: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
}

async function check(directory: string): Promise<number> {
  const { checkStore } = await import('../sqlite/check.ts');
  const { messages, recipients, problems, beside, remarks } = checkStore(directory);
  for (const line of [...problems, ...beside, ...remarks]) console.log(line);
  console.log(`${count(messages, 'message')} and ${count(recipients, 'recipient')} can be read`);
  if (beside.length > 0)
    console.error('dsnd: a database beside the queue is damaged; move it away, and a new one is begun');
  if (problems.length === 0) return beside.length === 0 ? 0 : 1;
  console.error(`dsnd: the store is damaged; run: dsnd store recover ${directory} NEW-DIRECTORY`);
  return 1;
}

/** What lies in the folder and is no part of the queue: keys, history, suppression list, policies. */
async function besideQueue(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory);
  return names.filter((name) => !/^queue\.db|^spool$|-(?:shm|wal)$/.test(name)).sort();
}

function tell({ messages, recipients, lost }: Rescue, where: string): number {
  for (const line of lost) console.log(line);
  console.log(`${count(messages, 'message')} with ${count(recipients, 'recipient')} ${where}`);
  return lost.length === 0 ? 0 : 1;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
