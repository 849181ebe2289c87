import { formatParameters, parseParameters, readRcptParameters } from '@dsnkit/esmtp-parameters';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planAlias } from './alias.ts';
import { decideNotifications } from './decide.ts';

const ORCPT = 'ORCPT=RFC822;List+2BX@Example.COM';
const parse = (text: string): ReturnType<typeof parseParameters> => (text === '' ? [] : parseParameters(text));
const targets = ['b@x.example', 'c@y.example'] as const;

describe('an alias with one target', () => {
  it.each(['', 'NOTIFY=SUCCESS', 'NOTIFY=Never', `NOTIFY=SUCCESS,FAILURE ${ORCPT}`, ORCPT])(
    'RFC 3461 §5.2.7.2 R3461-5.2.7.2-a R3461-5.2.7.2-b R3464-2.3.3-h1: all goes along, nothing is reported: %j',
    (rcpt) => {
      const { copies, outcome } = planAlias(parse(rcpt), ['b@x.example']);
      expect(outcome).toBeUndefined();
      expect(copies.map(({ forwardPath, parameters }) => [forwardPath, formatParameters(parameters)])).toEqual([
        ['b@x.example', rcpt],
      ]);
    },
  );
});

describe('an alias with several targets', () => {
  it.each([
    ['R3461-5.2.7.3-c4', 'NOTIFY=SUCCESS', 'NOTIFY=NEVER'],
    ['R3461-5.2.7.3-c4', 'NOTIFY=success,SUCCESS', 'NOTIFY=NEVER'],
    ['R3461-5.2.7.3-c1 R3464-3-e', 'NOTIFY=SUCCESS,FAILURE', 'NOTIFY=FAILURE'],
    ['R3461-5.2.7.3-c1', 'notify=Delay,Success,,Failure', 'notify=Delay,Failure'],
    ['R3461-5.2.7.3-c1', `${ORCPT} NOTIFY=SUCCESS,DELAY`, `${ORCPT} NOTIFY=DELAY`],
    ['R3461-5.2.7.3-c1', 'NOTIFY=FAILURE,,DELAY', 'NOTIFY=FAILURE,,DELAY'],
    ['R3461-5.2.7.3-c1', 'NOTIFY=NEVER', 'NOTIFY=NEVER'],
    ['R3461-5.2.7.3-c1', ORCPT, ORCPT],
    ['R3461-5.2.7.3-c1', '', ''],
  ])('RFC 3461 §5.2.7.3(c) %s: %s becomes %s', (_, rcpt, expected) => {
    const { copies } = planAlias(parse(rcpt), targets);
    expect(copies.map(({ forwardPath }) => forwardPath)).toEqual(targets);
    for (const { parameters } of copies) expect(formatParameters(parameters)).toBe(expected);
  });

  it.each([
    ['R3461-5.2.7.3-c2 R3464-3-e', 'NOTIFY=SUCCESS', ['expanded']],
    ['R3461-5.2.7.3-c2', 'NOTIFY=SUCCESS,FAILURE,DELAY', ['expanded']],
    ['R3461-5.2.7.3-c3', 'NOTIFY=FAILURE', []],
    ['R3461-5.2.7.3-c3', 'NOTIFY=NEVER', []],
    ['R3461-5.2.7.3-c3', '', []],
  ])('RFC 3461 §5.2.7.3(c) %s: %s is reported as %j', (_, rcpt, expected) => {
    const parameters = parse(rcpt);
    const { outcome } = planAlias(parameters, targets);
    const envelope = { reversePath: 'alice@example.org', mail: { smtputf8: false, requireTls: false, extensions: [] } };
    const results = outcome === undefined ? [] : [{ recipient: { rcpt: readRcptParameters(parameters) }, outcome }];
    expect(decideNotifications(envelope, results).sender?.entries.map(({ action }) => action) ?? []).toEqual(expected);
  });

  it('RFC 3461 §5.2.7.3(c) R3461-5.2.7.3-c1: what the copies ask is what was asked, less success', () => {
    const element = fc.constantFrom('SUCCESS', 'FAILURE', 'DELAY').chain((word) => fc.mixedCase(fc.constant(word)));
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 5 }), (elements) => {
        const received = parse(`NOTIFY=${elements.join(',')}`);
        const asked = readRcptParameters(received).notify;
        for (const { parameters } of planAlias(received, targets).copies) {
          expect(readRcptParameters(parameters).notify).toEqual({ ...asked, success: false });
        }
      }),
    );
  });
});

describe('RRVS', () => {
  it.each([[['b@x.example']], [['b@x.example', 'c@y.example']]] as const)(
    'RFC 7293 §8.2, §8.3: it speaks of this owner, not of %j',
    (to) => {
      for (const { parameters } of planAlias(parse('RRVS=2014-04-03T23:01:00Z NOTIFY=NEVER'), to).copies) {
        expect(formatParameters(parameters)).toBe('NOTIFY=NEVER');
      }
    },
  );

  it('RFC 3461 §4.1: a NOTIFY without value, which no server takes, is left alone', () => {
    expect(planAlias([{ keyword: 'NOTIFY' }], targets).copies[0]?.parameters).toEqual([{ keyword: 'NOTIFY' }]);
  });
});
