import { Worker } from 'node:worker_threads';
import Queue from 'yocto-queue';
import type { MailEvent } from '../../model.ts';
import { LeaseLostError, StoreError } from '../../ports.ts';
import { Gathering, threadLoop } from './gathering.ts';
import type { Aftermath, Batch, Operation, Parts, Read, Refusal, Reply, WorkerOptions, Write } from './messages.ts';

import type { NewEntries, ToldEvents } from './recent.ts';

/** Little outlives a transaction in the thread: more room for young objects would only be held, not used. */
const youngMb = 6;

interface Waiter {
  readonly told?: ToldEvents | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

const NO_PARTS: Parts = { contents: [], texts: [] };

/** Who listens to a {@link WorkerLink}. */
interface Listener {
  /** Hears what ended, before the operations resolve that ended it. */
  readonly after: (aftermath: Aftermath) => void;
  /** Hears what has been told in the journal with writes that were done, before anybody else sees it. */
  readonly told: (told: readonly ToldEvents[], entries: NewEntries) => void;
  /** Hears once why nothing more can be done. */
  readonly failed: (error: StoreError) => void;
}

/** The way to the thread of the database: what {@link Gathering} lets go together goes in one message. */
export class WorkerLink {
  readonly #worker: Worker;
  readonly #listener: Listener;
  #operations: Operation[] = [];
  #contents: Parts['contents'] = [];
  #texts: string[] = [];
  readonly #gathering = new Gathering(threadLoop, () => this.#flush());
  readonly #accepters = new Queue<Waiter>();
  readonly #writers = new Queue<Waiter>();
  readonly #readers = new Queue<Waiter>();
  #broken: StoreError | undefined;
  #ready = false;
  #closing = false;

  private constructor(worker: Worker, listener: Listener) {
    this.#worker = worker;
    this.#listener = listener;
  }

  /**
   * Starts the thread and opens the database in it.
   *
   * @throws {StoreError}
   */
  static async open(
    options: WorkerOptions,
    listener: Listener,
  ): Promise<{ readonly link: WorkerLink; readonly spooled: readonly string[] }> {
    const file = import.meta.url.endsWith('.ts') ? './queue-worker.ts' : './queue-worker.js';
    const resourceLimits = { maxYoungGenerationSizeMb: youngMb };
    const worker = new Worker(new URL(file, import.meta.url), { workerData: options, name: 'queue', resourceLimits });
    const link = new WorkerLink(worker, listener);
    const spooled = await new Promise<readonly string[]>((resolve, reject) => {
      worker.on('message', (reply: Reply) => {
        if (reply.kind === 'ready') {
          link.#ready = true;
          resolve(reply.spooled);
        } else if (reply.kind === 'refused') reject(toError(reply.failure));
        else link.#hear(reply);
      });
      worker.on('error', (error: Error) => {
        reject(link.#break('io', `The queue's thread failed: ${error.message}`));
      });
      worker.on('exit', () => {
        reject(
          link.#closing ? link.#break('closed', 'The queue is closed') : link.#break('io', "The queue's thread ended"),
        );
      });
    });
    return { link, spooled };
  }

  /** @param told the events, which the operation has as JSON */
  write(write: Write, { contents, texts }: Parts = NO_PARTS, told?: readonly MailEvent[]): Promise<void> {
    for (const content of contents) this.#contents.push(content);
    for (const text of texts) this.#texts.push(text);
    let events: ToldEvents | undefined;
    if ('events' in write && write.events !== undefined) {
      this.#texts.push(write.events);
      events = { events: told ?? [], octets: write.events.length };
      write.events = '';
    }
    const isAccept = write.kind === 'accept' || write.kind === 'accept-held';
    return this.#ask(write, isAccept ? this.#accepters : this.#writers, events) as Promise<void>;
  }

  read(read: Read): Promise<unknown> {
    return this.#ask(read, this.#readers);
  }

  /** Lets what was asked for be done, closes the database and ends the thread. */
  async close(): Promise<void> {
    if (this.#broken !== undefined) {
      await this.#worker.terminate();
      return;
    }
    this.#closing = true;
    const exit = new Promise((resolve) => this.#worker.once('exit', resolve));
    await this.read({ kind: 'close' });
    await exit;
  }

  #ask(operation: Operation, waiters: Queue<Waiter>, told?: ToldEvents): Promise<unknown> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    this.#operations.push(operation);
    this.#gathering.add(operation.kind);
    return new Promise((resolve, reject) => waiters.enqueue({ resolve, reject, told }));
  }

  #flush(): void {
    const operations = this.#operations;
    const contents = this.#contents;
    this.#operations = [];
    this.#contents = [];
    const texts = this.#texts;
    this.#texts = [];
    if (this.#broken !== undefined) return;
    const batch = pack(operations, contents, texts);
    this.#worker.postMessage(batch, batch.contents === undefined ? [] : [batch.contents]);
  }

  #hear(reply: Extract<Reply, { readonly kind: 'written' | 'answered' }>): void {
    this.#listener.after(reply);
    if (reply.kind === 'answered') {
      // Events of what is no write lie in the database alone.
      this.#listener.told([], { rows: [], end: reply.journal.end });
      for (const answer of reply.answers) {
        const reader = this.#readers.dequeue();
        if ('refusal' in answer) reader?.reject(toError(answer.refusal));
        else reader?.resolve(answer.value);
      }
      return;
    }
    const told: ToldEvents[] = [];
    const failures = new Map(reply.failures.map(({ index, refusal }) => [index, refusal]));
    for (let index = 0; index < reply.accepts + reply.writes; index++) {
      const refusal = failures.size === 0 ? undefined : failures.get(index);
      const writer = (index < reply.accepts ? this.#accepters : this.#writers).dequeue();
      if (refusal !== undefined) writer?.reject(toError(refusal));
      else {
        if (writer?.told !== undefined) told.push(writer.told);
        writer?.resolve(undefined);
      }
    }
    this.#listener.told(told, reply.journal);
    const damage = reply.failures.find(({ refusal }) => refusal.code === 'corrupt');
    if (damage !== undefined) this.#break('corrupt', damage.refusal.message);
  }

  #break(code: StoreError['code'], reason: string): StoreError {
    if (this.#broken !== undefined) return this.#broken;
    const broken = new StoreError(code, reason);
    this.#broken = broken;
    for (const waiters of [this.#accepters, this.#writers, this.#readers]) {
      for (let waiter = waiters.dequeue(); waiter !== undefined; waiter = waiters.dequeue()) waiter.reject(broken);
    }
    if (this.#ready && !this.#closing) this.#listener.failed(broken);
    return broken;
  }
}

/** Copies the contents of a batch into one buffer. */
function pack(operations: readonly Operation[], contents: Parts['contents'], texts: readonly string[]): Batch {
  const text = JSON.stringify(operations);
  if (contents.length === 0) return { operations: text, ends: [], texts };
  let length = 0;
  for (const pieces of contents) for (const piece of pieces) length += piece.length;
  const octets = Buffer.allocUnsafeSlow(length);
  const ends: number[] = [];
  let offset = 0;
  for (const pieces of contents) {
    for (const piece of pieces) {
      octets.set(piece, offset);
      offset += piece.length;
    }
    ends.push(offset);
  }
  return { operations: text, contents: octets.buffer, ends, texts };
}

function toError({ code, message }: Refusal): Error {
  return code === 'lease-lost' ? new LeaseLostError(message) : new StoreError(code, message);
}
