import { expect, it } from 'vitest';
import { ScriptedHost } from '../simulation/scripted-host.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const minute = 60_000;
const toml = `
[[route]]
match = "pure-heart.org"
to = "maildir:mail"
[[route]]
match = "*"
to = "smtp://hop.example:25"
[retry]
delays = ["30m"]
[history]
keep = "2h"
contents = "all"
content-max-octets = 2000`;

async function start() {
  const world = new World();
  await ScriptedHost.start(world.host('hop.example'), {
    RCPT: (line) => (line.includes('nobody') ? '550 5.1.1 who?' : '250 2.1.5 ok'),
  });
  const server = await world.server('mx.example.org', toml);
  return { world, ...server };
}

it('follows a message from its arrival to its last report, and finds it by every name it has', async () => {
  const { world, history } = await start();
  await submit(world, 'mx.example.org', [
    'MAIL FROM:<alice@pure-heart.org> ENVID=QQ314 RET=HDRS',
    'RCPT TO:<bob@ivory.edu> NOTIFY=SUCCESS,FAILURE',
    'RCPT TO:<nobody@ivory.edu> NOTIFY=FAILURE',
  ]);
  await world.clock.advance(minute);
  const { messages } = await history.search({ recipient: 'nobody@ivory.edu', state: 'failed', limit: 10 });
  expect(messages).toHaveLength(1);
  const entry = await history.one(messages[0]?.id ?? '');
  expect(entry).toMatchObject({ envelopeId: 'QQ314', subject: 'hello', headerMessageId: '<m1@sender.example>' });
  expect(entry?.events.map(({ kind }) => kind)).toEqual([
    ...['accepted', 'attempted', 'relayed', 'failed', 'report-issued'],
  ]);
  const report = await history.one(entry?.reportsIssued[0] ?? '');
  expect(report?.recipients[0]).toMatchObject({ address: 'alice@pure-heart.org', state: 'delivered' });
  expect(Buffer.from((await history.content(report?.id ?? '')) ?? []).toString()).toContain('Status: 5.1.1');
  expect(Buffer.from((await history.content(entry?.id ?? '')) ?? []).toString()).toContain('Hello.');
  for (const query of [
    { envelopeId: 'qq314' },
    { headerMessageId: 'm1@sender.example' },
    { sender: '@pure-heart.org' },
  ])
    expect((await history.search({ ...query, limit: 9 })).messages.map(({ id }) => id)).toEqual([entry?.id]);
});

it('forgets after the time that the configuration says, also where nothing happens meanwhile', async () => {
  const { world, history } = await start();
  await submit(world, 'mx.example.org', ['MAIL FROM:<alice@pure-heart.org>', 'RCPT TO:<bob@ivory.edu> NOTIFY=NEVER']);
  await world.clock.advance(minute);
  expect((await history.search({ limit: 9 })).messages).toHaveLength(1);
  await world.clock.advance(180 * minute);
  expect((await history.search({ limit: 9 })).messages).toEqual([]);
});
