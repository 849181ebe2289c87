import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDsn } from '../support/commands.ts';
import { startDovecot, type Dovecot } from '../support/dovecot.ts';
import { freePort, startDsnd, temporaryFolder, type Dsnd } from '../support/dsnd.ts';
import { hasUnpacked } from '../support/unpacked.ts';

const available = hasUnpacked('dovecot');

describe.runIf(available)('dsn send with reports in an IMAP mailbox of Dovecot', () => {
  const folder = temporaryFolder();
  let ports: { readonly dsnd: number; readonly lmtp: number; readonly imap: number };
  let dovecot: Dovecot;
  let server: Dsnd;

  beforeAll(async () => {
    ports = { dsnd: await freePort(), lmtp: await freePort(), imap: await freePort() };
    dovecot = await startDovecot(ports.lmtp, ['alice@sender.example'], ports.imap);
    server = await startDsnd(
      folder.path,
      `hostname = "mx.example.org"
store = "sqlite:./queue"
[[listen]]
address = "127.0.0.1:${ports.dsnd}"
[[route]]
match = "sender.example"
to = "lmtp://127.0.0.1:${ports.lmtp}"
[[route]]
match = "*"
to = "simulator:"
`,
      ports.dsnd,
    );
  });

  afterAll(async () => {
    await server.stop();
    await dovecot.stop();
    folder.remove();
  });

  const base = () => [
    'send',
    '--server',
    `127.0.0.1:${ports.dsnd}`,
    '--from',
    'alice@sender.example',
    '--helo',
    'a.example',
  ];
  const mailbox = (name: string) => [
    '--wait',
    '30',
    '--reports',
    `imap://alice%40sender.example@127.0.0.1:${ports.imap}/${name}`,
  ];
  const password = { DSN_IMAP_PASSWORD: 'any' };

  it('RFC 3461 §5.2.6(a): shows the report of each message, and none that came before', async () => {
    for (const to of ['550@simulator.test', 'ok@simulator.test NOTIFY=SUCCESS']) {
      const { code, stdout } = await runDsn([...base(), '--to', to, ...mailbox('INBOX')], password);
      const [address = ''] = to.split(' ');
      expect(stdout).toContain(`  ${address}: ${address.startsWith('550') ? 'failed' : 'delivered'}`);
      expect(stdout.match(/delivery status notification/g)).toHaveLength(1);
      expect(code).toBe(address.startsWith('550') ? 1 : 0);
    }
  });

  it('says in one line why a mailbox can not be read, before anything is sent', async () => {
    const before = dovecot.mailbox('alice@sender.example').length;
    const to = ['--to', '550@simulator.test'];
    expect(await runDsn([...base(), ...to, ...mailbox('Nowhere')], password)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^dsn: --reports imap:.*Nowhere: .*\n$/) as string,
    });
    expect((await runDsn([...base(), ...to, ...mailbox('INBOX')])).stderr).toBe(
      'dsn: --reports: set DSN_IMAP_PASSWORD\n',
    );
    expect(dovecot.mailbox('alice@sender.example')).toHaveLength(before);
  });
});

it.skipIf(available)('skipped: needs Dovecot (.ci/interop-packages) and root', () => undefined);
