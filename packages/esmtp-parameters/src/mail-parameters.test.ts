import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import { MAIL_PARAMETERS, type MailParameters, parseParameters, readMailParameters } from './index.ts';

const ALL = new Set(MAIL_PARAMETERS.flatMap(({ extensions }) => extensions));
const read = (text: string, announced?: ReadonlySet<string>): MailParameters =>
  readMailParameters(parseParameters(text), announced);
const reply = (text: string, announced?: ReadonlySet<string>): string | undefined =>
  fault(() => read(text, announced))?.reply;

const EMPTY = { smtputf8: false, requireTls: false, extensions: [] };

describe('values of MAIL parameters', () => {
  it.each<[string, Partial<MailParameters>]>([
    ['', {}],
    ['RET=FULL', { ret: 'FULL' }],
    ['ret=hDrS', { ret: 'HDRS' }],
    ['ENVID=QQ314159', { envid: 'QQ314159' }],
    ['ENVID=order+207/x', { envid: 'order 7/x' }],
    ['ENVID=a(b)c', { envid: 'a(b)c' }],
    ['SIZE=1000', { size: 1000 }],
    ['SIZE=0', { size: 0 }],
    ['SIZE=99999999999999999999', { size: 1e20 }],
    ['BODY=7BIT', { body: '7BIT' }],
    ['BODY=8bitmime', { body: '8BITMIME' }],
    ['BODY=BINARYMIME', { body: 'BINARYMIME' }],
    ['SMTPUTF8', { smtputf8: true }],
    ['REQUIRETLS', { requireTls: true }],
    ['AUTH=<>', { auth: '' }],
    ['AUTH=+3C+3e', { auth: '' }],
    ['AUTH=e+3Dmc2@example.com', { auth: 'e=mc2@example.com' }],
    ['AUTH=e+3dmc2@example.com', { auth: 'e=mc2@example.com' }],
    ['SMTPUTF8 AUTH=jos+C3+A9@x', { smtputf8: true, auth: 'josé@x' }],
    ['MT-PRIORITY=-3', { mtPriority: -3 }],
    ['MT-PRIORITY=0', { mtPriority: 0 }],
    ['MT-PRIORITY=9', { mtPriority: 9 }],
    ['BY=120;R', { by: { seconds: 120, mode: 'R', trace: false } }],
    ['BY=-10;NT', { by: { seconds: -10, mode: 'N', trace: true } }],
    ['BY=+999999999;rt', { by: { seconds: 999999999, mode: 'R', trace: true } }],
    ['BY=-0;n', { by: { seconds: 0, mode: 'N', trace: false } }],
    ['HOLDFOR=60', { holdFor: 60 }],
    ['HOLDFOR=999999999', { holdFor: 999999999 }],
    ['HOLDUNTIL=2007-05-31T12:00:00Z', { holdUntil: new Date('2007-05-31T12:00:00Z') }],
    ['ENVID=12@mx.example MTRK=abc+/9', { envid: '12@mx.example', mtrk: { certifier: 'abc+/9' } }],
    ['MTRK=abc:60 ENVID=1@h', { envid: '1@h', mtrk: { certifier: 'abc', timeoutSeconds: 60 } }],
    ['TRANSID=<12345@claremont.edu>', { transId: '<12345@claremont.edu>' }],
    ['TRANSID=<a.b-c!d@x.y>', { transId: '<a.b-c!d@x.y>' }],
    ['SOLICIT=org.example:ADV:ADLT,net.example:ADV', { solicit: ['org.example:ADV:ADLT', 'net.example:ADV'] }],
    ['CONPERM', { conPerm: true }],
    ['SUBMITTER=pete+2Bz@example.com', { submitter: 'pete+z@example.com' }],
    ['X-NEW=1 ZAP', { extensions: [{ keyword: 'X-NEW', value: '1' }, { keyword: 'ZAP' }] }],
  ])(
    'RFC 5321 §4.1.1.2 R3461-4.3-a R3461-4.3-c R3461-4.4-b R1870-3-a R6152-2-a R6531-3.1-a R8689-2-a R4954-5-a R6710-3-a R2852-4-a R4865-3-a R3885-3.1-a: %s',
    (text, typed) => {
      expect(read(text)).toEqual({ ...EMPTY, ...typed });
    },
  );

  it.each([
    'RET',
    'RET=BODY',
    'RET=HDRſ',
    'RET=FULL,HDRS',
    'ENVID',
    'ENVID=a+zz',
    'ENVID=a+2',
    'ENVID=a+2b',
    'ENVID=a+0Ab',
    'ENVID=a+00',
    'ENVID=a+7F',
    'ENVID=a+80',
    'ENVID=é',
    'SIZE',
    'SIZE=x',
    'SIZE=-1',
    'SIZE=1.5',
    'SIZE=0x10',
    'SIZE=100000000000000000000',
    'SIZE=٣',
    'BODY',
    'BODY=9BIT',
    'SMTPUTF8=x',
    'REQUIRETLS=1',
    'CONPERM=YES',
    'AUTH',
    'AUTH=a',
    'AUTH=a@',
    'AUTH=a+2@b',
    'AUTH=josé@x',
    'AUTH=jos+C3+A9@x',
    'SMTPUTF8 AUTH=jos+E9@x',
    'AUTH=a+0Db@x',
    'BY=120',
    'BY=0;R',
    'BY=-1;R',
    'BY=1;X',
    'BY=1;N;T',
    'BY=;N',
    'BY=1234567890;N',
    'BY=1.5;N',
    'BY=1;NTT',
    'HOLDFOR=0',
    'HOLDFOR=01',
    'HOLDFOR=1000000000',
    'HOLDFOR=-1',
    'HOLDUNTIL=1234',
    'HOLDUNTIL=2007-05-31T12:00:00+02:00',
    'HOLDUNTIL=2007-02-30T12:00:00Z',
    'ENVID=1@h MTRK=a:',
    'ENVID=1@h MTRK=a:1234567890',
    'ENVID=1@h MTRK=a-b',
    'TRANSID=12345@claremont.edu',
    'TRANSID=<12345>',
    'TRANSID=<a@b@c>',
    'TRANSID=<a.@b>',
    'TRANSID=<.a@b>',
    'TRANSID=<a..b@c>',
    'TRANSID=<a:b@c>',
    'SOLICIT=,',
    'SOLICIT=1abc',
    'SOLICIT=a,,b',
    'SOLICIT=a;b',
    'SUBMITTER=pete',
    'SUBMITTER=a+2Gb@x',
  ])(
    'RFC 3461 §5.1(a) R3461-4.3-a R3461-4.4-b R3461-4.4-e R3461-5.1-a2 R1870-3-a R6152-2-a R6531-3.1-a R8689-2-a R4954-5-a R2852-4-a R4865-3-a R3885-3.1-a: %s',
    (text) => {
      expect(fault(() => read(text))).toMatchObject({ code: 'bad-value', reply: '501 5.5.4' });
    },
  );

  it.each([
    'MT-PRIORITY=+3',
    'MT-PRIORITY=10',
    'MT-PRIORITY=03',
    'MT-PRIORITY=-0',
    'MT-PRIORITY',
    'MT-PRIORITY=1 MT-PRIORITY=1',
  ])('RFC 6710 §4.1 R6710-3-a: %s is answered 501 5.5.2', (text) => {
    expect(reply(text)).toBe('501 5.5.2');
  });

  it('RFC 5321 §4.1.2: a stored parameter with an empty value is no flag', () => {
    for (const keyword of ['ENVID', 'SMTPUTF8', 'SIZE'])
      expect(fault(() => readMailParameters([{ keyword, value: '' }]))).toMatchObject({ code: 'bad-value', keyword });
  });
});

