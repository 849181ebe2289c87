import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitForPort } from './dsnd.ts';
import type { Mta } from './mta.ts';
import { makeOwned, makeRoot, startIn } from './unpacked.ts';

/**
 * Starts a private OpenSMTPD on a loopback port. It traces every SMTP line that it hears.
 *
 * @param hops port of 127.0.0.1 by domain
 */
export async function startOpenSmtpd(port: number, hops: Readonly<Record<string, number>>): Promise<Mta> {
  const root = makeRoot('opensmtpd');
  for (const folder of ['var/lib/opensmtpd/empty', 'var/spool']) makeOwned(root, folder, 'root');
  writeFileSync(join(root.path, 'smtpd.conf'), configuration(port, hops), { mode: 0o644 });
  const server = startIn(root, ['/usr/sbin/smtpd', '-d', '-f', '/smtpd.conf', '-T', 'smtp']);
  await waitForPort(port, server.log);
  return {
    log: server.log,
    heard: () => [...server.log().matchAll(/<<< ((?:MAIL|RCPT) .*)$/gim)].map((match) => match[1]!),
    async stop() {
      await server.stop();
      root.remove();
    },
  };
}

function configuration(port: number, hops: Readonly<Record<string, number>>): string {
  const domains = Object.entries(hops);
  const actions = domains.map(([, hop], index) => `action "hop${index}" relay host smtp://127.0.0.1:${hop}\n`);
  const matches = domains.map(([domain], index) => `match from any for domain "${domain}" action "hop${index}"\n`);
  return `listen on lo port ${port} hostname opensmtpd.local.example\n${actions.join('')}${matches.join('')}`;
}
