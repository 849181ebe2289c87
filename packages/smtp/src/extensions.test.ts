import { describe, expect, it } from 'vitest';
import { announce } from './extensions.ts';
import { readLimits } from './index.ts';

describe('RFC 9422 §3 R9422-3-a: readLimits', () => {
  it.each([
    ['MAILMAX=1 RCPTMAX=50 RCPTDOMAINMAX=2', { mailMax: 1, rcptMax: 50, rcptDomainMax: 2 }],
    ['rcptmax=50', { rcptMax: 50 }],
    ['', {}],
    ['RCPTMAX RCPTMAX= RCPTMAX=0 RCPTMAX=1234567 RCPTMAX=x MAILMAX=7 OTHER=3', { mailMax: 7 }],
  ])('%j', (parameters, limits) => {
    expect(readLimits(parameters)).toEqual(limits);
  });
});

it('offers nothing unless told to', () => {
  expect([...announce({}, false)]).toEqual([]);
  expect([...announce({ binaryMime: true, requireTls: true }, false)]).toEqual([]);
  expect([...announce({ limits: {} }, false)]).toEqual([['LIMITS', '']]);
});

it('refuses parameters that no reply line can carry', () => {
  const broken = expect.objectContaining({ code: 'bad-argument' });
  expect(() => announce({ auth: ['PLAIN\r\n250 X'] }, false)).toThrow(broken);
  expect(() => announce({ mtPriority: 'é' }, false)).toThrow(broken);
  expect(() => announce({ xclient: ['A\0'] }, false)).toThrow(broken);
});
