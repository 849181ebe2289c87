import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import { formatDate, parseDate } from './index.ts';

const moment = '1994-07-08T13:21:47.000Z';

describe('reading dates', () => {
  it.each([
    ['Fri, 08 Jul 1994 09:21:47 -0400', moment, -240],
    ['Fri, 8 Jul 1994 09:21:47 -0400 (EDT)', moment, -240],
    ['8 Jul 1994 15:21:47 +0200', moment, 120],
    ['(a) Fri (b) , (c) 8 (d) Jul (e) 1994 (f) 09 : 21 : 47 (g) -0400 (h)', moment, -240],
    ['fri,8 JUL 1994 09:21:47-0400', moment, -240],
    ['8 Jul 1994 09:21 -0400', '1994-07-08T13:21:00.000Z', -240],
    ['29 Feb 2000 00:00:00 +0000', '2000-02-29T00:00:00.000Z', 0],
    ['31 Dec 2016 23:59:60 +0000', '2017-01-01T00:00:00.000Z', 0],
    ['1 Jan 1900 00:00:00 +0000', '1900-01-01T00:00:00.000Z', 0],
    ['1 Jan 1960 00:00:00 +0000', '1960-01-01T00:00:00.000Z', 0],
  ])('RFC 5322 §3.3 R5322-3.3-a: %s', (text, iso, offsetMinutes) => {
    expect(parseDate(text)).toEqual({ date: new Date(iso), offsetMinutes, departures: [] });
  });

  it('RFC 5322 §3.3 R5322-3.3-b: -0000 is UTC, the local zone is not known', () => {
    expect(parseDate('Fri, 8 Jul 1994 13:21:47 -0000')).toEqual({ date: new Date(moment), departures: [] });
  });

  it.each([
    ['8 Jul 94 09:21:47 EDT', -240, ['short-year', 'zone-name']],
    ['8 Jul 94 13:21:47 UT', 0, ['short-year', 'zone-name']],
    ['8 Jul 1994 13:21:47 GMT', 0, ['zone-name']],
    ['8 Jul 1994 13:21:47 utc', 0, ['zone-name']],
    ['8 Jul 1994 13:21:47 Z', 0, ['zone-name']],
    ['8 Jul 1994 05:21:47 PST', -480, ['zone-name']],
    ['8 Jul 094 13:21:47 +0000', 0, ['short-year']],
    ['8 Jul 1994 13:21:47 JST', undefined, ['unknown-zone']],
    ['8 Jul 1994 13:21:47 M', undefined, ['unknown-zone']],
    ['8 Jul 1994 13:21:47 Westeuropean', undefined, ['unknown-zone']],
    ['8 Jul 1994 13:21:47', undefined, ['no-zone']],
    ['8 Jul 1994 15:21:47 GMT+0200', 120, ['zone-name']],
    ['8 Jul 1994 11:21:47 GMT-0200', -120, ['zone-name']],
    ['Thu, 8 Jul 1994 13:21:47 +0000', 0, ['wrong-weekday']],
    ['Friday, 8 July 1994 13:21:47 +0000', 0, ['bad-form']],
    ['Fri 8 Jul 1994 13:21:47 +0000', 0, ['bad-form']],
    ['8-Jul-1994 13:21:47 +0000', 0, ['bad-form']],
    ['8 Jul 1994 13:21:47.123 +0000', 0, ['bad-form']],
    ['8 Jul 1994 13:21:47 +0000 or so', 0, ['bad-form']],
    ['Fri Jul  8 13:21:47 1994', undefined, ['bad-form', 'no-zone']],
    ['Fri Jul  8 09:21:47 EDT 1994', -240, ['bad-form', 'zone-name']],
    ['Fri Jul 8 09:21:47 1994 -0400', -240, ['bad-form']],
    ['8 Jul 1994 13:21:47 +0000 (never closed', 0, []],
  ])('RFC 1123 §5.2.14 R1123-5.2.14-a R3464-2.1.3-a: %s', (text, offset, departures) => {
    const { date, offsetMinutes, departures: found } = parseDate(text);
    expect([date.toISOString(), offsetMinutes, found]).toEqual([moment, offset, departures]);
  });

  it.each([
    ['1 Jan 49 00:00:00 +0000', 2049],
    ['1 Jan 50 00:00:00 +0000', 1950],
    ['1 Jan 100 00:00:00 +0000', 2000],
  ])('RFC 5322 §4.3: the year of %s', (text, year) => {
    expect(parseDate(text).date.getUTCFullYear()).toBe(year);
  });

  it.each([
    ['', 0],
    ['xxxx xx xxx', 0],
    ['Fri, Jux', 5],
    ['8 Foo 1994 13:21:47 +0000', 2],
    ['8 Jul 19941 13:21:47 +0000', 10],
    ['8 Jul 1 13:21:47 +0000', 7],
    ['8 Jul 1066 13:21:47 +0000', 10],
    ['32 Jul 1994 13:21:47 +0000', 26],
    ['0 Jul 1994 13:21:47 +0000', 25],
    ['29 Feb 1900 13:21:47 +0000', 26],
    ['30 Feb 2000 13:21:47 +0000', 26],
    ['8 Jul 1994 24:21:47 +0000', 19],
    ['8 Jul 1994 13:61:47 +0000', 19],
    ['8 Jul 1994 13:21:61 +0000', 19],
    ['8 Jul 1994 13.21', 13],
    ['8 Jul 1994 13:21:47 +00', 23],
    ['8 Jul 1994 13:21:47 +0060', 25],
    ['Fri Jul x', 8],
    ['Fri Jul 8 x', 10],
    ['Fri Jul 8 13:21:47 +01 1994', 22],
    ['Fri Jul 8 13:21:47 EDT x', 23],
    ['Fri Jul 8 13:21:47 94 +01', 25],
    ['Fri Jul 32 13:21:47 1994 +0000', 30],
  ])('RFC 5322 §3.3: %j is no date', (text, offset) => {
    expect(fault(() => parseDate(text))).toEqual(['bad-date', offset]);
  });
});

