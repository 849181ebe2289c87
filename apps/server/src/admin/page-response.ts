/** One file of the page. */
export interface PageFile {
  readonly octets: Uint8Array;
  /** The same, gzipped. */
  readonly gzip: Uint8Array;
  /** The Content-Type. */
  readonly type: string;
  /** With its quotes; other octets have another. */
  readonly etag: string;
}

/** The answer with a file; the browser may keep it, and asks each time whether it is still the same. */
export function pageResponse({ octets, gzip, type, etag }: PageFile, asked: Headers): Response {
  // RFC 9110 §8.8.3.3: a strong one would say that the octets are the same, gzipped or not.
  const headers = { 'Content-Type': type, 'Cache-Control': 'no-cache', ETag: `W/${etag}`, Vary: 'Accept-Encoding' };
  if (isKnown(etag, asked.get('if-none-match') ?? '')) return new Response(null, { status: 304, headers });
  if (!takesGzip(asked.get('accept-encoding') ?? '')) return new Response(octets.slice(), { headers });
  return new Response(gzip.slice(), { headers: { ...headers, 'Content-Encoding': 'gzip' } });
}

/** RFC 9110 §13.1.2: any, or one of a list; whether they are weak doesn't matter. */
function isKnown(etag: string, noneOf: string): boolean {
  return noneOf.trim() === '*' || (noneOf.match(/"[^"]*"/g)?.includes(etag) ?? false);
}

/** RFC 9110 §12.5.3: what has the weight 0 is not acceptable. */
function takesGzip(accepted: string): boolean {
  return accepted.split(',').some((each) => {
    const [coding, ...parameters] = each.split(';').map((part) => part.trim().toLowerCase());
    return (coding === 'gzip' || coding === 'x-gzip') && !parameters.some((part) => /^q=0(?:\.0*)?$/.test(part));
  });
}
