import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { noSuppression } from './admin/no-suppression.ts';
import { watchedStore } from './admin/watched-store.ts';
import type { AdminFront, FrontParts } from './adapters/http/admin-front.ts';
import { ChildPrograms } from './adapters/process/child-programs.ts';
import { checkConfig, isConfigFault } from './adapters/files/config-files.ts';
import { DnsResolver } from './adapters/dns/resolver.ts';
import { FetchHttpClient } from './adapters/http/fetch-http-client.ts';
import { FileMailboxes } from './adapters/files/file-mailboxes.ts';
import type { OnHangUp } from './adapters/process/hang-ups.ts';
import { TimeOrderedIds } from './adapters/id-source.ts';
import { InheritedSockets } from './adapters/network/inherited-sockets.ts';
import { logSink, noticeSink, openLog } from './adapters/process/log-sink.ts';
import { makeTroubleLog } from './adapters/process/trouble-log.ts';
import { loginKey } from './adapters/files/login-key.ts';
import { NodeCrypto } from './adapters/node-crypto.ts';
import { NodeNetwork } from './adapters/network/node-network.ts';
import { openPage } from './adapters/http/page-files.ts';
import { openPolicyFile } from './adapters/files/policy-file.ts';
import { readReportFiles } from './adapters/files/report-files.ts';
import { serviceManager } from './adapters/process/service-manager.ts';
import { openHistory, openQueueStore, openSuppression } from './adapters/stores.ts';
import { SystemClock } from './adapters/system-clock.ts';
import { UsersFile } from './adapters/files/users-file.ts';
import { DnssecResolver } from './adapters/dns/validating-resolver.ts';
import { localModeConfig, remarksOn, type Config } from './config.ts';
import { welcome } from './local-mode.ts';
import type { Admin, EventSink, QueueStore } from './ports.ts';
import { startFault } from './adapters/network/listen-fault.ts';
import { makeReload, statusOf } from './reload.ts';
import type { Collector, Exporter, ExporterParts } from './traces/exporter.ts';
import { makeTracing } from './traces/tracing.ts';
import { startServer, type Adapters, type RunningServer } from './server.ts';

/**
 * By how much the heap of V8 may grow until it is collected as a whole; without it by some three times. Most objects that
 * outlive the young generation are those of messages on their way: they would only be held, not used.
 */
const HEAP_GROWING_PERCENT = 100;

/** Where the MTA-STS policies lie beside the queue; each node of a cluster has its own. */
const POLICIES = 'mta-sts.jsonl';

/**
 * Runs the server until a signal ends it: with a configuration file, or without one in local mode. What a configuration
 * does without (HTTP, PostgreSQL, a bucket, traces) is not loaded: an idle server would be a sixth larger.
 */
export async function run(file: string | undefined, onHangUp: OnHangUp): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  // It is read when a heap is made: this thread has it, and others would take it before the limits that they are given.
  setFlagsFromString('--max-semi-space-size=0');
  endWithParent();
  const config = await readConfig(file);
  if (config === undefined) return;
  const inherited = inheritedSockets();
  if (inherited === undefined) return;
  const firstStart = !existsSync(config.store.directory);
  const { log, output } = await openLog();
  const clock = new SystemClock();
  const troubles = makeTroubleLog(clock, (err, times) => log.error({ err, ...(times > 1 && { times }) }, 'trouble'));
  const { trouble } = troubles;
  const crypto = new NodeCrypto();
  const ids = new TimeOrderedIds(clock);
  const frontParts = { clock, crypto, ids, page: openPage(), trouble };
  const opened = await openFront(config, frontParts, file === undefined);
  if (opened === 'failed') return;
  let front = opened;
  const disk = await openStore(config, trouble);
  if (disk === undefined) {
    await front?.close();
    return;
  }
  // A reload may bring somebody who watches.
  const store = watchedStore(disk, () => performance.now(), {
    committed: (...commit) => front?.observers.commits.committed(...commit),
    failed: (error) => front?.observers.commits.failed(error),
  });
  // Local mode speaks in sentences of its own.
  const sinks: EventSink[] = file === undefined ? [] : [logSink(log, output)];
  sinks.push({ emit: (event) => front?.observers.events.emit(event) });
  const http = new FetchHttpClient();
  const tracing = makeTracing((collector) => openExporter(collector, { http, crypto, clock, trouble }));
  await tracing.reload(config);
  sinks.push(tracing);
  const tell = file === undefined ? undefined : noticeSink(log);
  const network = new NodeNetwork({ inherited, trouble });
  const manager = serviceManager(process.env, (line) => log.warn(line));
  const adaptersOf = (from: Config): Adapters => ({
    store,
    clock,
    ids,
    network,
    resolver: new DnsResolver({ prefer: from.delivery.prefer }),
    mailboxes: new FileMailboxes(),
    http,
    ...(from.delivery.mtaSts ? { web: http, policyStore: openPolicyFile(join(from.store.directory, POLICIES)) } : {}),
    ...danePorts(from),
    programs: new ChildPrograms(),
    events: { emit: (event) => sinks.forEach((sink) => sink.emit(event)) },
    random: Math.random,
    crypto,
    ...usersOf(from, trouble),
    notice: (notice) => {
      tell?.(notice);
      front?.observers.notice(notice);
    },
    trouble,
    reportFiles: readReportFiles(from, (line) => log.warn(line)),
    openHistory: () => openHistory(config.store),
    openSuppression: () => openSuppression(config.store),
  });
  const served = (running: RunningServer) => ({ admin: adminOf(running), intake: running.intake, store });
  const end = async (running: RunningServer | undefined): Promise<void> => {
    await front?.close();
    await running?.stop();
    await tracing.stop();
    await store.close();
    troubles.end();
  };
  let started: RunningServer | undefined;
  try {
    started = await startServer(config, adaptersOf(config));
    await front?.serve(served(started));
  } catch (error) {
    await end(started);
    fail(startFault(error));
    return;
  }
  const server = started;
  stopOnSignal(async () => {
    manager.stopping();
    await end(server);
    await new Promise<void>((done) => log.flush(() => done()));
  });
  if (file !== undefined) {
    for (const remark of remarksOn(config)) log.warn(`${file}: ${remark}`);
    for (const where of inherited.refuseUnused()) log.warn(`nothing in ${file} listens on the socket ${where}`);
    const others = [
      tracing,
      {
        async reload(next: Config): Promise<void> {
          if (front === undefined) front = await openLateFront(next, frontParts, served(server));
          else await front.reload(next);
        },
      },
    ];
    const load = (): Promise<Config> => checkConfig(file);
    manager.ready(statusOf(server));
    log.info({ listening: server.listening, ...(front === undefined ? {} : { admin: front.url }) }, 'ready');
    onHangUp(makeReload({ config, load, adaptersOf, server, others, manager, log }));
    return;
  }
  const { host, port } = server.listening[0] ?? { host: '127.0.0.1', port: 2525 };
  await welcome({
    network,
    host,
    port,
    ...(front === undefined ? {} : { url: front.url }),
    firstStart,
    mailDirectory: '.dsnkit/mail',
    write: (line) => console.log(line),
    wait: (ms) => new Promise((done) => setTimeout(done, ms)),
    follow(sink) {
      sinks.push(sink);
      return () => sinks.splice(sinks.indexOf(sink), 1);
    },
  });
}