describe('writing dates', () => {
  it.each([
    [0, 'Fri, 08 Jul 1994 13:21:47 +0000'],
    [-240, 'Fri, 08 Jul 1994 09:21:47 -0400'],
    [345, 'Fri, 08 Jul 1994 19:06:47 +0545'],
    [-840, 'Thu, 07 Jul 1994 23:21:47 -1400'],
  ])('RFC 5322 §3.3 R5322-3.3-c: weekday and zone at %d minutes', (offset, text) => {
    expect(formatDate(new Date(moment), offset)).toBe(text);
  });

  it.each([
    [new Date(Number.NaN), 0],
    [new Date('1899-12-31T23:59:59Z'), 0],
    [new Date('9999-12-31T23:59:59Z'), 60],
    [new Date(0), 0.5],
    [new Date(0), 1440],
  ])('RFC 5322 §3.3: %s at %d minutes cannot be written', (date, offset) => {
    expect(fault(() => formatDate(date, offset))).toEqual(['bad-date', 0]);
  });

  it('RFC 5322 §3.3 R5322-3.3-a R5322-3.3-c: what is written follows the grammar and reads back', () => {
    const grammar =
      /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/;
    const seconds = fc.integer({ min: Date.UTC(1900, 0, 3) / 1000, max: Date.UTC(9999, 11, 29) / 1000 });
    fc.assert(
      fc.property(seconds, fc.integer({ min: -1439, max: 1439 }), (second, offsetMinutes) => {
        const date = new Date(second * 1000);
        const text = formatDate(date, offsetMinutes);
        expect(text).toMatch(grammar);
        expect(parseDate(text)).toEqual({ date, offsetMinutes, departures: [] });
      }),
    );
  });
});
