import { readFileSync } from 'node:fs';
import { stringify } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { parseConfig, type Config } from './config.ts';
import { makeReload } from './reload.ts';
import type { Adapters, RunningServer } from './server.ts';

type Value = string | number | boolean | readonly unknown[];
type Table = Readonly<Record<string, unknown>>;

/**
 * What becomes of a key that is another at SIGHUP: the server goes on by it; what was read at the start stays in force, and the
 * log says so; or nothing of the file is taken.
 */
type Decision = 'live' | 'warned' | 'refused';

/** Each key of the configuration with two values, and what SIGHUP makes of the second. A new key has to be decided on here. */
const KEYS: Readonly<Record<string, readonly [Decision, before: Value, after: Value]>> = {
  hostname: ['live', 'mx.example.org', 'out.mx.example.org'],
  store: ['refused', 'postgres://dsnd@db/mail', 'postgres://dsnd@db/other'],
  node: ['refused', 'one', 'two'],
  'state-directory': ['refused', 'here', 'there'],
  'recipient-delimiter': ['live', '+', '-'],
  'listen.address': ['live', '127.0.0.1:25', '127.0.0.1:26'],
  'listen.role': ['live', 'relay', 'submission'],
  'listen.relay-from': ['live', ['::1'], ['127.0.0.0/8']],
  'listen.tls': ['live', 'starttls', 'implicit'],
  'listen.tls-required': ['live', false, true],
  'listen.auth': ['live', ['PLAIN'], ['LOGIN']],
  'listen.auth-in-clear': ['live', false, true],
  'listen.dsn': ['live', 'nobody', 'everyone'],
  'listen.without': ['live', ['CHUNKING'], ['SMTPUTF8']],
  'listen.xclient-from': ['live', ['::1'], ['127.0.0.1']],
  'listen.bare-line-ends': ['live', 'refuse', 'normalise'],
  'listen.suppression': ['live', false, true],
  'listen.check-sender-domain': ['live', false, true],
  'listen.max-connections': ['live', 10, 11],
  'listen.max-connections-per-client': ['live', 10, 11],
  'listen.max-connections-per-minute': ['live', 10, 11],
  'listen.max-messages': ['live', 10, 11],
  'listen.max-errors': ['live', 10, 11],
  'listen.max-refusals': ['live', 10, 11],
  'listen.max-auth-attempts': ['live', 10, 11],
  'route.match': ['live', 'a.example', 'b.example'],
  'route.to': ['live', 'smtp://a.example', 'smtp://b.example'],
  'route.recipients': ['live', ['a'], ['b']],
  'route.recipients-file': ['live', 'a', 'b'],
  'route.accept-from': ['live', 'anyone', 'relay-from'],
  'route.tls': ['live', 'required', 'verified'],
  'route.verp': ['live', false, true],
  'route.auth.user': ['live', 'a', 'b'],
  'route.auth.password-file': ['live', 'a', 'b'],
  'alias.address': ['live', 'a@example.org', 'b@example.org'],
  'alias.to': ['live', ['c@example.org'], ['d@example.org']],
  'alias.confidential': ['live', false, true],
  'list.address': ['live', 'list@example.org', 'list2@example.org'],
  'list.owner': ['live', 'a@example.org', 'b@example.org'],
  'list.members': ['live', ['c@example.org'], ['d@example.org']],
  'list.members-file': ['live', 'a', 'b'],
  'retry.delays': ['live', ['1m'], ['2m']],
  'retry.expire-after': ['live', '5d', '6d'],
  'retry.delayed-after': ['live', '1h', '2h'],
  'retry.delayed-repeat': ['live', '1h', '2h'],
  'report.returned-max-octets': ['live', 1, 2],
  'report.postmaster': ['live', 'a@example.org', 'b@example.org'],
  'report.language': ['live', 'en', 'de'],
  'report.languages': ['live', ['en'], ['en', 'de']],
  'report.texts': ['live', ['a'], ['b']],
  'report.html': ['live', false, true],
  'report.max-per-minute': ['live', 10, 11],
  'report.digest-every': ['live', '1h', 'never'],
  'report.return-path-memory': ['live', '1d', '2d'],
  'report.dkim.domain': ['live', 'mx.example.org', 'example.org'],
  'report.dkim.selector': ['live', 'a', 'b'],
  'report.dkim.key-file': ['live', 'a', 'b'],
  'limits.message-size-octets': ['live', 100_000, 200_000],
  'limits.max-recipients': ['live', 100, 200],
  'limits.max-hops': ['live', 100, 200],
  'limits.max-hold': ['live', '1d', '2d'],
  'limits.least-deliver-by': ['live', '1m', '2m'],
  'delivery.max-attempts': ['live', 10, 11],
  'delivery.max-per-destination': ['live', 10, 11],
  'delivery.lease': ['live', '1m', '2m'],
  'delivery.rate-per-minute': ['live', 10, 11],
  'delivery.prefer': ['live', 'ipv6', 'ipv4'],
  'delivery.mta-sts': ['live', true, false],
  'delivery.dane-resolver': ['live', '127.0.0.1:53', '[::1]:53'],
  'tls.certificate': ['live', 'a', 'b'],
  'tls.key': ['live', 'a', 'b'],
  'tls.minimum': ['live', '1.2', '1.3'],
  'users.file': ['live', 'a', 'b'],
  'users.max-failures': ['live', 10, 11],
  'traces.endpoint': ['live', 'http://127.0.0.1:4318', 'http://127.0.0.1:4319'],
  'admin.listen': ['live', '127.0.0.1:8025', '127.0.0.1:8026'],
  'admin.token-file': ['live', 'a', 'b'],
  'admin.password-file': ['live', 'a', 'b'],
  'admin.hosts': ['live', ['a.example'], ['b.example']],
  'bodies.endpoint': ['warned', 'https://a.example', 'https://b.example'],
  'bodies.bucket': ['warned', 'mail', 'other'],
  'bodies.region': ['warned', 'us-east-1', 'eu-central-1'],
  'bodies.prefix': ['warned', 'a', 'b'],
  'bodies.access-key': ['warned', 'a', 'b'],
  'bodies.secret-key-file': ['warned', 'a', 'b'],
  'history.keep': ['live', '1d', '2d'],
  'history.max-messages': ['live', 10, 11],
  'history.contents': ['live', 'none', 'all'],
  'history.content-max-octets': ['live', 10, 11],
  'suppression.statuses': ['live', ['5.1.1'], ['5.1.2']],
  'suppression.failures': ['live', 1, 2],
  'suppression.keep': ['live', '1d', '2d'],
  'webhook.name': ['live', 'a', 'b'],
  'webhook.renamed-from': ['live', 'c', 'd'],
  'webhook.url': ['live', 'https://a.example/', 'https://b.example/'],
  'webhook.secret': ['live', 'whsec_YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh', 'whsec_YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJi'],
  'webhook.secret-file': ['live', 'a', 'b'],
  'webhook.secret-env': ['live', 'A', 'B'],
  'webhook.events': ['live', ['failed'], ['delivered']],
  'webhook.timeout': ['live', '1s', '2s'],
  'webhook.give-up-after': ['live', '1d', '2d'],
};

