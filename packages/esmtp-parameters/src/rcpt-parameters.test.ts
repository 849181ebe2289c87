import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import { RCPT_PARAMETERS, type RcptParameters, parseParameters, readRcptParameters } from './index.ts';

const read = (text: string, announced?: ReadonlySet<string>): RcptParameters =>
  readRcptParameters(parseParameters(text), announced);
const reply = (text: string, announced?: ReadonlySet<string>): string | undefined =>
  fault(() => read(text, announced))?.reply;

const NEVER = { success: false, failure: false, delay: false };

describe('values of RCPT parameters', () => {
  it.each<[string, Partial<RcptParameters>]>([
    ['', {}],
    ['NOTIFY=NEVER', { notify: NEVER }],
    ['notify=success,DELAY', { notify: { success: true, failure: false, delay: true } }],
    ['ORCPT=rfc822;Bob@Example.COM', { orcpt: { type: 'rfc822', address: 'Bob@Example.COM' } }],
    ['ORCPT=x400;/G+3DA/S+3DB/', { orcpt: { type: 'x400', address: '/G=A/S=B/' } }],
    ['RRVS=2014-04-03T23:01:00Z', { rrvs: { since: new Date('2014-04-03T23:01:00Z'), unsupported: 'reject' } }],
    ['RRVS=2014-04-03T23:01:00Z;C', { rrvs: { since: new Date('2014-04-03T23:01:00Z'), unsupported: 'continue' } }],
    ['RRVS=2014-04-03t23:01:00-01:00;r', { rrvs: { since: new Date('2014-04-04T00:01:00Z'), unsupported: 'reject' } }],
    ['CONNEG', { conNeg: true }],
    ['X-NEW', { extensions: [{ keyword: 'X-NEW' }] }],
  ])('RFC 5321 §4.1.1.3 R3461-4.1-a R3461-4.2-a R3461-4.2-d R7293-3.1-a: %s', (text, typed) => {
    expect(read(text)).toEqual({ extensions: [], ...typed });
  });

  it.each([
    'NOTIFY',
    'NOTIFY=FOO',
    'NOTIFY=NEVER,SUCCESS',
    'NOTIFY=SUCCESS,NEVER',
    'ORCPT',
    'ORCPT=u@x.example',
    'ORCPT=rfc822;a+2',
    'RRVS',
    'RRVS=2014-04-03T23:01:00.5Z',
    'RRVS=2014-04-03',
    'RRVS=2014-04-03T23:01:00Z;X',
    'RRVS=2014-04-03T23:01:00Z;',
    'RRVS=2014-04-03T23:01:00Z;C;R',
    'RRVS=;C',
    'CONNEG=1',
  ])('RFC 3461 §5.1(b) R3461-4.1-a R3461-4.2-a R3461-5.1-b2 R7293-3.1-a: %s', (text) => {
    expect(fault(() => read(text))).toMatchObject({ code: 'bad-value', reply: '501 5.5.4' });
  });

  it.each(['NOTIFY=SUCCESS NOTIFY=DELAY', 'ORCPT=rfc822;a orcpt=rfc822;a', 'RRVS=2014-04-03T23:01:00Z RRVS=x'])(
    'RFC 3461 §4.5 R3461-4.5-b: %s says one thing twice',
    (text) => {
      expect(fault(() => read(text))).toMatchObject({ code: 'duplicate', reply: '501 5.5.4' });
    },
  );

  it('RFC 3461 §5.4(b) R3461-5.4-b: the 28 characters of the longest NOTIFY', () => {
    expect('NOTIFY=SUCCESS,FAILURE,DELAY').toHaveLength(28);
    expect(read('NOTIFY=SUCCESS,FAILURE,DELAY').notify).toEqual({ success: true, failure: true, delay: true });
  });

  it('RFC 6533 §3 R6533-3-a: raw UTF-8 in ORCPT where the transaction has SMTPUTF8, refused elsewhere', () => {
    const parameters = parseParameters('ORCPT=utf-8;josé@exämple.org');
    expect(readRcptParameters(parameters, new Set(['DSN', 'SMTPUTF8']), { smtputf8: true }).orcpt).toEqual({
      type: 'utf-8',
      address: 'josé@exämple.org',
    });
    expect(fault(() => readRcptParameters(parameters))).toMatchObject({ reply: '501 5.5.4', keyword: 'ORCPT' });
  });
});

describe('announced extensions', () => {
  it.each([
    ['NOTIFY=NEVER', 'DSN'],
    ['ORCPT=rfc822;a', 'DSN'],
    ['ORCPT=rfc822;a', 'MTRK'],
    ['RRVS=2014-04-03T23:01:00Z', 'RRVS'],
    ['CONNEG', 'CONNEG'],
  ])('RFC 5321 §4.1.1.11 R5321-4.1.1.11-a: %s needs %s', (text, extension) => {
    expect(reply(text, new Set([extension]))).toBeUndefined();
    expect(reply(text, new Set(['SIZE']))).toBe('555 5.5.4');
  });

  it.each(['RET=FULL', 'ENVID=a', 'BY=120;R', 'MT-PRIORITY=3', 'SIZE=1', 'SMTPUTF8', 'CONPERM'])(
    'RFC 3461 §2 R3461-2-c: %s is a parameter of MAIL and never one of RCPT',
    (text) => {
      expect(reply(text)).toBe('555 5.5.4');
    },
  );
});

it('RFC 5321 §4.1.1.3: any parameters are read or meet our error', () => {
  const keyword = fc.constantFrom(...RCPT_PARAMETERS.map((parameter) => parameter.keyword), 'RET', 'x', '__proto__');
  const unit = fc.constantFrom(
    'NEVER',
    'SUCCESS',
    ',',
    ';',
    'rfc822',
    'utf-8',
    '+',
    '2B',
    '\\x{',
    'E9}',
    'é',
    '\ud800',
  );
  const value = fc.string({ unit, maxLength: 8 });
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.record({ keyword }), fc.record({ keyword, value })), { maxLength: 4 }),
      fc.boolean(),
      (list, smtputf8) => {
        fault(() => readRcptParameters(list, undefined, { smtputf8 }));
        fault(() => readRcptParameters(list, new Set(['DSN', 'RRVS', 'CONNEG']), { smtputf8 }));
      },
    ),
    { numRuns: 1000 },
  );
});
