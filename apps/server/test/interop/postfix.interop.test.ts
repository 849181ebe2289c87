import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialogue } from '../support/dialogue.ts';
import { freePort, startDsnd, temporaryFolder, waitFor, type Dsnd } from '../support/dsnd.ts';
import { readMaildirs } from '../support/maildir.ts';
import { hasPostfix, startPostfix, type Postfix } from '../support/postfix.ts';
import { readWithPython } from '../support/python.ts';
import { startRecordingHop, type RecordingHop } from '../support/recording-hop.ts';

describe.runIf(hasPostfix)('Postfix', () => {
  const folder = temporaryFolder();
  const postfixFolder = temporaryFolder('dsnd-postfix-');
  let hop: RecordingHop;
  let postfix: Postfix;
  let server: Dsnd;
  let ports: { readonly dsnd: number; readonly postfix: number };

  beforeAll(async () => {
    hop = await startRecordingHop({
      rcpt: (address) => (address.startsWith('reject') ? `550 5.1.1 <${address}>: no such user` : '250 2.1.5 Ok'),
    });
    ports = { dsnd: await freePort(), postfix: await freePort() };
    postfix = await startPostfix(postfixFolder.path, ports.postfix, [
      `hop.example relay:[127.0.0.1]:${hop.port}`,
      `sender.example relay:[127.0.0.1]:${ports.dsnd}`,
      `simulator.example relay:[127.0.0.1]:${ports.dsnd}`,
    ]);
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
match = "simulator.example"
to = "simulator:"
[[route]]
match = "hop.example"
to = "smtp://127.0.0.1:${ports.postfix}"
`,
      ports.dsnd,
    );
  });

  afterAll(async () => {
    await server.stop();
    postfix.stop();
    await hop.close();
    folder.remove();
    postfixFolder.remove();
  });

  const toSender = (folderName: string) =>
    readMaildirs(join(folder.path, 'mail')).filter((each) => each.folder === folderName);

  it('RFC 3461 §5.2.1: as next hop gets every DSN parameter verbatim', async () => {
    const mail = 'MAIL FROM:<next@sender.example> RET=HDRS ENVID=QQ+2B314+3D159';
    const rcpt = [
      'RCPT TO:<ok@hop.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Bob+2BTag@Example.COM',
      'RCPT TO:<plain@hop.example>',
      'RCPT TO:<never@hop.example> NOTIFY=NEVER',
      'RCPT TO:<lower@hop.example> notify=success,delay ORCPT=RFC822;lower@hop.example',
    ];
    const replies = await dialogue(ports.dsnd, [
      'EHLO client.example',
      mail,
      ...rcpt,
      'DATA',
      'Subject: verbatim\r\n\r\nHello.\r\n.',
      'QUIT',
    ]);
    expect(
      replies.every((reply) => /^[23]/.test(reply)),
      replies.join('\n'),
    ).toBe(true);
    // Postfix writes each line it hears into its log.
    const heard = () =>
      [...postfix.log().matchAll(/< [^ ]*\[127\.0\.0\.1\]: ((?:MAIL|RCPT) .*)$/gm)].map((match) => match[1]!);
    await waitFor(() => heard().filter((line) => line.includes('@hop.example')).length >= rcpt.length);
    const fromUs = heard();
    expect(fromUs.find((line) => line.startsWith('MAIL FROM:<next@'))).toContain('RET=HDRS ENVID=QQ+2B314+3D159');
    for (const line of rcpt) expect(fromUs).toContain(line);
  });

  it('as next hop: its failure report about our message reaches the sender through us', async () => {
    await dialogue(ports.dsnd, [
      'EHLO client.example',
      'MAIL FROM:<fails@sender.example> RET=HDRS ENVID=PF1',
      'RCPT TO:<reject@hop.example> NOTIFY=FAILURE ORCPT=rfc822;reject@hop.example',
      'DATA',
      'Subject: refused\r\n\r\nHello.\r\n.',
      'QUIT',
    ]);
    await waitFor(() => toSender('fails@sender.example').length > 0, 60_000);
    const report = readWithPython(toSender('fails@sender.example')[0]!.message);
    expect(report.groups[0]).toMatchObject({
      'reporting-mta': 'dns; postfix.local.example',
      'original-envelope-id': 'PF1',
    });
    expect(report.groups[1]).toMatchObject({ action: 'failed', status: '5.1.1' });
  });

  it('as previous hop: relays to us with its parameters, and gets our reports back to its sender', async () => {
    await dialogue(ports.postfix, [
      'EHLO client.example',
      'MAIL FROM:<previous@sender.example> RET=HDRS ENVID=PREV1',
      'RCPT TO:<ok@simulator.example> NOTIFY=SUCCESS ORCPT=rfc822;Ok@Simulator.Example',
      'RCPT TO:<no-dsn@simulator.example> NOTIFY=SUCCESS,FAILURE',
      'RCPT TO:<550@simulator.example> NOTIFY=FAILURE',
      'RCPT TO:<5.2.2@simulator.example> NOTIFY=NEVER',
      'DATA',
      'Subject: from Postfix\r\nMessage-ID: <p1@sender.example>\r\n\r\nHello.\r\n.',
      'QUIT',
    ]);
    const groups = () =>
      toSender('previous@sender.example').flatMap((each) => {
        const report = readWithPython(each.message);
        expect(report).toMatchObject({ contentType: 'multipart/report', reportType: 'delivery-status', defects: [] });
        expect(report.groups[0]).toMatchObject({
          'original-envelope-id': 'PREV1',
          'reporting-mta': 'dns; mx.example.org',
        });
        return report.groups.slice(1);
      });
    await waitFor(() => groups().length >= 3, 60_000);
    const actions = Object.fromEntries(groups().map((group) => [group['final-recipient'], group['action']]));
    expect(actions).toEqual({
      'rfc822; ok@simulator.example': 'delivered',
      'rfc822; no-dsn@simulator.example': 'relayed',
      'rfc822; 550@simulator.example': 'failed',
    });
    const delivered = groups().find((group) => group['action'] === 'delivered');
    expect(delivered?.['original-recipient']).toBe('rfc822; Ok@Simulator.Example');
  });
});

it.skipIf(hasPostfix)('skipped: Postfix (a Debian package) and root are needed', () => {
  expect(true).toBe(true);
});
