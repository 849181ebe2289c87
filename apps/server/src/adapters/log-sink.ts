import { pino, type DestinationStream, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { Failure, MailEvent, RemoteReply } from '../model.ts';
import type { EventSink, Notice } from '../ports.ts';

/** Where the log goes: JSON lines, or lines for people when a terminal reads them. */
export function openLog(): Logger {
  if (process.stdout.isTTY) return pino({ base: null }, pretty({ colorize: true, sync: true }));
  return pino({ base: null }, gathered());
}

/** So many characters of log are written together. */
const GATHERED = 65_536;
const GATHERED_MS = 250;

/** Standard output in larger pieces: a line of log must not cost a system call on the way of every message. */
function gathered(): DestinationStream & { flush(done?: (error?: Error) => void): void } {
  let lines = '';
  let timer: NodeJS.Timeout | undefined;
  const hand = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (lines !== '') output.write(lines);
    lines = '';
  };
  // Before the output writes out what it has itself at the end of the process.
  process.once('exit', hand);
  const output = pino.destination({ fd: 1, sync: false });
  return {
    write(line) {
      lines += line;
      if (lines.length >= GATHERED) hand();
      else timer ??= setTimeout(hand, GATHERED_MS).unref();
    },
    flush(done) {
      hand();
      output.flush(done);
    },
  };
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

/** Replies as one line each; times as people write them. Put together field by field: this runs for each change of state. */
function forLog(event: MailEvent): Record<string, unknown> {
  const values: Record<string, unknown> = { event: event.kind, at: isoTime(event.atMs), id: event.messageId };
  for (const [name, value] of Object.entries(event) as [string, unknown][]) {
    if (!TOLD_OTHERWISE.has(name)) values[name] = value;
  }
  if ('failure' in event) addFailure(values, event.failure);
  if ('remote' in event) addRemote(values, event.remote);
  return values;
}

const TOLD_OTHERWISE: ReadonlySet<string> = new Set(['kind', 'atMs', 'messageId', 'failure', 'remote']);

function addFailure(values: Record<string, unknown>, { status, reason, remote }: Failure): void {
  values['status'] = status;
  values['reason'] = reason;
  if (remote !== undefined) addRemote(values, remote);
}

function addRemote(values: Record<string, unknown>, { mta, rawLines }: RemoteReply): void {
  values['mta'] = mta;
  values['reply'] = rawLines.join(' / ');
}

/** Many events share their millisecond. */
let lastIso = { atMs: 0, text: new Date(0).toISOString() };

function isoTime(atMs: number): string {
  if (atMs !== lastIso.atMs) lastIso = { atMs, text: new Date(atMs).toISOString() };
  return lastIso.text;
}
