import type { HttpClient, HttpPost } from '../ports.ts';

/**
 * HTTP by the platform's fetch.
 *
 * @example await new FetchHttpClient().post({ url: 'http://127.0.0.1:8080/', headers: {}, body, timeoutMs: 1000, maxOctets: 1000 });
 */
export class FetchHttpClient implements HttpClient {
  async post({ url, headers, body, timeoutMs, maxOctets }: HttpPost): Promise<{ status: number; body: string }> {
    const init = {
      method: 'POST',
      headers,
      body: ReadableStream.from<Uint8Array>(body),
      duplex: 'half',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    } satisfies RequestInit & { readonly duplex: 'half' };
    const response = await fetch(url, init);
    return { status: response.status, body: await readBegin(response, maxOctets) };
  }
}

async function readBegin(response: Response, maxOctets: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > maxOctets) break;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
