import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { startFault } from './listen-fault.ts';

it('says what helps of a port that another server has', async () => {
  const first = createServer().listen(0, '127.0.0.1');
  await once(first, 'listening');
  const { port } = first.address() as { readonly port: number };
  const second = createServer().listen(port, '127.0.0.1');
  const [error] = await once(second, 'error').catch((thrown: unknown) => [thrown]);
  first.close();
  expect(startFault(error)).toMatch(/^listen EADDRINUSE: .*:\d+; another server has it, perhaps another dsnd$/);
});

it.each([
  ['EACCES', 'listen', /^no; ports below 1024 are for root/],
  ['EADDRNOTAVAIL', 'listen', /^no; this machine has no such address$/],
  ['EACCES', 'mkdir', /^no$/],
  ['EMFILE', 'listen', /^no$/],
])('says what helps at %s of %s, where it knows', (code, syscall, said) => {
  expect(startFault(Object.assign(new Error('no'), { code, syscall }))).toMatch(said);
});

it('says of anything else what it is', () => expect(startFault('why')).toBe('why'));