it.each(['ENVID', 'SUBMITTER'])('RFC 3461 §4.4: a control in %s is shown in the value as it was sent', (keyword) => {
  const told = fault(() => readMailParameters([{ keyword, value: 'a+2B+09+1Ab' }]));
  expect(told).toMatchObject({ code: 'bad-value', offset: 7, keyword });
});

describe('lengths', () => {
  it('RFC 3461 §5.4(a) R3461-5.4-a R3461-4.4-d: ENVID of 100 octets passes whichever way they are counted', () => {
    expect(`ENVID=${'x'.repeat(94)}`).toHaveLength(100);
    expect(read(`ENVID=${'x'.repeat(94)}`).envid).toHaveLength(94);
    expect(read(`ENVID=${'x'.repeat(100)}`).envid).toHaveLength(100);
    for (const length of [101, 120, 200])
      expect(fault(() => read(`ENVID=${'x'.repeat(length)}`))).toEqual({
        code: 'too-long',
        offset: 100,
        reply: '501 5.5.4',
        keyword: 'ENVID',
      });
  });

  it('RFC 3461 §5.4(d) R3461-5.4-d: RET=FULL has eight characters', () => {
    expect('RET=FULL').toHaveLength(8);
    expect(read('RET=FULL').ret).toBe('FULL');
  });

  it('RFC 1845 §2: TRANSID of 80, RFC 3865 §2.3: SOLICIT of 1000', () => {
    const transId = `<${'a'.repeat(76)}@b>`;
    expect(read(`TRANSID=${transId}`).transId).toHaveLength(80);
    expect(fault(() => read(`TRANSID=<a${transId.slice(1)}`))).toMatchObject({ code: 'too-long' });
    expect(read(`SOLICIT=${'a'.repeat(1000)}`).solicit).toHaveLength(1);
    expect(fault(() => read(`SOLICIT=${'a'.repeat(1001)}`))).toMatchObject({ code: 'too-long' });
  });
});

