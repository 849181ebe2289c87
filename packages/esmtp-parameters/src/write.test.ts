import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import { writeMailParameters, writeRcptParameters } from './client.ts';
import {
  type MailParameters,
  type RcptParameters,
  formatParameters,
  notifyOn,
  readMailParameters,
  readRcptParameters,
} from './index.ts';

describe('writeMailParameters', () => {
  it('RFC 5321 §4.1.2: takes as many extensions as a line can have', () => {
    const extensions = Array.from({ length: 200_000 }, (_, at) => ({ keyword: `X${at}` }));
    expect(writeMailParameters({ extensions })).toEqual(extensions);
    expect(writeRcptParameters({ extensions })).toEqual(extensions);
  });

  it.each<[Partial<MailParameters>, string]>([
    [{}, ''],
    [{ ret: 'HDRS', envid: 'order 7/x' }, 'RET=HDRS ENVID=order+207/x'],
    [{ size: 1, body: '8BITMIME', smtputf8: true }, 'SIZE=1 BODY=8BITMIME SMTPUTF8'],
    [{ size: 1e19 }, 'SIZE=10000000000000000000'],
    [{ auth: '' }, 'AUTH=<>'],
    [{ auth: 'e=mc2@example.com', requireTls: true }, 'AUTH=e+3Dmc2@example.com REQUIRETLS'],
    [{ auth: 'josé@x', smtputf8: true }, 'SMTPUTF8 AUTH=jos+C3+A9@x'],
    [{ mtPriority: -3 }, 'MT-PRIORITY=-3'],
    [{ by: { seconds: 98, mode: 'R', trace: true } }, 'BY=98;RT'],
    [{ holdFor: 60 }, 'HOLDFOR=60'],
    [{ holdUntil: new Date('2007-05-31T12:00:00.750Z') }, 'HOLDUNTIL=2007-05-31T12:00:00Z'],
    [{ envid: '1@h', mtrk: { certifier: 'abc' } }, 'ENVID=1@h MTRK=abc'],
    [{ envid: '1@h', mtrk: { certifier: 'abc', timeoutSeconds: 0 } }, 'ENVID=1@h MTRK=abc:0'],
    [{ transId: '<a@b>', solicit: ['a', 'b'], conPerm: true }, 'TRANSID=<a@b> SOLICIT=a,b CONPERM'],
    [{ submitter: 'a+b@x' }, 'SUBMITTER=a+2Bb@x'],
    [{ extensions: [{ keyword: 'X-NEW', value: '1' }] }, 'X-NEW=1'],
  ])('RFC 5321 §4.1.2 R5321-4.1.2-b: %j', (mail, text) => {
    expect(formatParameters(writeMailParameters(mail))).toBe(text);
  });

  it.each<[Partial<MailParameters>, string]>([
    [{ envid: '' }, 'bad-value'],
    [{ envid: 'a\nb' }, 'bad-value'],
    [{ envid: 'é' }, 'bad-value'],
    [{ envid: 'x'.repeat(95) }, 'too-long'],
    [{ envid: ' '.repeat(32) }, 'too-long'],
    [{ size: Number.NaN }, 'bad-value'],
    [{ size: 1.5 }, 'bad-value'],
    [{ size: -1 }, 'bad-value'],
    [{ size: 1e20 }, 'bad-value'],
    [{ auth: 'josé@x' }, 'bad-value'],
    [{ auth: 'a' }, 'bad-value'],
    [{ submitter: 'é@x' }, 'bad-value'],
    [{ mtPriority: 10 }, 'bad-value'],
    [{ by: { seconds: 0, mode: 'R', trace: false } }, 'bad-value'],
    [{ by: { seconds: 1.5, mode: 'N', trace: false } }, 'bad-value'],
    [{ holdFor: 0 }, 'bad-value'],
    [{ holdUntil: new Date(Number.NaN) }, 'bad-value'],
    [{ holdUntil: new Date('+012007-05-31T12:00:00Z') }, 'bad-value'],
    [{ holdFor: 1, holdUntil: new Date(0) }, 'conflict'],
    [{ mtrk: { certifier: 'abc' } }, 'conflict'],
    [{ transId: 'a b' }, 'syntax'],
    [{ solicit: [] }, 'bad-value'],
    [{ solicit: ['a b'] }, 'syntax'],
    [{ extensions: [{ keyword: 'X Y' }] }, 'syntax'],
    [{ extensions: [{ keyword: 'NOTIFY', value: 'NEVER' }] }, 'unknown'],
    [{ ret: 'FULL', extensions: [{ keyword: 'RET', value: 'FULL' }] }, 'duplicate'],
  ])('RFC 3461 §4.4 R3461-4.4-e R3461-4.5-a: %j is not sent', (mail, code) => {
    expect(fault(() => writeMailParameters(mail))).toMatchObject({ code });
  });

  it('RFC 3461 §5.4(a): ENVID of 94 octets is the longest that is sent', () => {
    expect(formatParameters(writeMailParameters({ envid: 'x'.repeat(94) }))).toHaveLength(100);
  });
});

