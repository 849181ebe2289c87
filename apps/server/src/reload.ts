import type { Logger } from 'pino';
import { remarksOn, type Config } from './config.ts';
import type { Adapters, RunningServer } from './server.ts';

/** What reading the configuration anew works with. */
export interface ReloadParts {
  readonly config: Config;
  /** Reads and checks the file; its error is one line. */
  readonly load: () => Promise<Config>;
  readonly adaptersOf: (config: Config) => Adapters;
  readonly server: RunningServer;
  /** What goes on by the configuration of the server, once that has taken it: traces, the HTTP side. */
  readonly others: readonly { reload(config: Config): Promise<void> | void }[];
  /** Hears when it begins, and when the server is in service again. */
  readonly manager: { reloading(): void; ready(status: string): void };
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/**
 * Makes what happens at SIGHUP: the file is read anew, and the server goes on by it. Where it can't, the log says why and
 * all stays as it was. One at a time; signals that come meanwhile are one more.
 */
export function makeReload(parts: ReloadParts): () => void {
  const { log, manager, server } = parts;
  let current = parts.config;
  let running = false;
  let again = false;

  async function reload(): Promise<void> {
    manager.reloading();
    try {
      const next = await parts.load();
      const fixed = unchangeable(current, next);
      if (fixed !== undefined) throw new Error(`${fixed} can't change while the server runs: restart it`);
      await server.reload(next, parts.adaptersOf(next));
      for (const other of parts.others) await other.reload(next);
      if (!isSame(parts.config.bodies, next.bodies)) log.warn('[bodies] changes with a restart only');
      for (const remark of remarksOn(next)) log.warn(remark);
      for (const name of gone(current, next)) log.warn(`webhook ${name} is gone: what it has not got is forgotten`);
      current = next;
      log.info({ listening: server.listening }, 'reloaded');
      manager.ready(statusOf(server));
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      log.error({ what }, 'not reloaded: the configuration of before stays in force');
      manager.ready('not reloaded, see the log: the configuration of before stays in force');
    }
  }

  return function onHangup() {
    again = running;
    if (running) return;
    running = true;
    void reload().finally(() => {
      running = false;
      if (again) onHangup();
    });
  };
}

/** What the service manager shows of a server in service. */
export function statusOf({ listening }: Pick<RunningServer, 'listening'>): string {
  return `listening on ${listening.map(({ host, port }) => `${host} port ${port}`).join(', ')}`;
}

function gone(before: Config, after: Config): readonly string[] {
  const known = new Set(after.webhooks.flatMap(({ name, renamedFrom }) => [name, renamedFrom]));
  return before.webhooks.flatMap(({ name }) => (known.has(name) ? [] : [name]));
}

/** The key by which the queue would be another one, or we another node of it. */
function unchangeable({ store: before }: Config, { store: after }: Config): string | undefined {
  if (isSame(before, after)) return undefined;
  if (before.kind === 'sqlite' || after.kind === 'sqlite' || before.url !== after.url) return 'store';
  return before.node === after.node ? 'state-directory' : 'node';
}

function isSame(before: unknown, after: unknown): boolean {
  const inArrays = (_: string, value: unknown): unknown =>
    value instanceof Set ? [...(value as Set<unknown>)] : value;
  return JSON.stringify(before, inArrays) === JSON.stringify(after, inArrays);
}
