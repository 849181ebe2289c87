import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One load on one server. */
export interface Load {
  readonly port: number;
  readonly recipient: string;
  /** Side by side. */
  readonly sessions: number;
  readonly messages: number;
  readonly sizeOctets: number;
  /** Many messages over each connection, or one. */
  readonly kept: boolean;
}

/** Octets of the messages when nothing else is said. */
export const SIZE_OCTETS = 1024;

/**
 * Sends messages with smtp-source of Postfix, which says the next command when the reply to the last one is there.
 *
 * @returns milliseconds until the last message was accepted
 */
export async function send({ port, recipient, sessions, messages, sizeOctets, kept }: Load): Promise<number> {
  const counts = ['-s', `${sessions}`, '-m', `${messages}`, '-l', `${sizeOctets}`];
  const names = ['-f', 'a@sender.example', '-t', recipient, `127.0.0.1:${port}`];
  const startMs = performance.now();
  const child = spawn('smtp-source', [...(kept ? ['-d'] : []), ...counts, ...names], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (octets: Buffer) => (said += octets.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`smtp-source: ${said.trim()}`);
  return performance.now() - startMs;
}

/**
 * smtp-sink of Postfix: takes all mail and counts it. It tells its count of each message, to a file: somebody who listened
 * at a pipe would be woken for each of them, and take processor time from the servers that are measured, from the fastest most.
 */
export class Sink {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #counts: number;

  constructor(port: number) {
    this.port = port;
    const folder = mkdtempSync(join(tmpdir(), 'dsnkit-sink-'));
    this.#counts = openSync(join(folder, 'counts'), 'w+');
    rmSync(folder, { recursive: true });
    const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    this.#child = spawn('smtp-sink', [...user, '-c', `127.0.0.1:${port}`, '1000'], {
      stdio: ['ignore', this.#counts, 'ignore'],
    });
  }

  /** So many have come altogether. */
  get messages(): number {
    const tail = Buffer.alloc(300);
    const from = Math.max(0, fstatSync(this.#counts).size - tail.length);
    const octets = readSync(this.#counts, tail, 0, tail.length, from);
    const count = [...tail.toString('latin1', 0, octets).matchAll(/mesg=(\d+)\s/g)].at(-1)?.[1];
    return Number(count ?? 0);
  }

  /** Resolves when so many have come altogether. */
  async reaches(messages: number): Promise<void> {
    const until = performance.now() + 300_000;
    while (this.messages < messages) {
      if (performance.now() > until) throw new Error(`only ${this.messages} of ${messages} messages came to the sink`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  close(): void {
    this.#child.kill();
    closeSync(this.#counts);
  }
}

/** Ticks of the times in /proc, per second. */
const TICKS = 100;

/** CPU seconds that a process and all below it have used, ended children included. */
export function cpuSeconds(root: number): number {
  let ticks = 0;
  for (const pid of tree(root)) {
    const fields = statOf(pid);
    for (const at of [11, 12, 13, 14]) ticks += Number(fields?.[at] ?? 0);
  }
  return ticks / TICKS;
}

/** Mebibytes of memory, shared pages by their share (PSS), of a process and all below it. */
export function mebibytes(root: number): number {
  let kibibytes = 0;
  for (const pid of tree(root)) {
    try {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
      kibibytes += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
    } catch {
      // It has ended.
    }
  }
  return kibibytes / 1024;
}

function tree(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = Number(statOf(pid)?.[1] ?? -1);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** The fields of /proc/PID/stat after the name: state, parent, … */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
