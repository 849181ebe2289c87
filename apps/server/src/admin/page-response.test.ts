import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pageResponse } from './page-response.ts';

const octets = new TextEncoder().encode('<p>What came of it');
const file = { octets, gzip: gzipSync(octets), type: 'text/html; charset=utf-8', etag: '"abc"' };

function ask(headers: Record<string, string>): Response {
  return pageResponse(file, new Headers(headers));
}

describe('pageResponse', () => {
  it.each(['"abc"', 'W/"abc"', '"old", "abc"', 'W/"old",W/"abc" , "x,y"', '*'])(
    'RFC 9110 §13.1.2: If-None-Match: %s is answered by 304 without content',
    async (noneOf) => {
      const response = ask({ 'If-None-Match': noneOf });
      expect(response.status).toBe(304);
      expect(await response.text()).toBe('');
      expect(response.headers.get('ETag')).toBe('W/"abc"');
      expect(response.headers.get('Vary')).toBe('Accept-Encoding');
    },
  );

  it.each(['"ab"', '"abcd"', 'abc', 'W/"old", "x"', '"*"', ''])(
    'RFC 9110 §13.1.2: If-None-Match: %s is answered with the file',
    async (noneOf) => {
      const response = ask({ 'If-None-Match': noneOf });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('<p>What came of it');
    },
  );

  it.each(['gzip', 'br, gzip', 'GZIP;q=0.001', 'x-gzip', 'identity;q=0.5, gzip ; q=1.0'])(
    'RFC 9110 §12.5.3: Accept-Encoding: %s gets it gzipped',
    async (accepted) => {
      const response = ask({ 'Accept-Encoding': accepted });
      expect(response.headers.get('Content-Encoding')).toBe('gzip');
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array(file.gzip));
    },
  );

  it.each(['', 'br', 'gzip;q=0', 'gzip; Q=0.000, br', 'not-gzip', 'identity'])(
    'RFC 9110 §12.5.3: Accept-Encoding: %s gets it as it is',
    async (accepted) => {
      const response = ask({ 'Accept-Encoding': accepted });
      expect(response.headers.get('Content-Encoding')).toBeNull();
      expect(await response.text()).toBe('<p>What came of it');
    },
  );

  it('RFC 9110 §8.8.3.3: says with a weak validator that gzipped or not it is the same file', () => {
    for (const accepted of ['', 'gzip'])
      expect(ask({ 'Accept-Encoding': accepted }).headers.get('ETag')).toBe('W/"abc"');
  });
});
