import { join } from 'node:path';
import { parseReport, type ParsedReport } from '@dsnkit/multipart-report';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { submitTo } from '../support/dialogue.ts';
import { startDovecot, type Dovecot } from '../support/dovecot.ts';
import { freePort, startDsnd, temporaryFolder, waitFor, type Dsnd } from '../support/dsnd.ts';
import { readMaildirs } from '../support/maildir.ts';
import { hasUnpacked } from '../support/unpacked.ts';

const WAIT_MS = 60_000;

describe.runIf(hasUnpacked('dovecot'))('Dovecot as the mailbox store behind lmtp:', () => {
  const folder = temporaryFolder();
  let dovecot: Dovecot;
  let server: Dsnd;
  let port: number;

  beforeAll(async () => {
    const lmtp = await freePort();
    dovecot = await startDovecot(lmtp, ['bob@lmtp.example', 'carol@lmtp.example', 'carol+tag@lmtp.example']);
    port = await freePort();
    const toml = `hostname = "mx.example.org"
store = "sqlite:./queue"
[[listen]]
address = "127.0.0.1:${port}"
[[alias]]
address = "team@lmtp.example"
to = ["bob@lmtp.example", "carol@lmtp.example"]
[[route]]
match = "lmtp.example"
to = "lmtp://127.0.0.1:${lmtp}"
[[route]]
match = "sender.example"
to = "maildir:./mail"
`;
    server = await startDsnd(folder.path, toml, port);
  });

  afterAll(async () => {
    await Promise.all([server.stop(), dovecot.stop()]);
    folder.remove();
  });

  const reportsTo = (address: string): ParsedReport[] =>
    readMaildirs(join(folder.path, 'mail'))
      .filter((each) => each.folder === address)
      .map((each) => parseReport(each.message)!);
  const recipientsTold = (address: string) =>
    reportsTo(address).flatMap((report) => report.deliveryStatus?.recipients ?? []);
  const submit = async (name: string, rcpt: readonly string[]) => {
    const content = `From: ${name}@sender.example\nSubject: ${name}\nMessage-ID: <${name}@sender.example>\n\nHello.`;
    await submitTo(port, `<${name}@sender.example> RET=HDRS ENVID=LMTP-${name}`, rcpt, content);
  };

  it('RFC 3461 §5.2.3: SUCCESS gives a delivered report, and the mail lies in the mailbox', async () => {
    await submit('success', ['<bob@lmtp.example> NOTIFY=SUCCESS ORCPT=rfc822;Bob+2BTag@Example.COM']);
    await waitFor(() => reportsTo('success@sender.example').length > 0, WAIT_MS);
    const [report] = reportsTo('success@sender.example');
    expect(report!.deliveryStatus).toMatchObject({
      message: { reportingMta: { value: 'mx.example.org' }, originalEnvelopeId: 'LMTP-success' },
      recipients: [
        {
          action: 'delivered',
          finalRecipient: { type: 'rfc822', value: 'bob@lmtp.example' },
          originalRecipient: { type: 'rfc822', value: 'Bob+Tag@Example.COM' },
          status: expect.stringMatching(/^2\./),
        },
      ],
    });
    expect(report!.returned?.mediaType).toBe('text/rfc822-headers');
  });

  it('the reverse-path reaches the mailbox as Return-Path, once', async () => {
    await submit('path', ['<bob@lmtp.example> NOTIFY=FAILURE ORCPT=rfc822;Bob+2BTag@Example.COM']);
    const mine = () => dovecot.mailbox('bob@lmtp.example').filter((each) => each.includes('Subject: path'));
    await waitFor(() => mine().length > 0, WAIT_MS);
    expect(mine()).toHaveLength(1);
    expect(mine()[0]!.match(/^Return-Path: .*$/gim)).toEqual(['Return-Path: <path@sender.example>']);
  });

  it('RFC 3461 §5.2.6(a) R3461-5.2.6-a: a mailbox that it does not know gives failed 5.1.1 with its words', async () => {
    await submit('unknown', ['<nobody@lmtp.example> NOTIFY=FAILURE ORCPT=rfc822;nobody@lmtp.example']);
    await waitFor(() => reportsTo('unknown@sender.example').length > 0, WAIT_MS);
    expect(recipientsTold('unknown@sender.example')).toMatchObject([
      {
        action: 'failed',
        status: '5.1.1',
        finalRecipient: { value: 'nobody@lmtp.example' },
        diagnosticCode: { type: 'smtp', value: expect.stringContaining("User doesn't exist") },
      },
    ]);
  });

  it('RFC 2033 §4.2: each recipient of one message has an outcome of its own', async () => {
    await submit('mixed', [
      '<bob@lmtp.example> NOTIFY=SUCCESS,FAILURE',
      '<nobody@lmtp.example>',
      '<carol@lmtp.example> NOTIFY=NEVER',
      '<gone@lmtp.example> NOTIFY=SUCCESS',
    ]);
    await waitFor(() => recipientsTold('mixed@sender.example').length >= 2, WAIT_MS);
    const told = recipientsTold('mixed@sender.example').map((each) => [each.finalRecipient?.value, each.action]);
    expect(Object.fromEntries(told)).toEqual({ 'bob@lmtp.example': 'delivered', 'nobody@lmtp.example': 'failed' });
    for (const address of ['bob@lmtp.example', 'carol@lmtp.example'])
      expect(dovecot.mailbox(address).filter((each) => each.includes('Subject: mixed'))).toHaveLength(1);
  });

  it('RFC 3461 §5.2.7.3: an alias of two mailboxes is expanded here and says nothing of them', async () => {
    await submit('alias', ['<team@lmtp.example> NOTIFY=SUCCESS ORCPT=rfc822;team@lmtp.example']);
    await waitFor(() => recipientsTold('alias@sender.example').length > 0, WAIT_MS);
    for (const address of ['bob@lmtp.example', 'carol@lmtp.example'])
      await waitFor(() => dovecot.mailbox(address).some((each) => each.includes('Subject: alias')), WAIT_MS);
    expect(recipientsTold('alias@sender.example')).toMatchObject([
      { action: 'expanded', finalRecipient: { value: 'team@lmtp.example' } },
    ]);
  });

  it('octets arrive as they were sent: a leading dot, 8-bit, a line of 900', async () => {
    const body = `.dot\n..two\n\u00e4\u00f6\n${'x'.repeat(900)}`;
    await submitTo(
      port,
      '<octets@sender.example> BODY=8BITMIME',
      ['<carol@lmtp.example>'],
      `Subject: octets\n\n${body}`.replace(/^\./gm, '..'),
    );
    const mine = () => dovecot.mailbox('carol@lmtp.example').filter((each) => each.includes('Subject: octets'));
    await waitFor(() => mine().length > 0, WAIT_MS);
    const text = Buffer.from(mine()[0]!, 'latin1').toString('utf8').replace(/\r\n/g, '\n');
    expect(text.slice(text.indexOf('\n\n') + 2).trimEnd()).toBe(body);
  });
});

it.skipIf(hasUnpacked('dovecot'))('skipped: Dovecot, unpacked by .ci/interop-packages, and root are needed', () => {
  expect(true).toBe(true);
});
