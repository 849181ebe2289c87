import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a Postfix of our own can be run here: the package, and root to start it. */
export const hasPostfix: boolean = existsSync('/usr/sbin/postfix') && process.getuid?.() === 0;

export interface Postfix {
  /** Its log so far. */
  log(): string;
  stop(): void;
}

/**
 * Starts a private Postfix on a loopback port. It writes down every SMTP line (`debug_peer_list`).
 *
 * @param transports lines of the transport table, such as `sender.example relay:[127.0.0.1]:2600`
 */
export function startPostfix(folder: string, port: number, transports: readonly string[]): Postfix {
  const conf = join(folder, 'conf');
  for (const name of ['conf', 'queue', 'data', 'mail']) mkdirSync(join(folder, name), { recursive: true });
  chmodSync(folder, 0o755);
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postfix'], { encoding: 'utf8' }).stdout);
  chownSync(join(folder, 'data'), id('-u'), id('-g'));
  writeFileSync(join(conf, 'transport'), `${transports.join('\n')}\n`);
  writeFileSync(join(conf, 'main.cf'), mainCf(folder));
  writeFileSync(join(conf, 'master.cf'), masterCf(port));
  const started = spawnSync('/usr/sbin/postfix', ['-c', conf, 'start'], { encoding: 'utf8' });
  if (started.status !== 0) throw new Error(`postfix did not start: ${started.stderr}`);
  const log = join(folder, 'maillog');
  return {
    log: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''),
    stop: () => void spawnSync('/usr/sbin/postfix', ['-c', conf, 'stop']),
  };
}

function mainCf(folder: string): string {
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
alias_maps =
alias_database =
local_recipient_maps =
mail_spool_directory = ${folder}/mail
biff = no
transport_maps = texthash:${folder}/conf/transport
`;
}

function masterCf(port: number): string {
  return readFileSync('/etc/postfix/master.cf.proto', 'utf8')
    .replace(/^smtp +inet .*$/m, `127.0.0.1:${port} inet n - n - - smtpd`)
    .replace(/^([a-z]+ +(?:unix|inet|unix-dgram) +[-yn] +[-yn] +)y /gm, '$1n ');
}