describe('parameters together', () => {
  it.each([
    'RET=FULL RET=FULL',
    'RET=FULL ret=HDRS',
    'ENVID=a ENVID=b',
    'envid=a Envid=a',
    'SIZE=1 SIZE=1',
    'BODY=7BIT BODY=8BITMIME',
    'SMTPUTF8 SMTPUTF8',
    'HOLDFOR=1 HOLDFOR=1',
    'X-NEW=1 x-new=2',
  ])('RFC 3461 §4.5 R3461-4.5-a R3461-5.1-a3: %s says one thing twice', (text) => {
    expect(fault(() => read(text))).toMatchObject({ code: 'duplicate', reply: '501 5.5.4' });
  });

  it.each(['HOLDFOR=60 HOLDUNTIL=2007-05-31T12:00:00Z', 'MTRK=abc', 'MTRK=abc ENVID=nobody', 'MTRK=abc ENVID=@h'])(
    'RFC 4865 §4.1 R4865-3-a R3885-3.2-a: %s does not go together',
    (text) => {
      expect(fault(() => read(text))).toMatchObject({ code: 'conflict', reply: '501 5.5.4' });
    },
  );
});

describe('announced extensions', () => {
  it('RFC 5321 §4.1.1.11 R5321-4.1.1.11-a: each parameter is known exactly where its extension was announced', () => {
    const values: Readonly<Record<string, string>> = {
      RET: '=FULL',
      ENVID: '=1@h',
      SIZE: '=1',
      BODY: '=7BIT',
      AUTH: '=<>',
      'MT-PRIORITY': '=1',
      BY: '=1;N',
      HOLDFOR: '=1',
      HOLDUNTIL: '=2007-05-31T12:00:00Z',
      MTRK: '=a',
      TRANSID: '=<a@b>',
      SOLICIT: '=a',
      SUBMITTER: '=a@b',
    };
    for (const { keyword, extensions } of MAIL_PARAMETERS) {
      const text = `${keyword === 'MTRK' ? 'ENVID=1@h ' : ''}${keyword}${values[keyword] ?? ''}`;
      for (const extension of extensions) expect(reply(text, new Set([extension]))).toBeUndefined();
      const others = new Set([...ALL].filter((extension) => !extensions.includes(extension)));
      expect([text, reply(text, others)]).toEqual([text, '555 5.5.4']);
      expect(reply(text, new Set())).toBe('555 5.5.4');
      expect(reply(text)).toBeUndefined();
    }
  });

  it('RFC 3030 §3 R3030-3-a: BINARYMIME needs its own extension', () => {
    expect(reply('BODY=BINARYMIME', new Set(['8BITMIME']))).toBe('555 5.5.4');
    expect(reply('BODY=BINARYMIME', new Set(['BINARYMIME', 'CHUNKING']))).toBeUndefined();
    expect(reply('BODY=8BITMIME', new Set(['8BITMIME']))).toBeUndefined();
  });

  it.each(['NOTIFY=NEVER', 'ORCPT=rfc822;a', 'RRVS=2014-04-03T23:01:00Z', 'CONNEG'])(
    'RFC 3461 §2 R3461-2-c: %s is a parameter of RCPT and never one of MAIL',
    (text) => {
      expect(reply(text)).toBe('555 5.5.4');
      expect(reply(text, new Set([...ALL, 'CONNEG', 'RRVS']))).toBe('555 5.5.4');
    },
  );

  it.each(['PIPELINING', 'DSN', '8BITMIME', 'STARTTLS', 'FOO', 'FOO=bar'])(
    'RFC 5321 §4.1.1.11: announcing an extension does not make a parameter of its keyword (%s)',
    (text) => {
      expect(reply(text, new Set(['PIPELINING', 'DSN', '8BITMIME', 'STARTTLS']))).toBe('555 5.5.4');
    },
  );

  it('RFC 5321 §2.2.2: a private extension brings a parameter of its own name', () => {
    expect(read('x-mine=1', new Set(['X-MINE'])).extensions).toEqual([{ keyword: 'x-mine', value: '1' }]);
  });

  it('RFC 5321 §4.1.1.1: a map of EHLO keywords to their arguments will do', () => {
    expect(readMailParameters(parseParameters('SIZE=1'), new Map([['SIZE', '1000']])).size).toBe(1);
  });
});

it('RFC 5321 §4.1.1.2: any parameters are read or meet our error', () => {
  const keyword = fc.constantFrom(...MAIL_PARAMETERS.map((parameter) => parameter.keyword), 'NOTIFY', 'x', 'toString');
  const unit = fc.constantFrom(
    '1',
    '-',
    ';',
    'R',
    'N',
    'T',
    '@',
    'a',
    '+',
    '2',
    'B',
    ':',
    '<',
    '>',
    '.',
    'Z',
    'é',
    '\ud800',
  );
  const value = fc.string({ unit, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.record({ keyword }), fc.record({ keyword, value })), { maxLength: 4 }), (list) => {
      fault(() => readMailParameters(list));
      fault(() => readMailParameters(list, ALL));
    }),
    { numRuns: 1000 },
  );
});
