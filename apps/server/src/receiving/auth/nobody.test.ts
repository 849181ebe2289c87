import { expect, it } from 'vitest';
import { NodeCrypto } from '../../adapters/node-crypto.ts';
import type { User } from '../../ports.ts';
import { keysOfNobody, scramShapes } from './nobody.ts';

const crypto = new NodeCrypto();
const secret = new Uint8Array(32).fill(7);
const key = new Uint8Array(32);
const user = (name: string, iterations: number, saltOctets: number): User => ({
  ...{ name, scram: { iterations, salt: new Uint8Array(saltOctets), storedKey: key, serverKey: key } },
});
const look = ({ iterations, salt }: { readonly iterations: number; readonly salt: Uint8Array }): string =>
  `${iterations} ${salt.length}`;
const names = Array.from({ length: 400 }, (_, i) => `name ${i}`);
const looks = (users: readonly User[]): readonly string[] =>
  names.map((name) => look(keysOfNobody(crypto, secret, scramShapes(users), name)));

it('RFC 5802 §5.1: nobody has as many iterations and as long a salt as users have', () => {
  expect(new Set(looks([user('a', 4096, 12), user('b', 4096, 12), { name: 'c' }]))).toEqual(new Set(['4096 12']));
  expect(new Set(looks([{ name: 'c' }]))).toEqual(new Set(['100000 16']));
  const [long] = [keysOfNobody(crypto, secret, scramShapes([user('a', 5000, 70)]), 'x').salt];
  expect([long.length, new Set(long).size > 40]).toEqual([70, true]);
});

it('RFC 5802 §5.1: where users differ, nobody does as they do, and few change with a user more', () => {
  const some = Array.from({ length: 40 }, (_, i) => user(`u${i}`, i % 4 === 0 ? 4096 : 100_000, 16));
  const [before, after] = [looks(some), looks([...some, user('new', 4096, 16)])];
  const old = before.filter((each) => each === '4096 16').length;
  expect(old).toBeGreaterThan(60);
  expect(old).toBeLessThan(140);
  expect(before.filter((each, i) => each !== after[i]).length).toBeLessThan(30);
});