describe('writeRcptParameters', () => {
  it.each<[Partial<RcptParameters>, string]>([
    [{}, ''],
    [{ notify: notifyOn() }, 'NOTIFY=NEVER'],
    [
      { notify: notifyOn('success', 'delay'), orcpt: { type: 'rfc822', address: 'a+b@x' } },
      'NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bb@x',
    ],
    [{ rrvs: { since: new Date('2014-04-03T23:01:00Z'), unsupported: 'continue' } }, 'RRVS=2014-04-03T23:01:00Z;C'],
    [{ rrvs: { since: new Date('2014-04-03T23:01:00Z'), unsupported: 'reject' } }, 'RRVS=2014-04-03T23:01:00Z;R'],
    [{ conNeg: true, extensions: [{ keyword: 'X' }] }, 'CONNEG X'],
  ])('RFC 3461 §4.1 R3461-4.5-b: %j', (rcpt, text) => {
    expect(formatParameters(writeRcptParameters(rcpt))).toBe(text);
    expect(readRcptParameters(writeRcptParameters(rcpt))).toEqual({ extensions: [], ...rcpt });
  });

  it('RFC 6533 §3: ORCPT in the form of the transaction', () => {
    const orcpt = { type: 'utf-8', address: 'josé@x' };
    expect(formatParameters(writeRcptParameters({ orcpt }))).toBe('ORCPT=utf-8;jos\\x{E9}@x');
    expect(formatParameters(writeRcptParameters({ orcpt }, { smtputf8: true }))).toBe('ORCPT=utf-8;josé@x');
  });

  it.each<[Partial<RcptParameters>, string]>([
    [{ orcpt: { type: 'rfc822', address: 'é@x' } }, 'bad-value'],
    [{ rrvs: { since: new Date(Number.NaN), unsupported: 'reject' } }, 'bad-value'],
    [{ extensions: [{ keyword: 'X', value: '' }] }, 'syntax'],
    [{ extensions: [{ keyword: 'RET', value: 'FULL' }] }, 'unknown'],
    [{ notify: notifyOn(), extensions: [{ keyword: 'notify', value: 'DELAY' }] }, 'duplicate'],
  ])('RFC 3461 §4.2 R3461-4.2-k R3461-4.5-b: %j is not sent', (rcpt, code) => {
    expect(fault(() => writeRcptParameters(rcpt))).toMatchObject({ code });
  });
});

it('RFC 5321 §4.1.2: what is written reads back the same', () => {
  const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,9}$/);
  const whole = fc.record(
    {
      ret: fc.constantFrom('FULL', 'HDRS'),
      envid: fc.tuple(word, word).map(([local, host]) => `${local} +=@${host}`),
      size: fc.nat(),
      body: fc.constantFrom('7BIT', '8BITMIME', 'BINARYMIME'),
      smtputf8: fc.boolean(),
      requireTls: fc.boolean(),
      auth: fc.oneof(
        fc.constant(''),
        word.map((local) => `${local}+=@example.org`),
      ),
      by: fc.record({
        seconds: fc.integer({ min: 1, max: 999_999_999 }),
        mode: fc.constantFrom('N', 'R'),
        trace: fc.boolean(),
      }),
      mtPriority: fc.integer({ min: -9, max: 9 }),
      holdFor: fc.integer({ min: 1, max: 999_999_999 }),
      mtrk: fc.record({ certifier: word, timeoutSeconds: fc.nat({ max: 999_999_999 }) }),
      transId: fc.tuple(word, word).map(([local, host]) => `<${local}@${host}>`),
      solicit: fc.array(word, { minLength: 1 }),
      conPerm: fc.constant(true),
      submitter: word.map((local) => `${local}+x@example.org`),
    },
    { requiredKeys: ['envid'], noNullPrototype: true },
  ) as fc.Arbitrary<Partial<MailParameters>>;
  fc.assert(
    fc.property(whole, (mail) => {
      expect(readMailParameters(writeMailParameters(mail))).toEqual({
        smtputf8: false,
        requireTls: false,
        extensions: [],
        ...mail,
      });
    }),
  );
});
