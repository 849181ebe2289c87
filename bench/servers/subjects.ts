import { spawn, spawnSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildServer, greets, route, startDsnd } from '../dsnd.ts';

/** One server under test. */
export interface Subject {
  readonly name: string;
  readonly port: number;
  /** The root of its processes. */
  readonly pid: number;
  /** It passes mail for relay.example on to the sink; else it only takes it. */
  readonly relays: boolean;
  stop(): Promise<void>;
}

/** Where a server runs, and how. */
export interface Place {
  /** A folder of its own. */
  readonly folder: string;
  readonly port: number;
  readonly sinkPort: number;
  /** Words that go before its command: strace, say. */
  readonly under?: readonly string[];
  /** Options of Node for servers that run on it. */
  readonly nodeOptions?: readonly string[];
}

const here = import.meta.dirname;

/** dsnd, built from this checkout as it is published, Node as in its unit. */
export async function startOurs({ folder, port, sinkPort, under = [], nodeOptions = [] }: Place): Promise<Subject> {
  buildServer();
  const server = await startDsnd({
    ...{ folder, port, under, built: true },
    toml: route('relay.example', `smtp://127.0.0.1:${sinkPort}`) + route('discard.example', 'discard:'),
    nodeOptions: ['--max-semi-space-size=8', ...nodeOptions],
  });
  return { name: 'dsnd', relays: true, ...server };
}

/** Postfix of Debian in an instance of its own, with its default settings but for names and ports. */
export async function startPostfix({ folder, port, sinkPort, under = [] }: Place): Promise<Subject> {
  const conf = join(folder, 'conf');
  for (const name of ['conf', 'queue', 'data']) mkdirSync(join(folder, name));
  const uid = Number(spawnSync('id', ['-u', 'postfix'], { encoding: 'utf8' }).stdout);
  chownSync(join(folder, 'data'), uid, 0);
  writeFileSync(join(conf, 'main.cf'), postfixSettings(folder, sinkPort));
  const services = readFileSync('/etc/postfix/master.cf.proto', 'latin1')
    .replace(/^smtp {6}inet .*$/m, `127.0.0.1:${port} inet n - n - - smtpd`)
    .replace(/^([a-z]+ +(?:unix|inet|unix-dgram) +[-yn] +[-yn] +)y /gm, '$1n ');
  writeFileSync(join(conf, 'master.cf'), services);
  const [command, ...args] = [...under, 'postfix', '-c', conf, 'start'];
  const starting = spawn(command, args, { stdio: 'ignore' });
  const ended = new Promise<void>((done) => starting.once('exit', () => done()));
  await greets(port);
  const pid = Number(readFileSync(join(folder, 'queue/pid/master.pid'), 'latin1'));
  const stop = async (): Promise<void> => {
    spawnSync('postfix', ['-c', conf, 'stop'], { stdio: 'ignore' });
    await ended;
  };
  return { name: 'Postfix', port, pid, relays: true, stop };
}

function postfixSettings(folder: string, sinkPort: number): string {
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
shlib_directory = /usr/lib/postfix
meta_directory = /etc/postfix
myhostname = mta.local.example
mydestination = local.example
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
maillog_file = ${folder}/maillog
maillog_file_prefixes = /var, ${folder}
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtpd_tls_security_level = none
smtp_tls_security_level = none
alias_maps =
alias_database =
transport_maps = inline:{ { relay.example = relay:[127.0.0.1]:${sinkPort} }, { discard.example = discard: } }
`;
}

/** What is installed of Haraka: it is no dependency of ours, npm fetches it when the bench runs. */
const HARAKA = 'Haraka@3.3.4';
/** Versions that Haraka asks for are not in every registry. */
const HARAKA_OVERRIDES = { 'encoding-japanese': '2.2.0', libqp: '2.1.1', libmime: '5.3.7', mailparser: '3.9.0' };

/** Installs Haraka into a folder. False if npm can't. */
export function installHaraka(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, overrides: HARAKA_OVERRIDES }));
  const args = ['install', '--no-audit', '--no-fund', '--omit=optional', '--ignore-scripts', HARAKA];
  return spawnSync('npm', args, { cwd: folder, stdio: 'ignore' }).status === 0;
}

/** Haraka relaying for everybody, without plugins but the one that names the sink. */
export async function startHaraka({ folder, port, sinkPort, under = [] }: Place, installed: string): Promise<Subject> {
  const haraka = join(installed, 'node_modules/Haraka');
  cpSync(join(haraka, 'config'), join(folder, 'config'), { recursive: true });
  for (const name of ['plugins', 'queue']) mkdirSync(join(folder, name));
  const settings: Record<string, string> = {
    'smtp.ini': `listen=127.0.0.1:${port}\n`,
    plugins: 'bench\n',
    'log.ini': '[main]\nlevel=NOTICE\n',
    me: 'mx.example.org\n',
    'outbound.ini': 'concurrency_max=100\n',
  };
  for (const [name, text] of Object.entries(settings)) writeFileSync(join(folder, 'config', name), text);
  writeFileSync(
    join(folder, 'plugins/bench.js'),
    `exports.hook_rcpt = (next, connection) => { connection.relaying = true; next(OK); };
exports.hook_get_mx = (next) => next(OK, { priority: 0, exchange: '127.0.0.1', port: ${sinkPort} });\n`,
  );
  return await subject('Haraka', [...under, process.execPath, join(haraka, 'bin/haraka'), '-c', folder], {
    folder,
    port,
    relays: true,
  });
}

/** smtp-server of npm with each message in a file, synced before its 250, or with nothing kept. */
export async function startSmtpServer({ folder, port }: Place, keeps: boolean): Promise<Subject> {
  const node = [process.execPath, '--conditions=source', join(here, 'smtp-server.ts'), `${port}`];
  const name = keeps ? 'smtp-server, file and fsync' : 'smtp-server, nothing kept';
  return await subject(name, keeps ? [...node, folder] : node, { folder, port, relays: false });
}

async function subject(
  name: string,
  [command = '', ...args]: readonly string[],
  { folder, port, relays }: { readonly folder: string; readonly port: number; readonly relays: boolean },
): Promise<Subject> {
  const child = spawn(command, args, { cwd: folder, stdio: 'ignore' });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  await greets(port, child);
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  return { name, port, pid: child.pid ?? 0, relays, stop };
}
