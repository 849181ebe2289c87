import { expect } from 'vitest';
import type { ApiServer } from './api-server.ts';

/** An event of the stream. */
export interface Seen {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly kind?: string; readonly messageId?: string };
}

/** Follows the stream until `enough` of what came; `following` is called when it has begun. */
export async function followStream(
  server: ApiServer,
  path: string,
  enough: (seen: readonly Seen[]) => boolean,
  { headers = {}, following }: { headers?: Readonly<Record<string, string>>; following?: () => void } = {},
): Promise<readonly Seen[]> {
  const leave = new AbortController();
  const response = await server.get(path, { headers, signal: leave.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const seen: Seen[] = [];
  let text = '';
  for await (const piece of response.body ?? []) {
    text += new TextDecoder().decode(piece as Uint8Array);
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const frame = text.slice(0, end);
      const value = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
      text = text.slice(end + 2);
      const data = value('data');
      if (data === undefined) following?.();
      else seen.push({ id: value('id') ?? '', type: value('event') ?? '', data: JSON.parse(data) as Seen['data'] });
    }
    if (enough(seen)) break;
  }
  leave.abort();
  return seen;
}
