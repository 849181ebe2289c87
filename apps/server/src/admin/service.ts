import { isLoopback, type Config } from '../config.ts';
import type { AdminConfig } from '../config/model.ts';
import type { Admin, Clock, Crypto, IdSource, QueueStore } from '../ports.ts';
import type { Intake } from '../server.ts';
import { given } from './given.ts';
import { makeAccess, type Access } from './access.ts';
import { makeApi, type Answer, type Page } from './api.ts';
import type { IdempotencyKeys } from './idempotency.ts';
import type { Observers } from './observe.ts';
import { makeOtherNodesEvents } from './other-nodes-events.ts';
import { Problem } from './problem.ts';
import { makeSubmit } from './submit.ts';

/** What is in force of the tables that do not come with the rest of a configuration. */
export interface OwnConfig {
  readonly admin: AdminConfig;
  /** As the server was started. */
  readonly bodies?: Config['bodies'];
}

/** What the API of a running server is made of. */
export interface ServiceParts {
  readonly own: () => OwnConfig;
  readonly access: Access;
  readonly version: string;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly crypto: Crypto;
  readonly store: QueueStore;
  readonly admin: Admin;
  /** The way into the queue. */
  readonly intake: Intake;
  readonly observers: Observers;
  readonly keys?: IdempotencyKeys;
  readonly page?: Page;
  readonly trouble: (error: unknown) => void;
}

/** Who acts, where nobody says who it is. */
const BY = 'api';

/** The HTTP API of a server that is in service. */
export function makeService(parts: ServiceParts): Answer {
  const { own, clock, store, admin, observers } = parts;
  const config = (): Config => ({ ...parts.intake.config(), ...given(own()) });
  const submit = makeSubmit({
    ...parts,
    ...parts.intake,
    isKnown: async (id) => (await admin.queue.show(id)) !== undefined || (await admin.history?.one(id)) !== undefined,
  });
  return makeApi({
    ...{ config, version: parts.version, clock, admin, submit, by: BY, trouble: parts.trouble },
    ...(parts.page === undefined ? {} : { page: parts.page }),
    rates: observers.rates,
    events: observers.ring,
    others: makeOtherNodesEvents(observers.ring, store.journal, clock),
    counts: () => store.counts(),
    metrics: async () => ({ text: await observers.metrics.text(), type: observers.metrics.type }),
    notReady: () => observers.readiness.trouble(() => store.probe()),
    access: parts.access,
    isGuarded() {
      const { token, password } = own().admin;
      return token !== undefined || password !== undefined;
    },
  });
}

/** The check of requests by an `[admin]` table. */
export function accessOf(admin: AdminConfig, parts: { readonly crypto: Crypto; readonly clock: Clock }): Access {
  const { token, password } = admin;
  return makeAccess({
    ...{ ...parts, hosts: hostsOf(admin) },
    ...(token === undefined ? {} : { token }),
    ...(password === undefined ? {} : { password }),
  });
}

/** Answers while the queue is not open. */
export function answerBeforeStart(request: Request): Response {
  const { pathname } = new URL(request.url);
  if (pathname === '/healthz') return new Response('ok\n');
  const reason = 'The queue is not open yet';
  if (pathname === '/readyz') return Response.json({ ready: false, reason }, { status: 503 });
  return new Problem('not-available', reason, { headers: { 'Retry-After': '1' } }).toResponse();
}

/** On loopback only names that mean this host; elsewhere there is a secret, which no foreign page has. */
function hostsOf(admin: AdminConfig): ReadonlySet<string> | undefined {
  if (!isLoopback(admin.host)) return undefined;
  return new Set(['localhost', '127.0.0.1', '[::1]', inBrackets(admin.host), ...admin.hosts.map(inBrackets)]);
}

function inBrackets(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