async function openExporter(
  collector: Collector,
  { http, crypto, clock, trouble }: Pick<ExporterParts, 'http' | 'clock' | 'trouble'> & { readonly crypto: NodeCrypto },
): Promise<Exporter> {
  const { makeExporter } = await import('./traces/exporter.ts');
  const parts = {
    http,
    clock,
    trouble,
    sha256: crypto.sha256.bind(crypto),
    randomOctets: crypto.randomOctets.bind(crypto),
  };
  return makeExporter(parts, collector);
}

/** The HTTP side, if there is to be one. In local mode the server does without when somebody else has its port. */
async function openFront(
  config: Config,
  parts: Omit<FrontParts, 'config'>,
  isLocal: boolean,
): Promise<AdminFront | 'failed' | undefined> {
  const { admin } = config;
  if (admin === undefined) return undefined;
  try {
    const { openAdminFront } = await import('./adapters/http/admin-front.ts');
    return await openAdminFront({ ...parts, config: { ...config, admin } });
  } catch (error) {
    const what = `no HTTP on ${admin.host}:${admin.port}: ${error instanceof Error ? error.message : String(error)}`;
    if (!isLocal) fail(what);
    else console.error(`dsnd: ${what}; going on without`);
    return isLocal ? undefined : 'failed';
  }
}

/** The HTTP side that a reload brings. Where it can't be had, mail goes on without. */
async function openLateFront(
  config: Config,
  parts: Omit<FrontParts, 'config'>,
  server: Parameters<AdminFront['serve']>[0],
): Promise<AdminFront | undefined> {
  const { admin } = config;
  if (admin === undefined) return undefined;
  let front: AdminFront | undefined;
  try {
    const { openAdminFront } = await import('./adapters/http/admin-front.ts');
    front = await openAdminFront({ ...parts, config: { ...config, admin } });
    await front.serve(server);
    return front;
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    parts.trouble(new Error(`no HTTP on ${admin.host}:${admin.port}: ${what}`));
    await front?.close();
    return undefined;
  }
}

async function readConfig(file: string | undefined): Promise<Config | undefined> {
  if (file === undefined) return localModeConfig(process.cwd());
  try {
    return await checkConfig(file);
  } catch (error) {
    if (!isConfigFault(error)) throw error;
    fail(error.message);
    return undefined;
  }
}

function inheritedSockets(): InheritedSockets | undefined {
  try {
    return new InheritedSockets(process.env);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function usersOf({ users, store }: Config, trouble: (error: unknown) => void): Pick<Adapters, 'users' | 'loginKey'> {
  if (users === undefined) return {};
  return { users: new UsersFile(users.file, trouble), loginKey: loginKey(store.directory, trouble) };
}

function danePorts({ delivery: { daneResolver, prefer } }: Config): Pick<Adapters, 'dane'> {
  if (daneResolver === undefined) return {};
  return { dane: { resolver: new DnssecResolver(daneResolver, { prefer }), digests: new NodeCrypto() } };
}

async function openStore(config: Config, trouble: (error: unknown) => void): Promise<QueueStore | undefined> {
  try {
    return await openQueueStore(config, {
      trouble,
      // Without its store a server could only refuse, for ever: what starts it again gives it a new one.
      failed(what) {
        console.error(`dsnd: ${what}; the server ends, what it accepted is in the store`);
        process.exit(1);
      },
    });
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** What operators see of a server, of which a reload may change the parts. */
function adminOf(server: RunningServer): Admin {
  return {
    ...{ queue: server.control, events: server.bus, webhooks: server.webhooks },
    get history() {
      return server.history;
    },
    get suppression() {
      return server.suppression ?? noSuppression;
    },
  };
}

/** The first signal finishes what is in flight; a second one does not wait. */
function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(signal === 'SIGINT' ? 130 : 143);
    stopping = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(`dsnd: ${String(error)}`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

/** Started over a channel by an older Node (see main.ts): when that one dies, so do we, and as suddenly. */
function endWithParent(): void {
  if (process.channel === undefined) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}

function fail(what: string): void {
  console.error(`dsnd: ${what}`);
  process.exitCode = 2;
}
