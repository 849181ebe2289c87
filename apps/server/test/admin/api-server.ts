import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchedStore } from '../../src/admin/watched-store.ts';
import { openAdminFront, type AdminFront } from '../../src/adapters/http/admin-front.ts';
import { FetchHttpClient } from '../../src/adapters/http/fetch-http-client.ts';
import { FileMailboxes } from '../../src/adapters/files/file-mailboxes.ts';
import { TimeOrderedIds } from '../../src/adapters/id-source.ts';
import { openMemoryHistory } from '../../src/adapters/memory/history.ts';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { openMemorySuppression } from '../../src/adapters/memory/suppression.ts';
import { NodeCrypto } from '../../src/adapters/node-crypto.ts';
import { NodeNetwork } from '../../src/adapters/network/node-network.ts';
import { SystemClock } from '../../src/adapters/system-clock.ts';
import { noSuppression } from '../../src/admin/no-suppression.ts';
import { parseConfig, withAdminSecrets } from '../../src/config.ts';
import type { AdminConfig } from '../../src/config/model.ts';
import type { MailEvent } from '../../src/model.ts';
import type { QueueStore } from '../../src/ports.ts';
import { startServer, type RunningServer } from '../../src/server.ts';
import { waitFor } from '../support/dsnd.ts';
import { TableResolver } from '../simulation/resolver.ts';

/** A server with its HTTP side, over real sockets; its queue is in memory, its mail in a folder. */
export interface ApiServer {
  readonly url: string;
  readonly front: AdminFront;
  readonly config: { readonly admin: AdminConfig };
  readonly store: QueueStore;
  readonly directory: string;
  readonly troubles: unknown[];
  get(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Resolves with the first event, past or to come, that is meant. */
  event(meant: (event: MailEvent) => boolean): Promise<MailEvent>;
  /** Resolves when the history has a message that is done. */
  kept(messageId: string): Promise<void>;
  stop(): Promise<void>;
}

export interface ApiOptions {
  /** Keys of `[admin]`. */
  readonly admin?: string;
  /** No `[suppression]` table. */
  readonly suppression?: false;
  /** Keys of `[history]`, or no such table. */
  readonly history?: string | false;
  /** More tables. */
  readonly toml?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly store?: QueueStore;
}

/** Starts one on free ports; one that does not start leaves no folder behind. */
export async function startApi(options: ApiOptions = {}): Promise<ApiServer> {
  const directory = mkdtempSync(join(tmpdir(), 'dsnd-api-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    return await startIn(directory, remove, options);
  } catch (error) {
    remove();
    throw error;
  }
}

async function startIn(directory: string, remove: () => void, options: ApiOptions): Promise<ApiServer> {
  for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(directory, name), text);
  const parsed = parseConfig(toml(options), 'api.toml', directory);
  const config = withAdminSecrets(
    parsed,
    (path) => options.files?.[path.slice(directory.length + 1)] ?? '',
    (what) => new Error(what),
  );
  const { admin: table } = config;
  if (table === undefined) throw new Error('there is an [admin] table');
  const clock = new SystemClock();
  const ids = new TimeOrderedIds(clock);
  const crypto = new NodeCrypto();
  const troubles: unknown[] = [];
  const trouble = (error: unknown): void => void troubles.push(error);
  const front = await openAdminFront({ config: { ...config, admin: table }, clock, ids, crypto, trouble });
  const store = watchedStore(options.store ?? openMemoryQueueStore(), () => performance.now(), front.observers.commits);
  const history = openMemoryHistory();
  const suppression = openMemorySuppression();
  const events: MailEvent[] = [];
  const waiting = new Set<() => void>();

  const server: RunningServer = await startServer(config, {
    ...{ store, clock, ids, crypto, trouble },
    network: new NodeNetwork(),
    resolver: new TableResolver(),
    mailboxes: new FileMailboxes(),
    http: new FetchHttpClient(),
    programs: { run: () => Promise.reject(new Error('no programs here')) },
    random: () => 0.5,
    openHistory: () => Promise.resolve(history),
    openSuppression: () => Promise.resolve(suppression),
    events: {
      emit(event) {
        front.observers.events.emit(event);
        events.push(event);
        for (const look of [...waiting]) look();
      },
    },
  });
  const admin = {
    ...{ queue: server.control, events: server.bus, webhooks: server.webhooks },
    history: options.history === false ? undefined : history,
    suppression: server.suppression ?? noSuppression,
  };
  await front.serve({ admin, intake: server.intake, store });
  const url = front.url;
  return {
    ...{ url, front, store, directory, troubles, config: { admin: table } },
    get: (path, init) => fetch(new URL(path, url), init),
    post: (path, body, headers = {}) =>
      fetch(new URL(path, url), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    event: (meant) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = events.find(meant);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    kept: (messageId) =>
      waitFor(async () => {
        const entry = await history.one(messageId);
        return entry?.recipients.every(({ state }) => state !== 'queued' && state !== 'deferred') === true;
      }),
    async stop() {
      await front.close();
      await server.stop();
      await store.close();
      remove();
    },
  };
}

function toml({ admin = '', suppression, history = '', toml: more = '' }: ApiOptions): string {
  return `
hostname = "mx.example.org"
store = "sqlite:."
[admin]
listen = "127.0.0.1:0"
${admin}
${history === false ? '' : `[history]\n${history}`}
${suppression === false ? '' : '[suppression]\nstatuses = []'}
[[listen]]
address = "127.0.0.1:0"
[[route]]
match = "simulator.test"
to = "simulator:"
[[route]]
match = "*"
to = "maildir:mail"
[retry]
delays = ["1h"]
${more}`;
}
