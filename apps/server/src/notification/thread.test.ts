import { describe, expect, it } from 'vitest';
import { threadFields } from './thread.ts';

const values = (headers: Record<string, string>) =>
  threadFields(Object.entries(headers).map(([name, value]) => ({ name, value }))).map((field) => field.value);

describe('threadFields', () => {
  it.each([
    [{ 'Message-ID': '<1@a>' }, ['<1@a>', '<1@a>']],
    [{ 'message-id': ' <1@a> (comment)', References: '<x@a>\t<y@a>' }, ['<1@a>', '<x@a> <y@a> <1@a>']],
    [{ 'Message-ID': '<1@a>', 'In-Reply-To': '<p@a>' }, ['<1@a>', '<p@a> <1@a>']],
    [{ 'Message-ID': '<1@a>', 'In-Reply-To': '<p@a> <q@a>' }, ['<1@a>', '<1@a>']],
    [{ 'Message-ID': '<1@a>', References: '<1@a>' }, ['<1@a>', '<1@a>']],
    [{ 'Message-ID': '<"a b"@c>' }, []],
    [{ 'Message-ID': '1@a' }, []],
    [{ 'Message-ID': '<ü@a>' }, []],
    [{ References: '<x@a>' }, []],
  ])('RFC 5322 §3.6.4: %j', (headers, expected) => {
    expect(values(headers as Record<string, string>)).toEqual(expected);
  });

  it('keeps the beginning and the end of a long thread', () => {
    const ids = Array.from({ length: 500 }, (_, i) => `<${i}@a>`);
    const kept = values({ 'Message-ID': '<own@a>', References: ids.join(' ') })[1]?.split(' ');
    expect(kept).toEqual(['<0@a>', ...ids.slice(-19), '<own@a>']);
  });

  it('gives up on nothing but time on hostile fields', () => {
    expect(values({ 'Message-ID': '<'.repeat(1_000_000), References: '<a@'.repeat(300_000) })).toEqual([]);
  });
});
