import { write, writeSync } from 'node:fs';

/** So many characters are written together. */
const GATHERED = 65_536;
const GATHERED_MS = 250;
/** So many characters wait at most while nothing can be written. */
const KEPT = 4 * 1_048_576;
const AGAIN_MS = 1000;
/** For so long the end of the process waits for a slow reader. */
const LAST_MS = 1000;

/**
 * Writes lines to a file descriptor in larger pieces: a line of log must not cost a system call on the way of every message.
 *
 * The mail goes on whatever becomes of its log. What can't be written, as on a full disk, is tried again every second; lines
 * that come while 4 MiB wait are left out, and one line tells how many when it can be written. Where nobody reads any more
 * (EPIPE) nothing is written.
 */
export class LogOutput {
  readonly #fd: number;
  #lines = '';
  #leftOut = 0;
  /** What is being written, or is to be written again. */
  #piece = Buffer.alloc(0);
  #state: 'idle' | 'writing' | 'stuck' | 'closed' = 'idle';
  #timer: NodeJS.Timeout | undefined;
  #flushed: (() => void)[] = [];

  constructor(fd: number) {
    this.#fd = fd;
    process.once('exit', () => {
      if (this.#state === 'closed') return;
      // What is being written comes to its end by itself.
      const piece = this.#state === 'writing' ? [] : [this.#piece];
      writeLast(fd, Buffer.concat([...piece, Buffer.from(this.#lines)]));
    });
  }

  /** Takes one line, with its line end. */
  write(line: string): void {
    if (this.#state === 'closed') return;
    if (this.#lines.length >= KEPT) {
      this.#leftOut++;
      return;
    }
    this.#lines += line;
    if (this.#state === 'idle' && this.#lines.length >= GATHERED) this.#hand();
    else if (this.#state !== 'writing') this.#timer ??= this.#handAfter(GATHERED_MS);
  }

  /** Calls `done` when what was taken so far is written, or can't be written now. */
  flush(done?: () => void): void {
    if (done !== undefined) this.#flushed.push(done);
    this.#hand();
  }

  #hand(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#state === 'writing') return;
    if (this.#piece.length === 0) this.#take();
    if (this.#piece.length === 0 || this.#state === 'closed') {
      this.#tellFlushed();
      return;
    }
    this.#state = 'writing';
    write(this.#fd, this.#piece, 0, this.#piece.length, null, (error, octets) => {
      if (error === null) this.#written(octets);
      else this.#failed(error);
    });
  }

  #handAfter(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#hand(), ms).unref();
  }

  #take(): void {
    if (this.#leftOut > 0) {
      const values = { level: 40, time: Date.now(), leftOut: this.#leftOut, msg: 'the log could not be written' };
      this.#lines += `${JSON.stringify(values)}\n`;
    }
    this.#piece = Buffer.from(this.#lines);
    this.#lines = '';
    this.#leftOut = 0;
  }

  #written(octets: number): void {
    this.#state = 'idle';
    this.#piece = this.#piece.subarray(octets);
    if (this.#piece.length > 0 || this.#lines.length >= GATHERED || this.#flushed.length > 0) this.#hand();
    else if (this.#lines !== '') this.#timer = this.#handAfter(GATHERED_MS);
  }

  #failed({ code }: NodeJS.ErrnoException): void {
    this.#state = code === 'EPIPE' ? 'closed' : 'stuck';
    this.#tellFlushed();
    if (this.#state === 'stuck') this.#timer = this.#handAfter(code === 'EAGAIN' ? AGAIN_MS / 10 : AGAIN_MS);
  }

  #tellFlushed(): void {
    for (const done of this.#flushed.splice(0)) done();
  }
}

/** At the end of the process nothing can be awaited. */
function writeLast(fd: number, octets: Buffer): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const untilMs = Date.now() + LAST_MS;
  let rest = octets;
  while (rest.length > 0 && Date.now() < untilMs) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(pause, 0, 0, 10);
    }
  }
}
