import { pino, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { MailEvent } from '../model.ts';
import type { EventSink } from '../ports.ts';

/** Where the log goes: JSON lines, or lines for people when a terminal reads them. */
export function openLog(): Logger {
  if (process.stdout.isTTY) return pino({ base: null }, pretty({ colorize: true, ignore: 'pid,hostname', sync: true }));
  // Written in larger pieces: a line of log must not cost a system call on the way of every message.
  return pino({ base: null }, pino.destination({ fd: 1, sync: false, minLength: 8192 }));
}

/** Writes every event as one line of the log. */
export function logSink(log: Logger): EventSink {
  return {
    emit(event) {
      const level = LEVELS[event.kind] ?? 'info';
      if (log.isLevelEnabled(level)) log[level](forLog(event), event.kind);
    },
  };
}

const LEVELS: Readonly<Partial<Record<MailEvent['kind'], 'debug' | 'warn'>>> = {
  attempted: 'debug',
  failed: 'warn',
  expired: 'warn',
  'not-reported': 'warn',
};

/** Replies as one line each; times as pino writes its own. */
function forLog(event: MailEvent): Record<string, unknown> {
  const { kind, atMs, messageId, ...rest } = event;
  return { event: kind, at: new Date(atMs).toISOString(), id: messageId, ...flat(rest) };
}

function flat(values: Record<string, unknown>): Record<string, unknown> {
  const { failure, remote, ...rest } = values as { failure?: Failing; remote?: Remote };
  return {
    ...rest,
    ...(failure === undefined ? {} : { status: failure.status, reason: failure.reason, ...remoteWords(failure.remote) }),
    ...remoteWords(remote),
  };
}

type Failing = Extract<MailEvent, { kind: 'failed' }>['failure'];
type Remote = Extract<MailEvent, { kind: 'delivered' }>['remote'];

function remoteWords(remote: Remote): Record<string, unknown> {
  return remote === undefined ? {} : { mta: remote.mta, reply: remote.rawLines.join(' / ') };
}
