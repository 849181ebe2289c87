import { pino, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { Failure, MailEvent, RemoteReply } from '../model.ts';
import type { EventSink, Notice } from '../ports.ts';

/** Where the log goes: JSON lines, or lines for people when a terminal reads them. */
export function openLog(): Logger {
  if (process.stdout.isTTY) return pino({ base: null }, pretty({ colorize: true, sync: true }));
  // Written in larger pieces: a line of log must not cost a system call on the way of every message.
  return pino({ base: null }, pino.destination({ fd: 1, sync: false, minLength: 8192, periodicFlush: 250 }));
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

/** Writes what clients did beside the mail itself. */
export function noticeSink(log: Logger): (notice: Notice) => void {
  return ({ kind, ...rest }) => {
    const values = { event: kind, ...rest };
    if (kind === 'login') log.info(values, kind);
    else log.warn(values, kind);
  };
}

const LEVELS: Readonly<Partial<Record<MailEvent['kind'], 'debug' | 'warn'>>> = {
  attempted: 'debug',
  failed: 'warn',
  expired: 'warn',
  'not-reported': 'warn',
};

/** Replies as one line each; times as people write them. */
function forLog(event: MailEvent): Record<string, unknown> {
  const { kind, atMs, messageId, ...rest } = event;
  const values: Record<string, unknown> = { event: kind, at: new Date(atMs).toISOString(), id: messageId, ...rest };
  if ('failure' in event) {
    delete values['failure'];
    Object.assign(values, failureWords(event.failure));
  }
  if ('remote' in event) Object.assign(values, { remote: undefined }, remoteWords(event.remote));
  return values;
}

function failureWords({ status, reason, remote }: Failure): Record<string, unknown> {
  return { status, reason, ...(remote === undefined ? {} : remoteWords(remote)) };
}

function remoteWords(remote: RemoteReply): Record<string, unknown> {
  return { mta: remote.mta, reply: remote.rawLines.join(' / ') };
}
