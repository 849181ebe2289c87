import { expect, it } from 'vitest';
import { refusalOf } from './refusal.ts';

const entry = { address: 'a@b', reason: '550 5.1.1 who?', sinceMs: 0, failures: 1 };

it('says whose list it is, until when and why', () => {
  expect(refusalOf({ ...entry, status: '5.1.1', untilMs: 86_400_000 })).toMatchObject({ code: 550, status: '5.1.1' });
  expect(refusalOf({ ...entry, status: '5.2.2', untilMs: 86_400_000 }).lines).toEqual([
    'This server keeps the address on its suppression list until Fri, 02 Jan 1970 00:00:00 +0000',
    'It stands there since Thu, 01 Jan 1970 00:00:00 +0000; mail to it failed with 5.2.2',
  ]);
});

it('names no time and no failure that there is not', () => {
  expect(refusalOf(entry).lines).toEqual([
    'This server keeps the address on its suppression list',
    'It stands there since Thu, 01 Jan 1970 00:00:00 +0000',
  ]);
});
