import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { takesConnections } from '../support/dsnd.ts';

/** What makes a node of a cluster. */
export interface NodeOptions {
  readonly program: string;
  readonly folder: string;
  readonly name: string;
  readonly toml: string;
  readonly port: number;
  /** The host on which it runs. Default: this one. */
  readonly host?: { readonly under: readonly string[]; readonly address: string } | undefined;
  /** Told the recipients that it has relayed and settled, with the time (UTC milliseconds) after the commit. */
  readonly settled?: (address: string, atMs: number) => void;
  /** A module that is loaded before the server's own code. */
  readonly preload?: string;
  /** Told every line that it writes. */
  readonly said?: (line: string) => void;
}

/** One node of a cluster: a process that comes and goes. */
export class Node {
  readonly name: string;
  readonly port: number;
  readonly #options: NodeOptions;
  readonly #file: string;
  #child: ChildProcess | undefined;
  #log = '';

  constructor(options: NodeOptions) {
    this.name = options.name;
    this.port = options.port;
    this.#options = options;
    this.#file = join(options.folder, `${options.name}.toml`);
    writeFileSync(this.#file, options.toml);
  }

  isUp(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The end of what it wrote. */
  log(): string {
    return this.#log;
  }

  /** Starts it, again where the database is not there yet, and waits until it takes connections. */
  async start(): Promise<void> {
    for (let attempt = 1; attempt <= 30; attempt++) {
      const child = this.#spawn();
      while (this.isUp()) {
        if (await takesConnections(this.port, this.#options.host?.address)) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      if (child.exitCode === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    throw new Error(`${this.name} does not start: ${this.#log}`);
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Gives the exit code, if there is one. */
  async stop(): Promise<number | null> {
    await this.#end('SIGTERM');
    return this.#child?.exitCode ?? null;
  }

  /** Has it read another configuration. */
  reload(toml: string): void {
    writeFileSync(this.#file, toml);
    this.#child?.kill('SIGHUP');
  }

  /** Has it collect garbage, if what it has preloaded does so at SIGUSR2. */
  collect(): void {
    this.#child?.kill('SIGUSR2');
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Halts the process, as a machine that is suspended, and lets it go on. */
  async sleep(ms: number): Promise<void> {
    this.#child?.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.#child?.kill('SIGCONT');
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.isUp()) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  #spawn(): ChildProcess {
    const { host, program, preload } = this.#options;
    const words = [...(host?.under ?? []), process.execPath, program, '--config', this.#file];
    const child = spawn(words[0] ?? '', words.slice(1), {
      cwd: this.#options.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...{ PATH: process.env['PATH'], NODE_COMPILE_CACHE: join(this.#options.folder, 'cache') },
        ...(preload === undefined ? {} : { NODE_OPTIONS: `--import=${preload}` }),
      },
    });
    this.#log = '';
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        this.#log = `${this.#log}${line}\n`.slice(-20_000);
        this.#options.said?.(line);
        if (line.includes('"event":"relayed"')) this.#tellSettled(line);
      });
    this.#child = child;
    return child;
  }

  #tellSettled(line: string): void {
    const { recipient, time } = JSON.parse(line) as { readonly recipient: string; readonly time: number };
    this.#options.settled?.(recipient, time);
  }
}
