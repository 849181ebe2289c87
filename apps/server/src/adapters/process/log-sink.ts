import { escapeHarmful, replaceHarmful } from '@dsnkit/delivery-status';
import { pino, type DestinationStream, type Logger } from 'pino';
import { TIMES } from '../../events/wire.ts';
import type { Failure, MailEvent, RemoteReply } from '../../model.ts';
import type { EventSink, Notice } from '../../ports.ts';
import { LogOutput } from './log-output.ts';

/** Where the log goes: JSON lines, or lines for people when a terminal reads them. `output` takes the lines of `log`. */
export async function openLog(): Promise<{ readonly log: Logger; readonly output: DestinationStream }> {
  const output = process.stdout.isTTY ? harmless(await forPeople(), plain) : harmless(new LogOutput(1));
  return { log: pino({ base: null }, output), output };
}

/** The same output for lines in JSON, whatever strangers said in them. */
export function harmless(
  output: DestinationStream & Partial<Pick<LogOutput, 'flush'>>,
  made: (line: string) => string = escapeHarmful,
): DestinationStream & Pick<LogOutput, 'flush'> {
  return {
    write: (line) => output.write(made(line)),
    flush: (done) => (output.flush === undefined ? done?.() : output.flush(done)),
  };
}

/** Colours and line ends are our own here: what strangers said of that kind is escaped in their values. */
function plain(line: string): string {
  return replaceHarmful(line, (character) => (character < ' ' ? character : '?'));
}

async function forPeople(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ colorize: true, sync: true });
}

/** Writes every event as one line of the log. */
export function logSink(log: Pick<Logger, 'levels' | 'levelVal'>, output: DestinationStream): EventSink {
  return {
    emit(event) {
      const name = LEVELS[event.kind] ?? 'info';
      const level = log.levels.values[name] ?? 0;
      if (level >= log.levelVal) output.write(lineOf(level, event));
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

/**
 * The line that pino would write, with replies as one line each and times as people write them. It is put together value by
 * value: a busy server writes two for each message, and to make a copy of the event first took twice as long.
 */
function lineOf(level: number, event: MailEvent): string {
  const { kind, failure, remote: said } = event as MailEvent & Told;
  const { remote = said } = failure ?? {};
  const times = `"time":${Date.now()},"event":"${kind}","at":"${isoTime(event.atMs)}"`;
  let line = `{"level":${level},${times}${field('id', event.messageId)}`;
  const values: Readonly<Record<string, unknown>> = event;
  for (const name of Object.keys(values)) line += told(name, values[name]);
  if (failure !== undefined) line += field('status', failure.status) + field('reason', failure.reason);
  if (remote !== undefined) line += field('mta', remote.mta) + field('reply', remote.rawLines.join(' / '));
  return `${line},"msg":"${kind}"}\n`;
}

/** What the log tells under other names. */
const OTHERWISE: ReadonlySet<string> = new Set(['kind', 'atMs', 'messageId', 'failure', 'remote']);

function told(name: string, value: unknown): string {
  if (OTHERWISE.has(name)) return '';
  return TIMES.has(name) && typeof value === 'number' ? field(name.slice(0, -2), isoTime(value)) : field(name, value);
}

function field(name: string, value: unknown): string {
  if (value === undefined) return '';
  return `,"${name}":${typeof value === 'number' && Number.isFinite(value) ? value : JSON.stringify(value)}`;
}

/** What some events have. */
interface Told {
  readonly failure?: Failure;
  readonly remote?: RemoteReply;
}

/** Many events share their millisecond. */
let lastIso = { atMs: 0, text: new Date(0).toISOString() };

function isoTime(atMs: number): string {
  if (atMs !== lastIso.atMs) lastIso = { atMs, text: new Date(atMs).toISOString() };
  return lastIso.text;
}
