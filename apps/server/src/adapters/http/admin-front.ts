import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Answer, Page } from '../../admin/api.ts';
import type { IdempotencyKeys } from '../../admin/idempotency.ts';
import { makeObservers, type Observers } from '../../admin/observe.ts';
import { accessOf, answerBeforeStart, makeService, type OwnConfig } from '../../admin/service.ts';
import type { Config } from '../../config.ts';
import type { AdminConfig } from '../../config/model.ts';
import { overlaps } from '../../config/networks.ts';
import type { Admin, Clock, Crypto, IdSource, QueueStore } from '../../ports.ts';
import type { Intake } from '../../server.ts';
import { openHttpServer, type HttpServer } from './http-server.ts';
import { openIdempotencyFile } from '../files/idempotency-file.ts';

/** The HTTP side of the server: open before the queue is, so that it can be told that it is not. */
export interface AdminFront {
  /** Empty while nobody is listened to. */
  readonly url: string;
  readonly observers: Observers;
  /**
   * Lets in by another `[admin]` table whoever asks from now on, and ends streams; what does not change disturbs nobody.
   * Where the table listens elsewhere, so does this, and finishes what is under way where it was; when that address
   * can't be had, `trouble` hears of it, and all stays as it is. Without a table nobody is listened to, until there is one.
   */
  reload(config: Pick<Config, 'admin'>): Promise<void>;
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
  const { config, clock, ids, crypto } = parts;
  let own: OwnConfig = { admin: config.admin, bodies: config.bodies };
  let access = accessOf(own.admin, { crypto, clock });
  let answer: Answer = (request) => Promise.resolve(answerBeforeStart(request));
  let admin: Admin | undefined;
  let store: QueueStore | undefined;
  let keys: IdempotencyKeys | undefined;
  const observers = makeObservers({
    run: ids.next(),
    clock,
    destinations: async () => (await admin?.queue.destinations()) ?? [],
    webhooks: async () => (await admin?.webhooks.states()) ?? [],
    counts: async () => (await store?.counts()) ?? { messages: 0, recipients: 0 },
  });
  const open = (at: AdminConfig): Promise<HttpServer> =>
    openHttpServer(at, (request, client) => answer(request, client));
  let server: HttpServer | undefined = await open(config.admin);
  /** An address that lies over the one of before can be had once that is free. */
  async function openInPlaceOf(before: HttpServer, next: AdminConfig): Promise<HttpServer> {
    try {
      return await open(next);
    } catch (error) {
      if (!overlaps(before, next)) throw error;
      void before.close();
      return await open(next).catch(async (again: unknown) => {
        server = await open({ ...own.admin, port: before.port });
        throw again;
      });
    }
  }
  return {
    get url() {
      return server === undefined ? '' : `http://${socketName(server)}/`;
    },
    observers,
    async reload({ admin: next }) {
      const before = server;
      if (next === undefined) {
        server = undefined;
        void before?.close();
        return;
      }
      if (before !== undefined && isDeepStrictEqual(own.admin, next)) return;
      try {
        if (before === undefined) server = await open(next);
        else if (!listensAt(own.admin, next)) server = await openInPlaceOf(before, next);
      } catch (error) {
        const what = error instanceof Error ? error.message : String(error);
        const stays = before === undefined ? '' : `; it stays on ${socketName(before)}`;
        parts.trouble(new Error(`no HTTP on ${socketName(next)}: ${what}${stays}`));
        return;
      }
      own = { ...own, admin: next };
      access = accessOf(next, { crypto, clock });
      if (server === before) before?.endStreams();
      else void before?.close();
    },
    async serve(running) {
      ({ admin, store } = running);
      keys = await openIdempotencyFile(join(config.store.directory, 'idempotency.jsonl'), () => clock.now());
      answer = makeService({
        ...parts,
        ...running,
        own: () => own,
        access: (request, client) => access(request, client),
        observers,
        keys,
        version: ownVersion(),
      });
    },
    async close() {
      await server?.close();
      await keys?.close();
    },
  };
}

function socketName({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Whether two tables mean the same socket. */
function listensAt(one: AdminConfig, other: AdminConfig): boolean {
  return one.host === other.host && one.port === other.port;
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
