import { expect, it } from 'vitest';
import type { Notice } from '../ports.ts';
import type { Client } from './client.ts';
import { Notices } from './notices.ts';

const client: Client = { address: '192.0.2.1', name: 'c.example', extended: true, local: false, proxy: false };

it('tells of fifty refusals in one connection, and of a login behind them all the same', () => {
  const told: Notice[] = [];
  const notices = new Notices((notice) => void told.push(notice));
  const reply = { code: 550, status: '5.1.1', lines: ['There is no such mailbox here'] };
  for (let n = 0; n < 60; n++) notices.refused(client, 'recipient', reply, { recipient: `r${n}@example.org` });
  notices.login(client, 'PLAIN', { kind: 'failure', reply: { code: 535, lines: ['no'] }, name: 'alice' });
  notices.login(client, 'PLAIN', { kind: 'success', user: { name: 'alice' } });
  notices.refused(client, 'recipient', reply);
  expect(told.map(({ kind }) => kind)).toEqual([
    ...Array.from({ length: 50 }, () => 'refused'),
    ...['login-failed', 'login'],
  ]);
});
