import { join } from '../queue/content.ts';
import { Problem } from './problem.ts';
import type { RawInput, Route } from './route.ts';

const MESSAGE = 'message/rfc822';

/** Takes a request apart. A body is read only if the route has one, and no further than it may be long. */
export async function readInput(
  request: Request,
  client: string,
  params: Readonly<Record<string, string>>,
  body: Route['body'],
): Promise<RawInput> {
  // Without a prototype: `constructor` would seem to stand there already.
  const query = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URL(request.url).searchParams) {
    if (name in query) throw new Problem('bad-request', `query.${name} stands twice`);
    query[name] = value;
  }
  if (body === undefined) return { params, query, json: undefined, raw: undefined, request, client };
  const type = (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const isMessage = body.raw === true && type === MESSAGE;
  // A form of another site can't send either type without being asked for leave first.
  if (type !== 'application/json' && !isMessage) {
    const types = body.raw === true ? `application/json or ${MESSAGE}` : 'application/json';
    throw new Problem('unsupported-media-type', `The body is of type ${JSON.stringify(type)}; allowed: ${types}`);
  }
  const octets = await readBody(request, body.maxOctets);
  if (isMessage) return { params, query, json: undefined, raw: octets, request, client };
  return { params, query, json: parseJson(octets), raw: undefined, request, client };
}

async function readBody(request: Request, maxOctets: number): Promise<Uint8Array> {
  const tooLarge = new Problem('too-large', `The body may have ${maxOctets} octets`);
  if (Number(request.headers.get('content-length') ?? 0) > maxOctets) throw tooLarge;
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  const next = async () =>
    await reader?.read().catch(() => {
      // The client has left, or what it sent is no HTTP: nothing that the operator has to look at.
      throw new Problem('bad-request', 'The body did not come whole');
    });
  for (let read = await next(); read?.done === false; read = await next()) {
    const piece = read.value as Uint8Array;
    size += piece.length;
    if (size > maxOctets) {
      await reader?.cancel();
      throw tooLarge;
    }
    pieces.push(piece);
  }
  return join(pieces);
}

function parseJson(octets: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(octets)) as unknown;
  } catch {
    throw new Problem('bad-request', 'The body is no JSON in UTF-8');
  }
}
