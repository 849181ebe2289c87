import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitForPort } from './dsnd.ts';
import { readMaildirs } from './maildir.ts';
import { makeOwned, makeRoot, startIn } from './unpacked.ts';

export interface Dovecot {
  log(): string;
  /** What lies in the mailbox of an address. */
  mailbox(address: string): readonly string[];
  stop(): Promise<void>;
}

/**
 * Starts a private Dovecot that takes mail by LMTP on a loopback port, for these addresses and no others.
 *
 * @param imapPort where it offers IMAP, too, under any password
 */
export async function startDovecot(port: number, addresses: readonly string[], imapPort?: number): Promise<Dovecot> {
  const root = makeRoot('dovecot');
  makeOwned(root, 'mail', 'vmail');
  writeFileSync(join(root.path, 'users'), addresses.map((address) => `${address}:::::::\n`).join(''));
  writeFileSync(join(root.path, 'dovecot.conf'), configuration(port, imapPort));
  const server = startIn(root, ['/usr/sbin/dovecot', '-F', '-c', '/dovecot.conf']);
  await waitForPort(port, server.log);
  return {
    log: server.log,
    mailbox: (address) =>
      readMaildirs(join(root.path, 'mail'))
        .filter((each) => each.folder === address)
        .map((each) => each.message.toString('latin1')),
    async stop() {
      await server.stop();
      root.remove();
    },
  };
}

function configuration(port: number, imapPort: number | undefined): string {
  return `base_dir = /run/dovecot
log_path = /dev/stderr
protocols = lmtp${imapPort === undefined ? '' : ' imap'}
ssl = no
listen = 127.0.0.1
hostname = dovecot.local.example
mail_location = maildir:/mail/%u
mail_uid = vmail
mail_gid = vmail
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = passwd-file
  args = /users
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${port}
  }
}
${imapPort === undefined ? '' : imap(imapPort)}`;
}

function imap(port: number): string {
  return `disable_plaintext_auth = no
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
`;
}
