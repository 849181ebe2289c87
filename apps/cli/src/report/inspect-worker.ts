import { parentPort, workerData } from 'node:worker_threads';
import type { View } from './batch.ts';
import type { Answer, Order } from './pool.ts';
import { perform, type Work } from './work.ts';

const view = workerData as View;

parentPort?.on('message', (order: Order) => {
  void answer(order);
});

async function answer({ number, work }: Order): Promise<void> {
  const complaints: string[] = [];
  const result = await perform(unpacked(work), view, (message) => void complaints.push(message));
  parentPort?.postMessage({ number, result, complaints } satisfies Answer, [result.output.buffer]);
}

/** Messages come as one piece of memory, cut here where they end. */
function unpacked(work: Order['work']): Work {
  if (work.kind === 'files') return work;
  let at = 0;
  const messages = work.messages.map(({ length, ...message }) => {
    const octets = work.octets.subarray(at, at + length);
    at += length;
    return { ...message, octets };
  });
  return { kind: 'messages', messages };
}
