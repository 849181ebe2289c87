import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { DSND } from '../support/commands.ts';
import { dialogue } from '../support/dialogue.ts';
import { freePort, startDsnd, temporaryFolder, waitFor } from '../support/dsnd.ts';
import { readMaildirs } from '../support/maildir.ts';
import { describePostgres } from '../support/postgres-suite.ts';

describePostgres('dsnd on a shared queue', (server) => {
  it('RFC 5321 §4.2.5: says 451 4.3.0 while the database is away, and delivers what it takes when it is back', async () => {
    const folder = temporaryFolder();
    onTestFinished(() => folder.remove());
    const port = await freePort();
    const toml = `hostname = "mx.example.org"
store = "${await server.newDatabase()}"
[[listen]]
address = "127.0.0.1:${port}"
[[route]]
match = "here.example"
to = "maildir:mail"
`;
    const dsnd = await startDsnd(folder.path, toml, port);
    onTestFinished(() => dsnd.kill());
    const say = (subject: string) =>
      dialogue(port, [
        ...['EHLO client.example', 'MAIL FROM:<a@sender.example>', 'RCPT TO:<b@here.example>', 'DATA'],
        `Subject: ${subject}\r\n\r\nbody\r\n.`,
      ]);
    expect((await say('before')).at(-1)).toMatch(/^250 2\.0\.0 /);
    await server.kill();
    expect((await say('meanwhile')).at(-1)).toMatch(/^451 4\.3\.0 /);
    await server.start();
    await waitFor(async () => (await say('after')).at(-1)?.startsWith('250') === true);
    const subjects = (): string[] =>
      readMaildirs(`${folder.path}/mail`).map(
        ({ message }) => /^Subject: (.*)\r?$/m.exec(message.toString())?.[1] ?? '',
      );
    await waitFor(() => subjects().length === 2);
    expect(subjects().sort()).toEqual(['after', 'before']);
    expect(await dsnd.stop()).toBe(0);
  });

  it('ends, and says why, where a key that the nodes share can not be kept', async () => {
    const folder = temporaryFolder();
    onTestFinished(() => folder.remove());
    mkdirSync(`${folder.path}/state`);
    // Nobody can write there, root included.
    symlinkSync('/no/such/folder/key', `${folder.path}/state/return-path.key`);
    const file = `${folder.path}/dsnd.toml`;
    const toml = `hostname = "mx.example.org"
store = "${await server.newDatabase()}"
state-directory = "state"
[[listen]]
address = "127.0.0.1:${await freePort()}"
`;
    writeFileSync(file, toml);
    const child = spawn(process.execPath, [...DSND, '--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    let said = '';
    child.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
    expect(await ended).toBe(2);
    expect(said).toMatch(/^dsnd: .*return-path\.key.*\n$/);
  });
});
