import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitForPort } from './dsnd.ts';
import { makeOwned, makeRoot, startIn } from './unpacked.ts';
import type { Mta } from './mta.ts';

/**
 * Starts a private Exim on a loopback port. It writes every MAIL and RCPT line it takes into its log.
 *
 * @param hops port of 127.0.0.1 by domain
 */
export async function startExim(port: number, hops: Readonly<Record<string, number>>): Promise<Mta> {
  const root = makeRoot('exim');
  for (const folder of ['spool', 'log']) makeOwned(root, folder, 'Debian-exim');
  makeOwned(root, 'etc/exim4', 'root');
  writeFileSync(join(root.path, 'etc/exim4/exim4.conf'), configuration(port, hops), { mode: 0o644 });
  const server = startIn(root, ['/usr/sbin/exim4', '-bdf', '-q5s']);
  const file = join(root.path, 'log/mainlog');
  const log = () => (existsSync(file) ? readFileSync(file, 'utf8') : '') + server.log();
  await waitForPort(port, log);
  return {
    log,
    heard: () => [...log().matchAll(/heard: (.*)$/gm)].map((match) => match[1]!),
    async stop() {
      await server.stop();
      root.remove();
    },
  };
}

function configuration(port: number, hops: Readonly<Record<string, number>>): string {
  const domains = Object.entries(hops);
  return `primary_hostname = exim.local.example
qualify_domain = local.example
exim_user = Debian-exim
exim_group = Debian-exim
never_users =
keep_environment =
spool_directory = /spool
log_file_path = /log/%slog
pid_file_path = /spool/exim.pid
log_selector = -queue_run
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
tls_advertise_hosts =
dsn_advertise_hosts = *
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_mail = heard
acl_smtp_rcpt = heard
acl_smtp_data = accept
begin acl
heard:
  accept
    logwrite = heard: $smtp_command
begin routers
${domains.map(([domain], index) => router(domain, index)).join('')}begin transports
${domains.map(([, hop], index) => transport(hop, index)).join('')}begin retry
* * F,1h,1s
`;
}

function router(domain: string, index: number): string {
  return `router${index}:
  driver = manualroute
  domains = ${domain}
  transport = transport${index}
  route_list = * 127.0.0.1
  self = send
`;
}

function transport(hop: number, index: number): string {
  return `transport${index}:
  driver = smtp
  port = ${hop}
  allow_localhost
`;
}
