import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from './dsnd.ts';

/** Whether a Postfix of our own can be run here: the package, and root to start it. */
export const hasPostfix: boolean = existsSync('/usr/sbin/postfix') && process.getuid?.() === 0;

export interface Postfix {
  /** Its log so far. */
  log: () => string;
  stop: () => void;
}

/** What one Postfix has that others have not. */
export interface PostfixMore {
  readonly main?: string;
  /** Content of further tables by name; they lie in $config_directory. */
  readonly tables?: Readonly<Record<string, string>>;
}

/**
 * Starts a private Postfix on a loopback port. It writes down every SMTP line (`debug_peer_list`).
 *
 * @param transports lines of the transport table, such as `sender.example relay:[127.0.0.1]:2600`
 * @param more further lines of main.cf, which win over those before them, and the tables that they name
 */
export async function startPostfix(
  folder: string,
  port: number,
  transports: readonly string[],
  more?: PostfixMore,
): Promise<Postfix> {
  const conf = join(folder, 'conf');
  for (const name of ['conf', 'queue', 'data', 'mail', 'virtual']) mkdirSync(join(folder, name), { recursive: true });
  chmodSync(folder, 0o755);
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postfix'], { encoding: 'utf8' }).stdout);
  for (const name of ['data', 'virtual']) chownSync(join(folder, name), id('-u'), id('-g'));
  writeFileSync(join(conf, 'transport'), `${transports.join('\n')}\n`);
  for (const [name, text] of Object.entries(more?.tables ?? {})) writeFileSync(join(conf, name), `${text}\n`);
  writeFileSync(join(conf, 'main.cf'), mainCf(folder, id('-u'), id('-g')) + (more?.main ?? ''));
  writeFileSync(join(conf, 'master.cf'), masterCf(port));
  const command = (name: string) =>
    spawnSync('/usr/sbin/postfix', ['-c', conf, name], { encoding: 'utf8', timeout: 30_000 });
  const started = command('start');
  if (started.status !== 0) throw new Error(`postfix did not start: ${started.stderr}`);
  const file = join(folder, 'maillog');
  const log = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  // Whoever connects before its log daemon runs fills the socket of the log, and Postfix waits for itself for ever.
  await waitFor(() => log().includes('daemon started'), 60_000);
  return { log, stop: () => void command('stop') };
}

function mainCf(folder: string, uid: number, gid: number): string {
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
shlib_directory = /usr/lib/postfix
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
myhostname = postfix.local.example
mydestination = local.example
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
maillog_file = ${folder}/maillog
maillog_file_prefixes = /var, ${folder}
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtpd_tls_security_level = none
smtp_tls_security_level = none
debug_peer_list = 127.0.0.1
debug_peer_level = 1
alias_maps =
alias_database =
local_recipient_maps =
mail_spool_directory = ${folder}/mail
biff = no
virtual_mailbox_base = ${folder}/virtual
virtual_uid_maps = static:${uid}
virtual_gid_maps = static:${gid}
virtual_minimum_uid = 1
transport_maps = texthash:${folder}/conf/transport
`;
}

function masterCf(port: number): string {
  return readFileSync('/etc/postfix/master.cf.proto', 'utf8')
    .replace(/^smtp +inet .*$/m, `127.0.0.1:${port} inet n - n - - smtpd`)
    .replace(/^([a-z]+ +(?:unix|inet|unix-dgram) +[-yn] +[-yn] +)y /gm, '$1n ');
}
