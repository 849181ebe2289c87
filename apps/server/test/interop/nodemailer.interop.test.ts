import { join } from 'node:path';
import { dsnTransport, reports } from '@dsnkit/client/nodemailer';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, startDsnd, temporaryFolder, waitFor, type Dsnd } from '../support/dsnd.ts';
import { readMaildirs } from '../support/maildir.ts';
import { hasPostfix, startPostfix, type Postfix } from '../support/postfix.ts';
import { startRecordingHop, type RecordingHop } from '../support/recording-hop.ts';

const request = reports({
  ret: 'HDRS',
  envid: 'QQ+314',
  notify: 'never',
  recipients: {
    'bob@hop.example': { notify: ['success', 'failure'], orcpt: 'same' },
    'reject@hop.example': { notify: ['failure'], orcpt: { type: 'rfc822', address: 'old@hop.example' } },
  },
});
const letter = {
  from: 'alice@sender.example',
  to: ['bob@hop.example', 'reject@hop.example', 'carol@hop.example'],
  subject: 'Lunch',
  text: 'On Friday?',
};

describe('the nodemailer transport', () => {
  const folder = temporaryFolder();
  const postfixFolder = temporaryFolder('dsnd-postfix-');
  let hop: RecordingHop;
  let server: Dsnd;
  let postfix: Postfix | undefined;
  let ports: { readonly dsnd: number; readonly postfix: number };

  beforeAll(async () => {
    hop = await startRecordingHop({
      rcpt: (address) => (address.startsWith('reject') ? `550 5.1.1 <${address}>: no such user` : '250 2.1.5 Ok'),
    });
    ports = { dsnd: await freePort(), postfix: await freePort() };
    server = await startDsnd(
      folder.path,
      `hostname = "mx.example.org"
store = "sqlite:./queue"
[[listen]]
address = "127.0.0.1:${ports.dsnd}"
[[route]]
match = "sender.example"
to = "maildir:./mail"
[[route]]
match = "hop.example"
to = "smtp://127.0.0.1:${hop.port}"
`,
      ports.dsnd,
    );
    if (hasPostfix)
      postfix = await startPostfix(postfixFolder.path, ports.postfix, [
        `hop.example relay:[127.0.0.1]:${hop.port}`,
        `sender.example relay:[127.0.0.1]:${ports.dsnd}`,
      ]);
  });

  afterAll(async () => {
    await server.stop();
    postfix?.stop();
    await hop.close();
    folder.remove();
    postfixFolder.remove();
  });

  it.each(['dsnd', 'postfix'] as const)('RFC 3461 §4: asks %s for each recipient apart', async (which) => {
    if (which === 'postfix' && !hasPostfix) {
      console.log('Postfix is not installed: left out');
      return;
    }
    const mailer = createTransport(dsnTransport({ host: '127.0.0.1', port: ports[which], startTls: 'off' }));
    const from = `${which}@sender.example`;
    const info = await mailer.sendMail({ ...letter, from, ...request });
    expect(info).toMatchObject({ accepted: letter.to, rejected: [], dsn: true });

    const toSender = () => readMaildirs(join(folder.path, 'mail')).filter((each) => each.folder === from);
    await waitFor(() => toSender().length > 0 && hop.transactions.some(({ mail }) => mail.includes(from)), 60_000);
    const heard = hop.transactions
      .filter(({ mail }) => mail.includes(from))
      .flatMap(({ mail, rcpt }) => [mail, ...rcpt]);
    expect(heard.join('\n')).toContain('ENVID=QQ+2B314');
    // Postfix has an order of its own, and gives an ORCPT to whoever has none.
    const rcpt = (name: string) => heard.find((line) => line.includes(`<${name}@`))?.split(' ');
    expect(rcpt('bob')).toEqual(expect.arrayContaining(['NOTIFY=SUCCESS,FAILURE', 'ORCPT=rfc822;bob@hop.example']));
    expect(rcpt('carol')).toContain('NOTIFY=NEVER');
    // One report, on the one recipient that failed, under the name that was asked for.
    const text = toSender()[0]!.message.toString();
    expect(text).toMatch(/^Original-Envelope-Id: QQ\+314\r?$/m);
    expect(text).toMatch(/^Original-Recipient: rfc822; ?old@hop\.example\r?$/m);
    expect(text).toMatch(/^Action: failed\r?$/m);
    expect(text).not.toContain('On Friday?');
  });
});
