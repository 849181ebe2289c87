import type { Reply } from '@dsnkit/smtp';
import { clientKey, inNetworks, type ListenConfig } from '../config.ts';
import type { Clock } from '../ports.ts';

/** Counts the connections of one listener. */
export interface Admission {
  /** Takes a connection in, or says why not. Whoever was taken in must {@link Admission.leave}. */
  enter(address: string): Reply | undefined;
  leave(address: string): void;
}

/** RFC 2034 §3: a greeting has no status. */
const TOO_MANY: Reply = { code: 421, lines: ['Too many connections, come back later'] };
const TOO_MANY_OF_YOURS: Reply = { code: 421, lines: ['Too many connections from your address, come back later'] };
const TOO_OFTEN: Reply = { code: 421, lines: ['Too many new connections from your address, come back later'] };

/** Clients whose connections of the last minute are remembered, at most. */
const MAX_REMEMBERED = 50_000;

/** What is known of one client. `tokens` says how many connections it may still open at once; they grow back with time. */
interface Visits {
  open: number;
  tokens: number;
  atMs: number;
}

/** The connections of a listener: they outlive its configuration. */
export interface Attendance {
  open: number;
  readonly visits: Map<string, Visits>;
}

/**
 * Makes the limits of a listener: connections altogether, and, for clients outside `relay-from` and `xclient-from`, open
 * and new ones of each address (IPv6: each /64, which is one site). With the attendance of before, what came before counts.
 */
export function makeAdmission(
  listener: ListenConfig,
  clock: Clock,
  attendance: Attendance = { open: 0, visits: new Map() },
): Admission {
  const { maxConnections, maxConnectionsPerClient, maxConnectionsPerMinute: perMinute } = listener;
  const exempt = [...listener.relayFrom, ...listener.xclientFrom];
  const { visits } = attendance;

  function refill(visit: Visits, nowMs: number): void {
    // A clock that is set back must not take from them.
    const sinceMs = Math.max(0, nowMs - visit.atMs);
    visit.tokens = Math.min(perMinute, visit.tokens + (sinceMs * perMinute) / 60_000);
    visit.atMs = nowMs;
  }

  /** Forgets clients that have no connection open: those who are as good as new, and the oldest until half are left. */
  function forget(nowMs: number): void {
    for (const [key, visit] of visits) {
      if (visit.open > 0) continue;
      refill(visit, nowMs);
      if (visit.tokens >= perMinute || visits.size > MAX_REMEMBERED / 2) visits.delete(key);
    }
  }

  function visitOf(address: string): Visits {
    const key = clientKey(address);
    const nowMs = clock.now();
    let visit = visits.get(key);
    if (visit !== undefined) {
      refill(visit, nowMs);
      return visit;
    }
    if (visits.size >= MAX_REMEMBERED) forget(nowMs);
    visit = { open: 0, tokens: perMinute, atMs: nowMs };
    visits.set(key, visit);
    return visit;
  }

  return {
    enter(address) {
      if (attendance.open >= maxConnections) return TOO_MANY;
      if (!inNetworks(exempt, address)) {
        const visit = visitOf(address);
        if (visit.open >= maxConnectionsPerClient) return TOO_MANY_OF_YOURS;
        if (visit.tokens < 1) return TOO_OFTEN;
        visit.tokens--;
        visit.open++;
      }
      attendance.open++;
      return undefined;
    },
    leave(address) {
      attendance.open--;
      if (inNetworks(exempt, address)) return;
      const visit = visits.get(clientKey(address));
      if (visit !== undefined) visit.open--;
    },
  };
}