/** The secret of a webhook stands in one place only. */
const SECRETS: readonly string[] = ['webhook.secret', 'webhook.secret-file', 'webhook.secret-env'];

function besides(key: string): readonly string[] {
  return SECRETS.filter((each) => each !== (SECRETS.includes(key) ? key : SECRETS[0]));
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** The keys by which the server reads its file, as editors know them. */
function keysOf({ properties, items }: Schema, path = ''): readonly string[] {
  const inside = properties ?? items?.properties;
  if (inside === undefined) return [path];
  return Object.entries(inside).flatMap(([key, value]) => keysOf(value, path === '' ? key : `${path}.${key}`));
}

const schema = JSON.parse(readFileSync(new URL('../schema/dsnd.schema.json', import.meta.url), 'utf8')) as Schema;
const isArray = (name: string): boolean =>
  (name === 'report.dkim' ? schema.properties?.['report']?.properties?.['dkim'] : schema.properties?.[name])?.items !==
  undefined;

/** A configuration with every key; that one has its first value, or its second. */
function configWith(changed: string, which: 'before' | 'after'): Config {
  const left = besides(changed);
  const document: Record<string, unknown> = {};
  for (const [key, [, before, after]] of Object.entries(KEYS)) {
    if (!left.includes(key)) put(document, key.split('.'), key === changed && which === 'after' ? after : before);
  }
  return parseConfig(stringify(document), 'dsnd.toml', '/etc');
}

function put(table: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: Value, path = ''): void {
  if (rest.length === 0) {
    table[key] = value;
    return;
  }
  const name = path === '' ? key : `${path}.${key}`;
  const inside = isArray(name) ? ((table[key] ??= [{}]) as Table[])[0] : (table[key] ??= {});
  put(inside as Record<string, unknown>, rest, value, name);
}

/** Reloads one configuration over another; what the server went on by, and what the log said. */
async function reloaded(config: Config, next: Config): Promise<{ readonly taken: Config[]; readonly said: string[] }> {
  const taken: Config[] = [];
  const said: string[] = [];
  const log = {
    info: () => undefined,
    warn: (what: string) => void said.push(what),
    error: ({ what }: { readonly what: string }) => void said.push(what),
  };
  await new Promise<void>((done) =>
    makeReload({
      config,
      load: () => Promise.resolve(next),
      adaptersOf: () => ({}) as Adapters,
      server: { listening: [], reload: (given: Config) => Promise.resolve(void taken.push(given)) } as unknown as RunningServer,
      others: [{ reload: (given) => void taken.push(given) }],
      manager: { reloading: () => undefined, ready: () => done() },
      log: log as never,
    })(),
  ); // prettier-ignore
  return { taken, said };
}

describe('each key of the configuration at SIGHUP', () => {
  it('has a decision', () => {
    expect(Object.keys(KEYS).sort()).toEqual([...keysOf(schema)].sort());
  });

  it.each(Object.entries(KEYS).map(([key, [decision]]) => [key, decision] as const))(
    '%s: %s',
    async (key, decision) => {
      const [before, after] = [configWith(key, 'before'), configWith(key, 'after')];
      expect(after).not.toEqual(before);
      const { taken, said } = await reloaded(before, after);
      const [table = ''] = key.split('.');
      if (decision === 'refused') {
        expect({ taken, said }).toEqual({ taken: [], said: [`${key} can't change while the server runs: restart it`] });
        return;
      }
      expect(taken).toEqual([after, after]);
      if (decision === 'warned') expect(said).toContain(`[${table}] changes with a restart only`);
      else expect(said.filter((line) => line.includes('restart'))).toEqual([]);
    },
  );
});
