import { jsonText } from '../terminal/json.ts';
import { printable, type Palette } from '../terminal/palette.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';
import { ApiClient, RefusedError, type ApiOptions } from './client.ts';
import type { LiveEvent } from './shapes.ts';
import { readEventStream } from './sse.ts';

export interface WatchOptions extends ApiOptions {
  readonly kinds?: string;
  readonly message?: string;
  readonly count?: string;
  readonly json?: true;
}

const AGAIN_MS = 2_000;

/** Follows events until it is interrupted, or so many have been seen. Goes on where it was when the server comes back. */
export async function watch(options: WatchOptions, { terminal, paint, complain }: Context): Promise<ExitCode> {
  const most = options.count === undefined ? Infinity : Number(options.count);
  if (Number.isNaN(most) || most < 1) throw new UsageError(`--count ${options.count ?? ''}: expected a number from 1`);
  const client = new ApiClient(options);
  let seen = 0;
  let last: string | undefined;
  for (let isKnown = false; ;) {
    try {
      const query = { kinds: options.kinds, messageId: options.message };
      const headers: Record<string, string> = last === undefined ? {} : { 'Last-Event-ID': last };
      const octets = await client.stream('/api/v1/events', 'text/event-stream', query, headers);
      isKnown = true;
      for await (const { id, type, data } of readEventStream(octets)) {
        last = id ?? last;
        if (type === 'missed') complain('events were missed');
        else {
          const event = JSON.parse(data) as LiveEvent;
          terminal.out(options.json === true ? `${jsonText(event)}\n` : lineOf(event, paint));
          await terminal.drained();
          seen++;
        }
        if (seen >= most) return EXIT.fine;
      }
    } catch (error) {
      // Who is not let in any more, as with a token of before, is not let in the next time, either.
      if (!isKnown || (error instanceof RefusedError && !error.passes)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** `12:00:01 0mwr0gwa7 failed     bob@example.org 550 5.1.1 No such user` */
function lineOf(event: LiveEvent, paint: Palette): string {
  const [kind, id] = [printable(event.kind), printable(event.messageId)];
  const words = [...wordsOf(event)].map(printable).join(' ');
  return (
    `${paint.dim(printable(event.at.slice(11, 19)))} ${id || '-'} ${paintKind(kind, paint)(kind.padEnd(15))} ${words}`.trimEnd() +
    '\n'
  );
}

function paintKind(kind: string, paint: Palette): (text: string) => string {
  if (['failed', 'expired', 'bounced', 'dropped', 'suppressed'].includes(kind)) return paint.red;
  if (['deferred', 'delayed', 'held', 'paused'].includes(kind)) return paint.yellow;
  return ['delivered', 'relayed', 'expanded'].includes(kind) ? paint.green : paint.cyan;
}

/** What tells one event from others of its kind, whatever kinds there are. */
function* wordsOf(event: LiveEvent): Generator<string> {
  const text = (key: string): string | undefined => (typeof event[key] === 'string' ? event[key] : undefined);
  if (event.kind === 'accepted') yield `from <${text('reversePath') ?? ''}>`;
  const recipients = event['recipients'];
  const recipient =
    text('recipient') ?? text('address') ?? (Array.isArray(recipients) ? recipients.join(',') : undefined);
  if (recipient !== undefined) yield event.kind === 'accepted' ? `to ${recipient}` : recipient;
  const to = event['to'];
  if (Array.isArray(to)) yield `to ${to.join(',')}`;
  else if (typeof to === 'string') yield `to <${to}>`;
  const failure = event['failure'] as { readonly status?: string; readonly reason?: string } | undefined;
  const remote = ((failure as { readonly remote?: unknown } | undefined)?.remote ?? event['remote']) as
    { readonly rawLines?: readonly string[] } | undefined;
  if (remote?.rawLines !== undefined) yield remote.rawLines.join(' / ');
  else if (failure !== undefined) yield `${failure.status ?? ''} ${failure.reason ?? ''}`;
  const destination = text('destination');
  if (destination !== undefined && remote === undefined) yield `(${destination})`;
}
