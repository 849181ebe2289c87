import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startServer, type Server } from './support/server.ts';
import { temporaryFolder } from './support/folder.ts';
import { dsn } from './support/terminal.ts';

const folder = temporaryFolder();
let server: Server;
let base: readonly string[] = [];

beforeAll(async () => {
  server = await startServer(folder.path);
  base = [
    'send',
    '--server',
    `127.0.0.1:${server.port}`,
    '--helo',
    'client.example.org',
    '--from',
    'alice@example.org',
  ];
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

describe('dsn send, to our own server', () => {
  it('RFC 3461 §4: RET, ENVID, NOTIFY and ORCPT go out as asked for, in one piece', async () => {
    const to = ['--to', 'ok@simulator.test NOTIFY=SUCCESS,FAILURE', '--to', 'no@simulator.test'];
    const options = ['--ret', 'HDRS', '--envid', 'a+b', '--notify', 'NEVER', '--orcpt', '-v'];
    const { code, stdout, stderr } = await dsn([...base, ...to, ...options]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^taken {3}ok@simulator\.test: 250 .*\ntaken {3}no@simulator\.test: 250 .*\n$/);
    const said = stderr.split('\n').filter((line) => line.startsWith('C: '));
    expect(said.map((line) => line.replace(/SIZE=\d+/, 'SIZE=n').replace(/\[\d+ octets/, '[n octets'))).toEqual([
      'C: EHLO client.example.org',
      'C: MAIL FROM:<alice@example.org> SIZE=n RET=HDRS ENVID=a+2Bb',
      'C: RCPT TO:<ok@simulator.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;ok@simulator.test',
      'C: RCPT TO:<no@simulator.test> NOTIFY=NEVER ORCPT=rfc822;no@simulator.test',
      'C: DATA',
      'C: [n octets of content]',
      'C: QUIT',
    ]);
  });

  it('RFC 2920 §3.1: with and without pipelining the same happens', async () => {
    for (const manner of [[], ['--no-pipelining']]) {
      const { code, stdout } = await dsn([...base, '--to', 'ok@simulator.test', ...manner, '--json']);
      const { recipients, secure } = JSON.parse(stdout) as {
        recipients: { accepted: boolean; stage: string }[];
        secure: boolean;
      };
      expect({ code, secure, recipients: recipients.map(({ accepted, stage }) => ({ accepted, stage })) }).toEqual({
        code: 0,
        secure: false,
        recipients: [{ accepted: true, stage: 'content' }],
      });
    }
  });

  it('the reports are awaited in a Maildir and shown; a failure is a finding', async () => {
    const reports = ['--wait', '20', '--reports', join(folder.path, 'mail', 'alice@example.org')];
    const { code, stdout } = await dsn([...base, '--to', '550@simulator.test', '--envid', 'first', ...reports]);
    expect(stdout).toContain('550@simulator.test: failed: the message was not delivered and will not be');
    expect(code).toBe(1);
    const second = await dsn([
      ...base,
      '--to',
      'ok@simulator.test NOTIFY=SUCCESS',
      '--envid',
      'second',
      ...reports,
      '--json',
    ]);
    const outcome = JSON.parse(second.stdout) as {
      reports: { report: { originalEnvelopeId: string }; recipients: { action: string }[] }[];
    };
    expect(outcome.reports.map(({ report, recipients }) => [report.originalEnvelopeId, recipients[0]?.action])).toEqual(
      [['second', 'delivered']],
    );
    expect(second.code).toBe(0);
  });

  it('RFC 3464 §2.3.1 §2.3.2: a report is known by ORCPT, or by the address of RCPT', async () => {
    const reports = ['--wait', '60', '--reports', join(folder.path, 'mail', 'alice@example.org')];
    const to = ['--to', 'ok@simulator.test NOTIFY=SUCCESS ORCPT=rfc822;a@b.example'];
    const { code, stdout } = await dsn([...base, ...to, '--envid', 'third', ...reports]);
    expect(stdout).toContain('a@b.example: delivered');
    expect(code).toBe(0);
  });

  it('what is only for a message that is made does not go with one of a file', async () => {
    for (const option of ['--subject', '--header', '--text'])
      expect(await dsn([...base, '--to', 'ok@simulator.test', '--data', '-', option, 'X: y'])).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/^dsn: send: option '--data <file>' cannot be used with option '--\w+ <\w+>'\n$/),
      });
  });

  it('the message of a file arrives with its dots and with CRLF', async () => {
    const { code } = await dsn([...base, '--to', 'bob@example.org', '--data', '-'], {
      stdin: 'Subject: dots\nMessage-ID: <dots@example.org>\n\n.\n..\nend',
    });
    expect(code).toBe(0);
    const inbox = join(folder.path, 'mail', 'bob@example.org');
    await vi.waitFor(async () => {
      const found = await dsn(['inspect', '--json', inbox]);
      expect(found.stdout).toContain('"messageId":"<dots@example.org>"');
    }, 10_000);
    expect(readdirSync(join(inbox, 'new'))).toHaveLength(1);
  });

  it('RFC 3461 §5.1: what the server refuses is shown with its words, exit code 1', async () => {
    const force = ['--force', '--mail', 'RET=SOME'];
    const { code, stdout } = await dsn([...base, '--to', 'ok@simulator.test', ...force]);
    expect(stdout).toMatch(/^refused ok@simulator\.test: 501 5\.5\.4 /);
    expect(code).toBe(1);
  });

  it('RFC 5321 §4.1.1.11: a parameter that was not announced is not sent', async () => {
    const { code, stderr } = await dsn([...base, '--to', 'ok@simulator.test', '--mail', 'SUBMITTER=a@example.org']);
    expect(stderr).toMatch(
      /^dsn: 127\.0\.0\.1:\d+ does not announce SUBMITTER, which SUBMITTER needs; --force sends it all the same\n$/,
    );
    expect(code).toBe(2);
  });
});
