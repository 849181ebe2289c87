import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { send, SIZE_OCTETS, type Sink } from './load.ts';
import { startHaraka, startOurs, startPostfix, type Place, type Subject } from './subjects.ts';

/** How often a server waited for the disk. */
export interface Syncs {
  readonly server: string;
  readonly sessions: number;
  readonly messages: number;
  readonly syncs: number;
  readonly 'messages per sync': number;
}

const MESSAGES = 1_000;

/**
 * Counts fsync and fdatasync with strace while mail is taken and relayed. With one session no message can share the sync
 * of another one, so that there is at least one for each; with many a group shares it. Haraka is left out unless installed.
 */
export async function countSyncs(
  place: (name: string, at: number) => Place,
  sink: Sink,
  haraka: string | undefined,
): Promise<readonly Syncs[]> {
  if (spawnSync('which', ['strace']).status !== 0) {
    console.log('strace is not here: syncs are not counted.');
    return [];
  }
  const servers: (readonly [name: string, start: (place: Place) => Promise<Subject>])[] = [
    ['dsnd', startOurs],
    ['Postfix', startPostfix],
  ];
  if (haraka !== undefined) servers.push(['Haraka', (at) => startHaraka(at, haraka)]);
  const counted: Syncs[] = [];
  for (const sessions of [1, 50]) {
    for (const [server, start] of servers) {
      const at = place(`${server}-${sessions}`, 10 + counted.length);
      const file = join(at.folder, 'syncs');
      const messages = sessions === 1 ? MESSAGES / 4 : MESSAGES;
      const under = ['strace', '-D', '-f', '-c', '-e', 'trace=fsync,fdatasync', '-o', file];
      const subject = await start({ ...at, under });
      const before = sink.messages;
      await send({
        ...{ port: at.port, recipient: 'b@relay.example', sessions, messages },
        ...{ sizeOctets: SIZE_OCTETS, kept: true },
      });
      await sink.reaches(before + messages);
      await subject.stop();
      const syncs = sum(await summary(file));
      const each = Math.round((messages / syncs) * 100) / 100;
      counted.push({ server, sessions, messages, syncs, 'messages per sync': each });
    }
  }
  return counted;
}

/** What strace, which runs in the background, writes once all that it follows has ended. */
async function summary(file: string): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    if (existsSync(file) && statSync(file).size > 0) return readFileSync(file, 'latin1');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('strace wrote no summary');
}

/** The calls in a summary of strace. */
function sum(text: string): number {
  let calls = 0;
  for (const [, count] of text.matchAll(/^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?f(?:data)?sync$/gm))
    calls += Number(count);
  return calls;
}
