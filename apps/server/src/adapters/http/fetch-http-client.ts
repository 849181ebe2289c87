import type { HttpClient, HttpGetter, HttpPost } from '../../ports.ts';

/**
 * HTTP by the platform's fetch.
 *
 * @example await new FetchHttpClient().post({ url: 'http://127.0.0.1:8080/', headers: {}, body, timeoutMs: 1000, maxOctets: 1000 });
 */
export class FetchHttpClient implements HttpClient, HttpGetter {
  async post({ url, headers, body, timeoutMs, maxOctets }: HttpPost): Promise<{ status: number; body: string }> {
    const init = {
      method: 'POST',
      headers,
      body: ReadableStream.from<Uint8Array>(body),
      duplex: 'half',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    } satisfies RequestInit & { readonly duplex: 'half' };
    const response = await withReason(fetch(url, init));
    return { status: response.status, body: await readBegin(response, maxOctets) };
  }

  async get({ url, timeoutMs, maxOctets }: Parameters<HttpGetter['get']>[0]): ReturnType<HttpGetter['get']> {
    const init: RequestInit = { redirect: 'manual', cache: 'no-store', signal: AbortSignal.timeout(timeoutMs) };
    const response = await withReason(fetch(url, init));
    const { text, whole } = await readUpTo(response, maxOctets);
    if (!whole) throw new Error(`the answer from ${url} has more than ${maxOctets} octets`);
    return { status: response.status, contentType: response.headers.get('content-type') ?? '', body: text };
  }
}

/** Why nothing came stands in the cause: `fetch failed` alone tells nobody what to look for. */
async function withReason(answer: Promise<Response>): Promise<Response> {
  try {
    return await answer;
  } catch (error) {
    const { cause } = error as { readonly cause?: { readonly message?: string; readonly code?: string } };
    // Of several addresses that were tried the message is empty.
    const reason = cause?.message === '' ? cause.code : cause?.message;
    throw reason === undefined ? error : new Error(reason, { cause: error });
  }
}

async function readBegin(response: Response, maxOctets: number): Promise<string> {
  return (await readUpTo(response, maxOctets)).text;
}

async function readUpTo(response: Response, maxOctets: number): Promise<{ text: string; whole: boolean }> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > maxOctets) break;
    pieces.push(piece);
  }
  return { text: Buffer.concat(pieces).toString('utf8'), whole: size <= maxOctets };
}
