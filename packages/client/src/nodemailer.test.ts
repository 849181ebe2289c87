import { createTransport } from 'nodemailer';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestServerOptions } from '../test/server.ts';
import { dsnTransport, hold, reports } from './nodemailer.ts';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function transporter(options: TestServerOptions = {}) {
  server = await startTestServer(options);
  return createTransport(dsnTransport({ host: '127.0.0.1', port: server.port, startTls: 'off' }));
}

const letter = {
  from: 'alice@example.org',
  to: ['Bob <bob@example.com>', 'carol@example.net'],
  subject: 'Lunch',
  text: 'On Friday?',
};
const envelopeOf = ({ heard }: TestServer): string[] => heard.filter((note) => /^(?:mail|rcpt)/.test(note));

describe('dsnTransport', () => {
  it('RFC 3461 §4.1: sends with NOTIFY and ORCPT for each recipient', async () => {
    const mailer = await transporter();
    const info = await mailer.sendMail({
      ...letter,
      bcc: 'dave@example.net',
      ...reports({
        ret: 'HDRS',
        envid: 'QQ314159',
        notify: ['failure'],
        recipients: { 'Bob@example.com': { notify: ['success', 'failure'], orcpt: 'same' } },
      }),
    });
    expect(envelopeOf(server!).map((line) => line.replace(/SIZE=\d+ /, ''))).toEqual([
      'mail alice@example.org RET=HDRS ENVID=QQ314159',
      'rcpt bob@example.com NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@example.com',
      'rcpt carol@example.net NOTIFY=FAILURE',
      'rcpt dave@example.net NOTIFY=FAILURE',
    ]);
    expect(info).toMatchObject({
      dsn: true,
      rejected: [],
      accepted: ['bob@example.com', 'carol@example.net', 'dave@example.net'],
    });
    expect(info.messageId).toMatch(/^<.*@example\.org>$/);
    expect(server!.heard.join('')).toContain('On Friday?');
    expect(server!.heard.join('')).not.toContain('dave@example.net\r\n');
  });

  it('RFC 4865 §3: asks the server to hold a message', async () => {
    const futureRelease = { maxInterval: 3600, maxDateTime: '2030-01-01T00:00:00Z' };
    const mailer = await transporter({ extensions: { pipelining: true, dsn: true, futureRelease } });
    await mailer.sendMail({ ...letter, ...hold({ for: 60 }) });
    await mailer.sendMail({ ...letter, ...hold({ until: new Date('2029-12-31T23:00:00.5Z') }) });
    expect(envelopeOf(server!).filter((line) => line.startsWith('mail'))).toEqual([
      'mail alice@example.org HOLDFOR=60',
      'mail alice@example.org HOLDUNTIL=2029-12-31T23:00:00Z',
    ]);
  });

  it("takes nodemailer's own dsn for all recipients alike", async () => {
    const mailer = await transporter();
    await mailer.sendMail({
      ...letter,
      dsn: { id: 'X1', return: 'headers', notify: ['failure', 'delay'], recipient: 'x' },
    });
    expect(envelopeOf(server!).map((line) => line.replace(/SIZE=\d+ /, ''))).toEqual([
      'mail alice@example.org RET=HDRS ENVID=X1',
      'rcpt bob@example.com NOTIFY=FAILURE,DELAY ORCPT=rfc822;bob@example.com',
      'rcpt carol@example.net NOTIFY=FAILURE,DELAY ORCPT=rfc822;carol@example.net',
    ]);
  });

  it("takes nodemailer's own dsn in capitals and as a list in one text, too", async () => {
    const mailer = await transporter();
    await mailer.sendMail({ ...letter, to: 'bob@example.com', dsn: { ret: 'HDRS', notify: 'failure, delay' } });
    expect(envelopeOf(server!).map((line) => line.replace(/SIZE=\d+ /, ''))).toEqual([
      'mail alice@example.org RET=HDRS',
      'rcpt bob@example.com NOTIFY=FAILURE,DELAY',
    ]);
  });

  it.each([
    ['hdrs', ' RET=HDRS'],
    ['Headers', ' RET=HDRS'],
    ['full', ' RET=FULL'],
    ['body', ' RET=FULL'],
    ['', ''],
  ])("takes the word '%s' for what is to come back, as nodemailer does", async (ret, expected) => {
    const mailer = await transporter();
    await mailer.sendMail({ ...letter, to: 'bob@example.com', dsn: { ret: ret } });
    expect(envelopeOf(server!)[0]?.replace(/ SIZE=\d+/, '')).toBe(`mail alice@example.org${expected}`);
  });

  it.each([
    ['ret', { ret: 'header' }, 'RET'],
    ['return', { return: 'nothing' }, 'RET'],
    ['notify', { notify: 'always' }, 'NOTIFY'],
  ])('RFC 3461 §4.3: refuses a word in %s that has no meaning, and sends nothing', async (_, dsn, keyword) => {
    const mailer = await transporter();
    await expect(mailer.sendMail({ ...letter, dsn: dsn })).rejects.toMatchObject({
      code: 'bad-value',
      keyword,
    });
    expect(envelopeOf(server!)).toEqual([]);
  });

  it('RFC 5321 §4.5.5: a message without a sender goes from the null reverse-path', async () => {
    const mailer = await transporter();
    const info = await mailer.sendMail({ to: 'bob@example.com', text: 'out of office' });
    expect(envelopeOf(server!).map((line) => line.replace(/ SIZE=\d+/, ''))).toEqual(['mail ', 'rcpt bob@example.com']);
    expect(info.envelope.from).toBe('');
  });

  it('tells who was refused, and rejects when all are', async () => {
    const mailer = await transporter();
    const info = await mailer.sendMail({ ...letter, to: ['nobody@example.com', 'bob@example.com'] });
    expect(info).toMatchObject({ accepted: ['bob@example.com'], rejected: ['nobody@example.com'] });
    await expect(mailer.sendMail({ ...letter, to: 'nobody@example.com' })).rejects.toMatchObject({
      code: 'refused',
      reply: { code: 550 },
    });
  });

  it('RFC 5321 §4.2.1: tells a refusal of the content with its reply', async () => {
    const mailer = await transporter({ verdict: { code: 554, status: '5.7.1', lines: ['spam'] } });
    await expect(mailer.sendMail(letter)).rejects.toMatchObject({
      ...{ code: 'refused', message: 'no recipient was taken: 554 5.7.1 spam', reply: { code: 554, status: '5.7.1' } },
    });
  });

  it('RFC 1047 §3: does not call a message refused that may have been taken', async () => {
    const mailer = await transporter({ dropAt: 'end-of-content' });
    await expect(mailer.sendMail({ ...letter, to: ['nobody@example.com', 'bob@example.com'] })).rejects.toMatchObject({
      code: 'connection',
      message: expect.stringContaining('may have been taken') as string,
    });
  });

  it('RFC 1047 §3: does not call a message perhaps taken whose content was never asked for', async () => {
    const mailer = await transporter({ dropAt: 'rcpt bob@example.com' });
    await expect(mailer.sendMail({ ...letter, to: 'bob@example.com' })).rejects.toMatchObject({
      code: 'connection',
      message: 'no recipient was taken: the connection broke',
    });
  });

  it('RFC 3461 §4.1: refuses what is no list of occasions before anything is sent, where it would say NEVER', async () => {
    const mailer = await transporter();
    for (const notify of ['failure', ['FAILURE']])
      await expect(mailer.sendMail({ ...letter, ...{ deliveryReports: { notify } } })).rejects.toMatchObject({
        name: 'EsmtpParameterError',
        keyword: 'NOTIFY',
      });
    expect(server?.heard).toEqual([]);
  });

  it('refuses a request about nobody', async () => {
    const mailer = await transporter();
    await expect(
      mailer.sendMail({ ...letter, ...reports({ recipients: { 'eve@example.com': { notify: 'never' } } }) }),
    ).rejects.toThrow('deliveryReports: eve@example.com is no recipient of the message');
  });
});
