import { expect, it } from 'vitest';
import { readEventStream, type StreamEvent } from './sse.ts';

async function read(...pieces: readonly string[]): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  const octets = ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece)));
  for await (const event of readEventStream(octets)) events.push(event);
  return events;
}

it('HTML §9.2.6: reads ids, types and data, in pieces of any size', async () => {
  const text = 'id: 7\nevent: failed\ndata: {"a":\ndata:1}\n\n: still here\n\nretry\ndata\n\n';
  const events = [
    { id: '7', type: 'failed', data: '{"a":\n1}' },
    { id: undefined, type: 'message', data: '' },
  ];
  expect(await read(text)).toEqual(events);
  expect(await read(...Array.from(text))).toEqual(events);
});

it('HTML §9.2.6: an event is not lost for what a stranger wrote in it', async () => {
  for (const each of ['\u0085', '\u2028', '\u2029', ':']) {
    expect(await read(`data: {"reply":"550 a${each}b"}\n\n`)).toMatchObject([{ data: `{"reply":"550 a${each}b"}` }]);
  }
});
