import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import { type Notify, formatNotify, notifyOn, parseNotify } from './index.ts';

const asked = (value: string): string => formatNotify(parseNotify(value));

describe('parseNotify', () => {
  it.each([
    ['NEVER', 'NEVER'],
    ['SUCCESS', 'SUCCESS'],
    ['FAILURE', 'FAILURE'],
    ['DELAY', 'DELAY'],
    ['FAILURE,SUCCESS', 'SUCCESS,FAILURE'],
    ['DELAY,SUCCESS', 'SUCCESS,DELAY'],
    ['DELAY,FAILURE', 'FAILURE,DELAY'],
    ['SUCCESS,FAILURE,DELAY', 'SUCCESS,FAILURE,DELAY'],
    ['DELAY,FAILURE,SUCCESS', 'SUCCESS,FAILURE,DELAY'],
  ])('RFC 3461 §4.1 R3461-4.1-a R3461-4.1-b R3461-4.1-d: %s', (value, canonical) => {
    expect(asked(value)).toBe(canonical);
  });

  it.each(['sUcCeSs,delay', 'never', 'Never'])('RFC 3461 §4.1 R3461-4.1-e: %s in any letter case', (value) => {
    expect(asked(value).toLowerCase()).toBe(value.toLowerCase());
  });

  it('RFC 3461 §4.1 R3461-4.1-b: the "#" rule allows empty elements, and a repeated one counts once', () => {
    expect(asked('SUCCESS,,FAILURE')).toBe('SUCCESS,FAILURE');
    expect(asked(',DELAY,')).toBe('DELAY');
    expect(asked('FAILURE,DELAY,FAILURE')).toBe('FAILURE,DELAY');
  });

  it.each([
    ['NEVER,SUCCESS', 6],
    ['SUCCESS,NEVER', 8],
    ['NEVER,NEVER', 6],
    ['NEVER,', 6],
    [',NEVER', 1],
    ['SUCCESS,DELAY,never', 14],
  ])('RFC 3461 §4.1 R3461-4.1-c: NEVER stands alone, so %s is refused', (value, offset) => {
    expect(fault(() => parseNotify(value))).toEqual({
      code: 'bad-value',
      offset,
      reply: '501 5.5.4',
      keyword: 'NOTIFY',
    });
  });

  it.each(['', ',', ',,', 'FOO', 'SUCCESS;FAILURE', 'SUCCESS, DELAY', 'SUCCESSS', 'SUCCES', 'ſuccess', '__proto__'])(
    'RFC 3461 §4.1 R3461-4.1-b: %j is refused',
    (value) => {
      expect(fault(() => parseNotify(value))).toMatchObject({ code: 'bad-value', reply: '501 5.5.4' });
    },
  );
});

describe('formatNotify', () => {
  it('RFC 3461 §5.2.7.3(c) R3461-5.2.7.3-c4: SUCCESS taken out of NOTIFY=SUCCESS leaves NEVER', () => {
    expect(formatNotify({ ...parseNotify('SUCCESS'), success: false })).toBe('NEVER');
    expect(formatNotify(notifyOn())).toBe('NEVER');
  });

  it('RFC 3461 §4.1: every wish is written and read back', () => {
    fc.assert(
      fc.property(fc.record({ success: fc.boolean(), failure: fc.boolean(), delay: fc.boolean() }), (notify) => {
        expect(parseNotify(formatNotify(notify))).toEqual(notify);
      }),
    );
    expect(notifyOn('delay', 'success')).toEqual({ success: true, failure: false, delay: true });
  });
  it('RFC 3461 §4.1: a word that asks for nothing is refused, and not taken for NEVER', () => {
    for (const words of ['["SUCCESS"]', '["failure", "never"]', '[""]']) {
      const events = JSON.parse(words) as (keyof Notify)[];
      expect(fault(() => notifyOn(...events))).toMatchObject({ code: 'bad-value', keyword: 'NOTIFY' });
    }
  });

  it('RFC 3461 §4.1: what says nothing of a wish is refused, and not taken for NEVER', () => {
    for (const value of ['"SUCCESS"', '["success"]', '{}', '{"sucess": true}', '{"failure": true}', '7']) {
      const notify = JSON.parse(value) as Notify;
      expect(
        fault(() => formatNotify(notify)),
        value,
      ).toMatchObject({ code: 'bad-value', keyword: 'NOTIFY' });
    }
  });
});
