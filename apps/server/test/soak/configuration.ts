import { userTable } from '../support/users.ts';
import type { Hops } from './places.ts';

/** Ports of the server that soaks. */
export interface Ports {
  readonly relay: number;
  readonly submission: number;
  readonly admin: number;
}

export const user = { name: 'shop', password: 'All work and no play' };
export const users = userTable(user.name, user.password);
/** AUTH PLAIN with the password. RFC 4616 */
export const login = `AUTH PLAIN ${Buffer.from(`\0${user.name}\0${user.password}`).toString('base64')}`;
/** What the history keeps is gone after so long, and so is what fails: then nothing may grow any more. */
export const KEPT_MS = 120_000;
/** A message older than that has its outcome. */
export const EXPIRED_MS = 15_000;

/** Everything on. What differs between generations is harmless, and known by nobody before the reload. */
export function configuration(ports: Ports, hops: Hops, receiver: number, generation: number): string {
  const route = (match: string, to: string) => `[[route]]\nmatch = "${match}"\nto = "${to}"\n`;
  const smtp = (['hop', 'dsn', 'defer', 'stall', 'refuse', 'deaf'] as const)
    .map((name) => route(`${name}.example`, `smtp://127.0.0.1:${hops[name].port}`))
    .join('');
  const webhook = (name: string, events: readonly string[]) =>
    `[[webhook]]\nname = "${name}"\nurl = "http://127.0.0.1:${receiver}/${name}"
secret = "whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}"\nevents = ${JSON.stringify(events)}\n`;
  return `hostname = "mx.example.org"
store = "sqlite:queue"
recipient-delimiter = "+"
[[listen]]
address = "127.0.0.1:${ports.relay}"
max-errors = ${20 + (generation % 2)}
[[listen]]
address = "127.0.0.1:${ports.submission}"
role = "submission"
auth-in-clear = true
[users]
file = "users.toml"
${smtp}${route('lmtp.example', `lmtp://127.0.0.1:${hops.lmtp.port}`)}${route('simulator.test', 'simulator:')}
${route('here.example', 'maildir:mail')}${route('sender.example', 'maildir:mail')}${route('owner.example', 'discard:')}
[[alias]]
address = "one@alias.example"
to = ["ok@hop.example"]
[[alias]]
address = "two@alias.example"
to = ["ok@hop.example", "box@lmtp.example"]
[[alias]]
address = "generation${generation}@alias.example"
to = ["ok@hop.example"]
[[list]]
address = "news@list.example"
owner = "owner@owner.example"
members = ["ok@hop.example", "here@here.example"]
[retry]
delays = ["1s", "2s", "3s"]
delayed-after = "3s"
expire-after = "${EXPIRED_MS / 1_000}s"
[report]
max-per-minute = 1000000
digest-every = "1m"
postmaster = "postmaster@owner.example"
[delivery]
max-per-destination = ${20 + (generation % 2)}
[traces]
endpoint = "http://127.0.0.1:${receiver}/traces"
[admin]
listen = "127.0.0.1:${ports.admin}"
[history]
keep = "${KEPT_MS / 60_000}m"
[suppression]
keep = "1m"
${webhook('outcomes', ['delivered', 'relayed', 'expanded', 'failed', 'expired', 'bounced', 'dropped'])}
${webhook('operations', ['held', 'released', 'retried', 'paused', 'resumed', 'suppressed'])}
`;
}
