import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../test/helpers.ts';
import { assertBoundary, deriveBoundary, innerBoundary } from './boundary.ts';
import { ReportError } from './error.ts';

describe('deriveBoundary', () => {
  it('RFC 2046 §5.1.1 R2046-5.1.1-a: letters, digits and signs that need no thought, at most 70', () => {
    expect(deriveBoundary('4Xy7@mx.example.net', [])).toBe('=_4Xy7_mx.example.net_0.');
    expect(deriveBoundary('x'.repeat(200), []).length).toBeLessThanOrEqual(70);
    expect(deriveBoundary('é "\r\n', [])).toMatch(/^[0-9A-Za-z=_.]+$/);
  });

  it('RFC 2046 §5.1 R2046-5.1-a: the first number that no content holds', () => {
    const contents = [utf8('=_s_0. =_s_2.'), 'x =_s_1. =_s_77. =_s_x. =_s_. =_s_12345678901. =_s_3'];
    expect(deriveBoundary('s', contents)).toBe('=_s_3.');
  });

  it('RFC 2046 §5.1 R2046-5.1-a: collides with nothing, and gives the same for the same', () => {
    const pieces = fc.array(fc.constantFrom('=_s_', '0.', '1.', '2', '.', '\r\n--', 'x'));
    fc.assert(
      fc.property(pieces, (list) => {
        const content = list.join('');
        const boundary = deriveBoundary('s', [utf8(content)]);
        expect(content).not.toContain(boundary);
        expect(deriveBoundary('s', [content])).toBe(boundary);
      }),
    );
  });
});

describe('assertBoundary', () => {
  it.each([
    ['', 'bad-boundary', 0],
    ['x'.repeat(71), 'bad-boundary', 70],
    ['x ', 'bad-boundary', 1],
    ['a"b', 'bad-boundary', 1],
    ['a\r\nb', 'bad-boundary', 1],
    ['é', 'bad-boundary', 0],
    ['taken', 'boundary-collision', 1],
  ])('RFC 2046 §5.1.1 R2046-5.1.1-a R2046-5.1-a: %j throws %s', (boundary, code, offset) => {
    try {
      assertBoundary(boundary, ['free', utf8(' --taken')]);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ReportError);
      expect(error).toMatchObject({ code, offset });
    }
  });

  it.each(['x', "0'()+_,-./:=?", 'a b', 'x'.repeat(70)])('RFC 2046 §5.1.1: %j passes', (boundary) => {
    assertBoundary(boundary, [utf8('x --taken -x')]);
  });
});

it('RFC 2046 §5.1 R2046-5.1-a: neither of an inner and its outer boundary begins with the other', () => {
  for (const outer of ['i', 'j', 'i=_x', '=_x', 'x'.repeat(70)]) {
    const inner = innerBoundary(outer, []);
    expect(inner.startsWith(outer) || outer.startsWith(inner)).toBe(false);
    expect(inner.length).toBeLessThanOrEqual(70);
  }
});
