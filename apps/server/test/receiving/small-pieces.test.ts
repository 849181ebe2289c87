import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { Intake } from '../../src/receiving/intake.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
function heldOctets(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Just not enough to go to the disk. */
const OCTETS = 250_000;

it.each([
  ['each by itself', () => (index: number) => Uint8Array.of(index)],
  [
    'out of a larger piece, as between dots that are taken away',
    () => {
      const whole = Uint8Array.from({ length: OCTETS }, (_, index) => index);
      return (index: number) => whole.subarray(index, index + 1);
    },
  ],
])('content that comes in single octets, %s, takes little more memory than its size', async (_, make) => {
  const intake = new Intake(openMemoryQueueStore(), () => new Uint8Array());
  const piece = make();
  const before = heldOctets();
  for (let index = 0; index < OCTETS; index++) intake.add(piece(index));
  expect(heldOctets() - before).toBeLessThan(8 * OCTETS);
  expect(intake.isSpooling).toBe(false);
  const [content, ...others] = (await intake.finish()) as readonly Uint8Array[];
  expect(others).toEqual([]);
  expect(content).toHaveLength(OCTETS);
  expect(content?.every((octet, index) => octet === index % 256)).toBe(true);
});
