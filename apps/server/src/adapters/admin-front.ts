import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, Page } from '../admin/api.ts';
import type { IdempotencyKeys } from '../admin/idempotency.ts';
import { makeObservers, type Observers } from '../admin/observe.ts';
import { answerBeforeStart, makeService } from '../admin/service.ts';
import type { Config } from '../config.ts';
import type { Admin, Clock, Crypto, IdSource, QueueStore } from '../ports.ts';
import type { Intake } from '../server.ts';
import { openHttpServer } from './http-server.ts';
import { openIdempotencyFile } from './idempotency-file.ts';

/** The HTTP side of the server: open before the queue is, so that it can be told that it is not. */
export interface AdminFront {
  readonly url: string;
  readonly observers: Observers;
  /** The server is in service. */
  serve(server: { readonly admin: Admin; readonly intake: Intake; readonly store: QueueStore }): Promise<void>;
  close(): Promise<void>;
}

/** What the HTTP side works with. */
export interface FrontParts {
  readonly config: Config & { readonly admin: NonNullable<Config['admin']> };
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly crypto: Crypto;
  readonly page?: Page;
  readonly trouble: (error: unknown) => void;
}

/** Listens where `[admin]` says. Rejects when the address can't be had. */
export async function openAdminFront(parts: FrontParts): Promise<AdminFront> {
  const { config, clock, ids } = parts;
  let answer: Answer = (request) => Promise.resolve(answerBeforeStart(request));
  let admin: Admin | undefined;
  let store: QueueStore | undefined;
  let keys: IdempotencyKeys | undefined;
  const observers = makeObservers({
    run: ids.next(),
    clock,
    monotonicMs: () => performance.now(),
    destinations: async () => (await admin?.queue.destinations()) ?? [],
    webhooks: async () => (await admin?.webhooks.states()) ?? [],
    counts: async () => (await store?.counts()) ?? { messages: 0, recipients: 0 },
  });
  const server = await openHttpServer(config.admin, (request, client) => answer(request, client));
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  return {
    url: `http://${host}:${server.port}/`,
    observers,
    async serve(running) {
      ({ admin, store } = running);
      keys = await openIdempotencyFile(join(config.store.directory, 'idempotency.jsonl'), () => clock.now());
      answer = makeService({
        ...parts,
        startConfig: config,
        ...running,
        observers,
        keys,
        version: ownVersion(),
      });
    },
    async close() {
      await server.close();
      await keys?.close();
    },
  };
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
