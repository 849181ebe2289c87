import { expect, it } from 'vitest';
import { Input } from './input.ts';

function drain(input: Input): number[] {
  const all: number[] = [];
  for (let slice = input.take(7); slice !== undefined; slice = input.take(7)) all.push(...slice);
  return all;
}

it('gives octets back in order, whatever the sizes of the chunks', () => {
  const input = new Input();
  const all: number[] = [];
  for (const size of [3, 0, 1, 600, 1, 1, 511, 512, 2, 40, ...Array.from({ length: 2000 }, () => 11), 700]) {
    const chunk = Uint8Array.from({ length: size }, (_, index) => (all.length + index) % 251);
    all.push(...chunk);
    input.push(chunk);
  }
  expect(input.length).toBe(all.length);
  expect(drain(input)).toEqual(all);
  expect(input.length).toBe(0);
  expect(input.more()).toBe(false);
});

it('goes on after it was read empty, and after it was cleared', () => {
  const input = new Input();
  input.push(Uint8Array.of(1, 2));
  input.push(Uint8Array.of(3));
  expect(drain(input)).toEqual([1, 2, 3]);
  input.push(Uint8Array.of(4));
  input.push(Uint8Array.of(5));
  input.clear();
  expect(input.more()).toBe(false);
  input.push(Uint8Array.of(6));
  expect(drain(input)).toEqual([6]);
});

it('takes nothing when nothing is asked for', () => {
  const input = new Input();
  input.push(Uint8Array.of(1));
  expect(input.take(0)).toBeUndefined();
  expect(input.length).toBe(1);
});
