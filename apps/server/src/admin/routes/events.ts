import { escapeHarmful } from '@dsnkit/delivery-status';
import * as v from 'valibot';
import { eventKinds } from '../../events/kinds.ts';
import type { MailEvent } from '../../model.ts';
import { id, line } from '../inputs.ts';
import type { ApiParts } from '../parts.ts';
import type { OtherNodesEvents } from '../other-nodes-events.ts';
import type { EventRing } from '../ring.ts';
import { route, type Route } from '../route.ts';
import { eventJson } from '../wire.ts';

/** A comment goes out that often, so that whoever stands between does not think the stream dead. */
const BEAT_MS = 15_000;
const BATCH = 100;

const KINDS: readonly string[] = Object.keys(eventKinds);

function isKind(text: string): boolean {
  return KINDS.includes(text);
}

/** The live stream. */
export function eventRoutes({ events, others, clock }: ApiParts): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/events',
      id: 'followEvents',
      tag: 'events',
      summary: 'Events as they happen, as server-sent events',
      description:
        'Each has the kind as its type, a JSON event as its data, and an id. With Last-Event-ID the stream goes on after ' +
        'that event; one of type "missed" says that events lie between that are not kept any more. Of servers that share ' +
        'a queue each tells the events of all, those of the others some moments later.',
      headers: { 'Last-Event-ID': 'The id of the last event that was seen' },
      query: v.strictObject({
        kinds: v.optional(
          v.pipe(
            line(1000, 'Only these kinds, with commas between'),
            v.check(
              (text) => text.split(',').every(isKind),
              `has a kind that there is not; there are ${KINDS.join(', ')}`,
            ),
          ),
        ),
        messageId: v.optional(id),
        last: v.optional(line(100, 'As Last-Event-ID, for clients that can not set it')),
      }),
      answer: { status: 200, description: 'A stream without end', type: 'text/event-stream' },
      handle: ({ query, request }) => {
        const kinds = query.kinds === undefined ? undefined : new Set(query.kinds.split(','));
        const wanted = (event: MailEvent): boolean =>
          (kinds === undefined || kinds.has(event.kind)) &&
          (query.messageId === undefined || query.messageId === event.messageId);
        const last = request.headers.get('last-event-id') ?? query.last;
        return new Response(streamOf(follow({ ring: events, others }, last, wanted, request.signal, beats(clock))), {
          headers: { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' },
        });
      },
    }),
  ];
}

/** Resolves when the next beat is due, or when `signal` is aborted. */
type Beat = (signal: AbortSignal) => Promise<void>;

function beats(clock: ApiParts['clock']): Beat {
  return (signal) =>
    new Promise((resolve) => {
      const timer = clock.after(BEAT_MS, resolve);
      signal.addEventListener('abort', () => {
        timer.cancel();
        resolve();
      });
    });
}

/** The text of the stream. Ends when `signal` is aborted. */
async function* follow(
  { ring, others }: { readonly ring: EventRing; readonly others: OtherNodesEvents },
  last: string | undefined,
  wanted: (event: MailEvent) => boolean,
  signal: AbortSignal,
  beat: Beat,
): AsyncGenerator<string> {
  const leave = others.watch();
  try {
    const { from, missed } = begin(ring, last);
    yield `retry: 2000\n${missed ? missedEvent() : ': following\n\n'}`;
    yield* texts(ring, from, wanted, signal, beat);
  } finally {
    leave();
  }
}

async function* texts(
  ring: EventRing,
  from: number,
  wanted: (event: MailEvent) => boolean,
  signal: AbortSignal,
  beat: Beat,
): AsyncGenerator<string> {
  let at = from;
  while (!signal.aborted) {
    if (at < ring.oldest()) {
      yield missedEvent();
      at = ring.oldest();
    }
    const found = ring.read(at, BATCH);
    at = found.at(-1) === undefined ? at : (found.at(-1)?.number ?? 0) + 1;
    const text = found
      .filter(({ event }) => event === undefined || wanted(event))
      .map(({ number, event }) => frame(`${ring.run}-${number}`, event))
      .join('');
    if (text !== '') yield text;
    if (found.length > 0) continue;
    const either = new AbortController();
    const stop = AbortSignal.any([signal, either.signal]);
    await Promise.race([ring.wait(at, stop), beat(stop)]);
    either.abort();
    if (ring.next() === at) yield ': beat\n\n';
  }
}

/** After the event that was seen last, if it is of this run of the server and still near. */
function begin(ring: EventRing, last: string | undefined): { readonly from: number; readonly missed: boolean } {
  if (last === undefined || last === '') return { from: ring.next(), missed: false };
  const [, run, number = ''] = /^(.{1,64})-(\d{1,15})$/.exec(last) ?? [];
  if (run !== ring.run || Number(number) >= ring.next()) return { from: ring.oldest(), missed: true };
  const from = Number(number) + 1;
  return { from: Math.max(from, ring.oldest()), missed: from < ring.oldest() };
}

function missedEvent(): string {
  return 'event: missed\ndata: {}\n\n';
}

function frame(number: string, event: MailEvent | undefined): string {
  if (event === undefined) return `id: ${number}\n${missedEvent()}`;
  return `id: ${number}\nevent: ${event.kind}\ndata: ${escapeHarmful(JSON.stringify(eventJson(event)))}\n\n`;
}

/** Pulled by who reads it: what is not read is not made. */
function streamOf(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream(
    {
      async pull(controller) {
        const next = await texts.next();
        if (next.done === true) controller.close();
        else controller.enqueue(encoder.encode(next.value));
      },
      async cancel() {
        await texts.return(undefined);
      },
    },
    { highWaterMark: 1 },
  );
}
