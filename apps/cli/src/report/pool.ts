import { Worker } from 'node:worker_threads';
import type { BatchResult, View } from './batch.ts';
import { perform, type Work } from './work.ts';

/** Work as it goes to another thread. */
export interface Order {
  readonly number: number;
  readonly work:
    | Extract<Work, { kind: 'files' }>
    | {
        readonly kind: 'messages';
        readonly octets: Uint8Array;
        readonly messages: readonly { readonly file: string; readonly index?: number; readonly length: number }[];
      };
}

/** What comes back. */
export interface Answer {
  readonly number: number;
  readonly result: BatchResult;
  readonly complaints: readonly string[];
}

/** Does pieces of work. */
export interface Crew {
  /** How many pieces may be under way at a time. */
  readonly room: number;
  /** Nothing of the work is needed any more when this returns, or when the promise is kept if the room is 1. */
  work(work: Work): Promise<BatchResult>;
  stop(): Promise<void>;
}

/** Works in this thread. */
export function ownThread(view: View, complain: (message: string) => void): Crew {
  return {
    room: 1,
    work: (work) => perform(work, view, complain),
    stop: () => Promise.resolve(),
  };
}

/** Works in threads of their own; complaints are told when the work that caused them is done. */
export function threads(count: number, view: View, complain: (message: string) => void): Crew {
  const file = import.meta.url.endsWith('.ts') ? './inspect-worker.ts' : './inspect-worker.js';
  const waiting = new Map<number, { resolve: (result: BatchResult) => void; reject: (error: Error) => void }>();
  let number = 0;
  const hear = ({ number: done, result, complaints }: Answer): void => {
    for (const complaint of complaints) complain(complaint);
    waiting.get(done)?.resolve(result);
    waiting.delete(done);
  };
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(new URL(file, import.meta.url), { workerData: view });
    worker.on('message', hear);
    worker.on('error', (error: Error) => {
      for (const { reject } of waiting.values()) reject(error);
    });
    return worker;
  });
  return {
    room: count * 3,
    work: (work) =>
      new Promise((resolve, reject) => {
        waiting.set(++number, { resolve, reject });
        const { order, transfer } = packed(number, work);
        workers[number % count]?.postMessage(order, transfer);
      }),
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Messages are views on larger pieces of memory, all of which would be copied: they are gathered into one of their own. */
function packed(number: number, work: Work): { readonly order: Order; readonly transfer: ArrayBuffer[] } {
  if (work.kind === 'files') return { order: { number, work }, transfer: [] };
  const messages = work.messages.map(({ octets, ...message }) => ({ ...message, length: octets.length }));
  const all = new Uint8Array(messages.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const { octets } of work.messages) {
    all.set(octets, at);
    at += octets.length;
  }
  return { order: { number, work: { kind: 'messages', octets: all, messages } }, transfer: [all.buffer] };
}
