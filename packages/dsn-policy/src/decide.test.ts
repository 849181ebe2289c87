import { readMailParameters, readRcptParameters, type RcptParameters } from '@dsnkit/esmtp-parameters';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideNotifications, type Notifications } from './decide.ts';
import type { Envelope, Outcome, RecipientOutcome, SitePolicy } from './envelope.ts';

interface Named {
  readonly name: string;
  readonly rcpt: RcptParameters;
}

const SENDER = 'alice@example.org';
const OUTCOMES = {
  'local delivery': { kind: 'delivered' },
  'alias of several': { kind: 'expanded' },
  'relay to DSN': { kind: 'relayed', nextHopSupportsDsn: true },
  'relay past DSN': { kind: 'relayed', nextHopSupportsDsn: false },
  failure: { kind: 'failed' },
  'long delay': { kind: 'delayed' },
} as const satisfies Record<string, Outcome>;

const rcptOf = (notify: string): RcptParameters =>
  readRcptParameters(notify === 'absent' ? [] : [{ keyword: 'NOTIFY', value: notify }]);

const envelopeOf = (mail: Record<string, string> = {}, reversePath = SENDER): Envelope => ({
  reversePath,
  mail: readMailParameters(
    Object.entries(mail).map(([keyword, value]) => (value === '' ? { keyword } : { keyword, value })),
  ),
});

const one = (notify: string, outcome: Outcome, name = 'bob'): RecipientOutcome<Named> => ({
  recipient: { name, rcpt: rcptOf(notify) },
  outcome,
});

const actions = (notifications: Notifications<Named>): string[] =>
  notifications.sender?.entries.map(({ recipient, action }) => `${recipient.name} ${action}`) ?? [];

const decideOne = (notify: string, outcome: Outcome, envelope = envelopeOf(), site?: SitePolicy): string =>
  actions(decideNotifications(envelope, [one(notify, outcome)], site))[0]?.slice('bob '.length) ?? 'none';

describe('the decision table', () => {
  it.each([
    ['RFC 3461 §5.2.3(c) R3461-5.2.3-c', 'absent', 'local delivery', 'none'],
    ['RFC 3461 §5.2.7.3(c) R3461-5.2.7.3-c3', 'absent', 'alias of several', 'none'],
    ['RFC 3461 §5.2.1', 'absent', 'relay to DSN', 'none'],
    ['RFC 3461 §5.2.2(e) R3461-5.2.2-e R3464-2.3.3-f2', 'absent', 'relay past DSN', 'none'],
    ['RFC 3461 §5.2.6(c) R3461-5.2.6-c R3461-5.2.2-f', 'absent', 'failure', 'failed'],
    ['RFC 3461 §5.2.5(b) R3461-5.2.5-b R3461-4.1-i', 'absent', 'long delay', 'delayed'],

    ['RFC 3461 §5.2.3(b) R3461-4.1-f', 'NEVER', 'local delivery', 'none'],
    ['RFC 3461 §5.2.7.3(c) R3461-4.1-f R3461-5.2.7.3-c3', 'NEVER', 'alias of several', 'none'],
    ['RFC 3461 §5.2.1 R3461-4.1-f', 'NEVER', 'relay to DSN', 'none'],
    ['RFC 3461 §5.2.2(d) R3461-5.2.2-d1', 'NEVER', 'relay past DSN', 'none'],
    ['RFC 3461 §5.2.6(b) R3461-4.1-f R3461-5.2.2-d1', 'NEVER', 'failure', 'none'],
    ['RFC 3461 §5.2.5(c) R3461-4.1-f R3461-5.2.5-c', 'NEVER', 'long delay', 'none'],

    ['RFC 3461 §5.2.3(a) R3461-5.2.3-a R3461-4.1-g', 'SUCCESS', 'local delivery', 'delivered'],
    ['RFC 3461 §5.2.7.3(c) R3461-5.2.7.3-c2', 'SUCCESS', 'alias of several', 'expanded'],
    ['RFC 3461 §5.2.1', 'SUCCESS', 'relay to DSN', 'none'],
    ['RFC 3461 §5.2.2(b) R3461-5.2.2-b R3464-2.3.3-f1', 'SUCCESS', 'relay past DSN', 'relayed'],
    ['RFC 3461 §5.2.6(b) R3461-5.2.6-b1 R3461-5.2.2-g R3461-4.1-g', 'SUCCESS', 'failure', 'none'],
    ['RFC 3461 §5.2.5(c) R3461-5.2.5-c R3461-4.1-h', 'SUCCESS', 'long delay', 'none'],

    ['RFC 3461 §5.2.3(b) R3461-5.2.3-b R3461-4.1-g', 'FAILURE', 'local delivery', 'none'],
    ['RFC 3461 §5.2.7.3(c) R3461-5.2.7.3-c3', 'FAILURE', 'alias of several', 'none'],
    ['RFC 3461 §5.2.1', 'FAILURE', 'relay to DSN', 'none'],
    ['RFC 3461 §5.2.2(b)', 'FAILURE', 'relay past DSN', 'none'],
    ['RFC 3461 §5.2.6(a) R3461-5.2.6-a R3461-5.2.2-c', 'FAILURE', 'failure', 'failed'],
    ['RFC 3461 §5.2.5(c) R3461-5.2.5-c R3461-4.1-h', 'FAILURE', 'long delay', 'none'],

    ['RFC 3461 §5.2.3(b) R3461-5.2.3-b', 'DELAY', 'local delivery', 'none'],
    ['RFC 3461 §5.2.7.3(c) R3461-5.2.7.3-c3', 'DELAY', 'alias of several', 'none'],
    ['RFC 3461 §5.2.1', 'DELAY', 'relay to DSN', 'none'],
    ['RFC 3461 §5.2.2(b)', 'DELAY', 'relay past DSN', 'none'],
    ['RFC 3461 §5.2.6(b) R3461-5.2.6-b1', 'DELAY', 'failure', 'none'],
    ['RFC 3461 §5.2.5(a) R3461-5.2.5-a R3461-4.1-h', 'DELAY', 'long delay', 'delayed'],

    ['RFC 3461 §5.2.3(a) R3461-5.2.3-a', 'SUCCESS,FAILURE', 'local delivery', 'delivered'],
    ['RFC 3461 §5.2.7.3(c) R3461-5.2.7.3-c2', 'SUCCESS,FAILURE', 'alias of several', 'expanded'],
    ['RFC 3461 §5.2.1', 'SUCCESS,FAILURE', 'relay to DSN', 'none'],
    ['RFC 3461 §5.2.2(b) R3461-5.2.2-b', 'SUCCESS,FAILURE', 'relay past DSN', 'relayed'],
    ['RFC 3461 §5.2.6(a) R3461-5.2.6-a R3461-5.2.2-c', 'SUCCESS,FAILURE', 'failure', 'failed'],
    ['RFC 3461 §5.2.5(c) R3461-5.2.5-c', 'SUCCESS,FAILURE', 'long delay', 'none'],

    ['RFC 3461 §5.2.3(a) R3461-5.2.3-a', 'SUCCESS,DELAY', 'local delivery', 'delivered'],
    ['RFC 3461 §5.2.7.3(c) R3461-5.2.7.3-c2', 'SUCCESS,DELAY', 'alias of several', 'expanded'],
    ['RFC 3461 §5.2.1', 'SUCCESS,DELAY', 'relay to DSN', 'none'],
    ['RFC 3461 §5.2.2(b) R3461-5.2.2-b', 'SUCCESS,DELAY', 'relay past DSN', 'relayed'],
    ['RFC 3461 §5.2.6(b) R3461-5.2.6-b1', 'SUCCESS,DELAY', 'failure', 'none'],
    ['RFC 3461 §5.2.5(a) R3461-5.2.5-a', 'SUCCESS,DELAY', 'long delay', 'delayed'],

    ['RFC 3461 §5.2.3(b) R3461-5.2.3-b', 'FAILURE,DELAY', 'local delivery', 'none'],
    ['RFC 3461 §5.2.7.3(c) R3461-5.2.7.3-c3', 'FAILURE,DELAY', 'alias of several', 'none'],
    ['RFC 3461 §5.2.1', 'FAILURE,DELAY', 'relay to DSN', 'none'],
    ['RFC 3461 §5.2.2(b)', 'FAILURE,DELAY', 'relay past DSN', 'none'],
    ['RFC 3461 §5.2.6(a) R3461-5.2.6-a R3461-5.2.2-c', 'FAILURE,DELAY', 'failure', 'failed'],
    ['RFC 3461 §5.2.5(a) R3461-5.2.5-a', 'FAILURE,DELAY', 'long delay', 'delayed'],

    ['RFC 3461 §5.2.3(a) R3461-5.2.3-a', 'SUCCESS,FAILURE,DELAY', 'local delivery', 'delivered'],
    ['RFC 3461 §5.2.7.3(c) R3461-5.2.7.3-c2', 'SUCCESS,FAILURE,DELAY', 'alias of several', 'expanded'],
    ['RFC 3461 §5.2.1', 'SUCCESS,FAILURE,DELAY', 'relay to DSN', 'none'],
    ['RFC 3461 §5.2.2(b) R3461-5.2.2-b', 'SUCCESS,FAILURE,DELAY', 'relay past DSN', 'relayed'],
    ['RFC 3461 §5.2.6(a) R3461-5.2.6-a R3461-5.2.2-c', 'SUCCESS,FAILURE,DELAY', 'failure', 'failed'],
    ['RFC 3461 §5.2.5(a) R3461-5.2.5-a', 'SUCCESS,FAILURE,DELAY', 'long delay', 'delayed'],
  ] as const)('%s: NOTIFY %s, %s: %s', (_, notify, outcome, expected) => {
    expect(decideOne(notify, OUTCOMES[outcome])).toBe(expected);
    expect(decideOne(notify, OUTCOMES[outcome], envelopeOf({}, ''))).toBe('none');
  });
});

describe('a gateway', () => {
  it.each([
    ['RFC 3461 §5.2.4(a) R3461-5.2.4-a', 'SUCCESS', 'relay to DSN', 'none'],
    ['RFC 3461 §5.2.4(b) R3461-5.2.4-b', 'SUCCESS', 'relay past DSN', 'relayed'],
    ['RFC 3461 §5.2.4(c) R3461-5.2.4-c1', 'NEVER', 'relay past DSN', 'none'],
    ['RFC 3461 §5.2.4(c) R3461-5.2.4-c1', 'NEVER', 'failure', 'none'],
    ['RFC 3461 §5.2.4(d) R3461-5.2.4-d1', 'absent', 'relay past DSN', 'none'],
  ] as const)('%s: NOTIFY %s, the other side counts as %s: %s', (_, notify, outcome, expected) => {
    expect(decideOne(notify, OUTCOMES[outcome])).toBe(expected);
  });
});

describe('the null reverse-path', () => {
  const results = Object.values(OUTCOMES).map((outcome, index) => one('SUCCESS,FAILURE,DELAY', outcome, `r${index}`));

  it.each(['', '<>'])('RFC 3461 §5.2 R3461-5.2-a: nothing is reported about %j, whatever was asked', (reversePath) => {
    expect(decideNotifications(envelopeOf({}, reversePath), results).sender).toBeUndefined();
  });

  it('RFC 3461 §5.2: the postmaster learns of the failures instead, and of nothing else', () => {
    const { postmaster } = decideNotifications(envelopeOf({}, ''), results);
    expect(postmaster).toEqual([{ ...results[4], reason: 'null-reverse-path' }]);
  });
});

describe('the postmaster', () => {
  it('RFC 3461 §5.2.6(b), §5.2.2(d) R3461-5.2.6-b2 R3461-5.2.2-d2: may hear of a failure that nobody wants to', () => {
    const results = [one('NEVER', { kind: 'failed' }, 'fred'), one('SUCCESS', { kind: 'failed' }, 'gina')];
    expect(decideNotifications(envelopeOf(), results)).toEqual({
      postmaster: results.map((result) => ({ ...result, reason: 'not-asked' })),
    });
  });

  it('RFC 3461 §5.2.6(a): does not hear of a failure that the sender is told of, nor of a delay', () => {
    const results = [one('FAILURE', { kind: 'failed' }), one('FAILURE', { kind: 'delayed' })];
    expect(decideNotifications(envelopeOf(), results).postmaster).toEqual([]);
  });
});

describe('several recipients', () => {
  it('RFC 3461 §5.2.8 R3461-5.2.8-a R3461-5.2.8-b: one report names those that asked, in order, and nobody else', () => {
    const results = [
      one('FAILURE', { kind: 'failed' }, 'carol'),
      one('NEVER', { kind: 'failed' }, 'fred'),
      one('SUCCESS', { kind: 'relayed', nextHopSupportsDsn: false }, 'dana'),
      one('absent', { kind: 'delivered' }, 'bob'),
    ];
    expect(actions(decideNotifications(envelopeOf(), results))).toEqual(['carol failed', 'dana relayed']);
  });

  it('RFC 3461 §5.2: recipient and outcome come back as they were given', () => {
    const result = one('absent', { kind: 'failed', status: '5.1.1' });
    expect(decideNotifications(envelopeOf(), [result]).sender?.entries).toEqual([{ ...result, action: 'failed' }]);
  });

  it('RFC 3461 §5.2: no recipients, no report', () => {
    expect(decideNotifications(envelopeOf(), [])).toEqual({ postmaster: [] });
  });
});

describe('what the site may choose', () => {
  it.each([
    ['FAILURE', 'absent', 'none'],
    ['FAILURE', 'DELAY', 'delayed'],
    ['FAILURE', 'FAILURE', 'none'],
    ['FAILURE,DELAY', 'absent', 'delayed'],
    ['FAILURE,DELAY', 'FAILURE', 'none'],
  ] as const)(
    'RFC 3461 §4.1 R3461-4.1-i: absent is read as %s; NOTIFY %s, long delay: %s',
    (absentNotify, notify, expected) => {
      expect(decideOne(notify, { kind: 'delayed' }, envelopeOf(), { absentNotify })).toBe(expected);
      expect(decideOne('absent', { kind: 'failed' }, envelopeOf(), { absentNotify })).toBe('failed');
      expect(decideOne('absent', { kind: 'delivered' }, envelopeOf(), { absentNotify })).toBe('none');
    },
  );

  it('RFC 3461 §6.2: the size above which headers come back', () => {
    const envelope = { ...envelopeOf(), sizeOctets: 2000 };
    const returned = (returnedMaxOctets: number): string | undefined =>
      decideNotifications(envelope, [one('absent', { kind: 'failed' })], { returnedMaxOctets }).sender?.returned;
    expect([returned(1999), returned(2000)]).toEqual(['headers', 'full-message']);
  });
});

describe('DELIVERBY', () => {
  const relayed = (nextHopSupportsDsn: boolean, nextHopSupportsDeliverBy?: boolean): Outcome => ({
    kind: 'relayed',
    nextHopSupportsDsn,
    ...(nextHopSupportsDeliverBy === undefined ? {} : { nextHopSupportsDeliverBy }),
  });

  it.each([
    ['RFC 2852 §4.1.4 R2852-4.1.4-b', '60;RT', 'absent', relayed(true, true), 'relayed'],
    ['RFC 2852 §4.1.4 R2852-4.1.4-b', '60;NT', 'FAILURE', relayed(true, true), 'relayed'],
    ['RFC 2852 §4.1.4 R2852-4.1.4-b', '60;RT', 'NEVER', relayed(true, true), 'none'],
    ['RFC 2852 §4.1.4.2 R2852-4.1.4.2-a', '60;N', 'absent', relayed(true), 'relayed'],
    ['RFC 2852 §4.1.4.2 R2852-4.1.4.2-a', '60;N', 'DELAY', relayed(false, false), 'relayed'],
    ['RFC 2852 §4.1.4.2', '60;N', 'NEVER', relayed(false, false), 'none'],
    ['RFC 2852 §4.1.4.2', '60;N', 'absent', relayed(true, true), 'none'],
    ['RFC 2852 §4.1.4.2', '60;R', 'absent', relayed(true, false), 'none'],
    ['RFC 2852 §4.1.4.2', '60;N', 'absent', { ...relayed(true), deliverByPassed: true }, 'none'],
  ] as const)('%s: BY=%s, NOTIFY %s', (_, by, notify, outcome, expected) => {
    expect(decideOne(notify, outcome, envelopeOf({ BY: by }))).toBe(expected);
  });

  it.each([
    ['RFC 2852 §4.1.3 R2852-4.1.3-b', 'absent', 'delayed'],
    ['RFC 2852 §4.1.3 R2852-4.1.3-b', 'DELAY', 'delayed'],
    ['RFC 2852 §4.1.3 R2852-4.1.3-b', 'FAILURE', 'none'],
  ] as const)(
    '%s: mode N has expired, NOTIFY %s: %s, even where the site sends no such reports',
    (_, notify, expected) => {
      const outcome: Outcome = { kind: 'delayed', deliverByPassed: true, status: '4.4.7' };
      expect(decideOne(notify, outcome, envelopeOf({ BY: '60;N' }), { absentNotify: 'FAILURE' })).toBe(expected);
    },
  );

  it.each([
    ['RFC 2852 §4.1.3 R2852-4.1.3-a', 'absent', 'failed'],
    ['RFC 2852 §4.1.3 R2852-4.1.3-a', 'FAILURE', 'failed'],
    ['RFC 2852 §4.1.3 R2852-4.1.3-a', 'SUCCESS', 'none'],
  ] as const)('%s: mode R has expired, NOTIFY %s: %s', (_, notify, expected) => {
    expect(decideOne(notify, { kind: 'failed', status: '5.4.7' }, envelopeOf({ BY: '60;R' }))).toBe(expected);
  });
});

describe('whatever comes', () => {
  const notify = fc.constantFrom(
    'absent',
    'NEVER',
    'SUCCESS',
    'FAILURE',
    'DELAY',
    'SUCCESS,FAILURE',
    'SUCCESS,DELAY',
    'FAILURE,DELAY',
    'SUCCESS,FAILURE,DELAY',
  );
  const outcome = fc.constantFrom<Outcome>(
    ...Object.values(OUTCOMES),
    { kind: 'relayed', nextHopSupportsDsn: true, nextHopSupportsDeliverBy: true },
    { kind: 'delayed', deliverByPassed: true },
  );
  const asked = fc.record({ notify, outcome });
  const mail = fc.constantFrom<Record<string, string>>(
    {},
    { RET: 'FULL' },
    { RET: 'HDRS' },
    { REQUIRETLS: '' },
    { RET: 'FULL', REQUIRETLS: '' },
    { BY: '60;NT' },
    { BY: '60;R' },
  );
  const site = fc.constantFrom<SitePolicy>({}, { absentNotify: 'FAILURE' }, { returnedMaxOctets: 10 });
  const scene = fc.record({ list: fc.array(asked, { maxLength: 12 }), mail, site });
  const play = (
    { list, mail, site }: typeof scene extends fc.Arbitrary<infer T> ? T : never,
    reversePath: string,
  ): [RecipientOutcome<Named>[], Notifications<Named>] => {
    const results = list.map((each, index) => one(each.notify, each.outcome, `r${index}`));
    return [results, decideNotifications(envelopeOf(mail, reversePath), results, site)];
  };

  it('RFC 3461 §5.2 R3461-5.2-a: a null reverse-path never gets a report', () => {
    fc.assert(fc.property(scene, (it) => play(it, '')[1].sender === undefined));
  });

  it('RFC 3461 §4.1 R3461-4.1-f: a recipient with NEVER is never named', () => {
    fc.assert(
      fc.property(scene, (it) => {
        const entries = play(it, SENDER)[1].sender?.entries ?? [];
        return entries.every(
          ({ recipient: { rcpt } }) => rcpt.notify === undefined || Object.values(rcpt.notify).includes(true),
        );
      }),
    );
  });

  it('RFC 3461 §5.2: each action was asked for, and fits what happened', () => {
    fc.assert(
      fc.property(scene, (it) => {
        for (const {
          recipient: { rcpt },
          outcome,
          action,
        } of play(it, SENDER)[1].sender?.entries ?? []) {
          expect(action).toBe(outcome.kind);
          if (action === 'failed') expect(rcpt.notify?.failure ?? true).toBe(true);
          else if (action === 'delayed') expect(rcpt.notify?.delay ?? true).toBe(true);
          else if (action !== 'relayed' || it.mail['BY'] === undefined) expect(rcpt.notify?.success).toBe(true);
        }
      }),
    );
  });

  it('RFC 3461 §5.2.6 R3461-5.2.6-a R3461-5.2.6-b1: every failure is told of once, to the sender or to the postmaster', () => {
    fc.assert(
      fc.property(scene, fc.constantFrom('', SENDER), (it, reversePath) => {
        const [results, { sender, postmaster }] = play(it, reversePath);
        const told = [...(sender?.entries ?? []).filter(({ action }) => action === 'failed'), ...postmaster];
        const failed = results.filter(({ outcome }) => outcome.kind === 'failed');
        expect(told.map(({ recipient }) => recipient.name).sort()).toEqual(
          failed.map(({ recipient }) => recipient.name).sort(),
        );
      }),
    );
  });

  it('RFC 3461 §4.3 R3461-4.3-e R3461-6.2-f: the full message comes back only with a failure, never with HDRS or REQUIRETLS', () => {
    fc.assert(
      fc.property(scene, (it) => {
        const { sender } = play(it, SENDER)[1];
        if (sender?.returned !== 'full-message') return;
        expect(sender.entries.some(({ action }) => action === 'failed')).toBe(true);
        expect(it.mail).not.toMatchObject({ RET: 'HDRS' });
        expect(it.mail).not.toHaveProperty('REQUIRETLS');
      }),
    );
  });

  it('RFC 3461 §5.2.8: recipients do not change what is said of each other', () => {
    fc.assert(
      fc.property(scene, (it) => {
        const [results, { sender }] = play(it, SENDER);
        const alone = results.flatMap((result) => actions(decideNotifications(envelopeOf(it.mail), [result], it.site)));
        expect(sender?.entries.map(({ recipient, action }) => `${recipient.name} ${action}`) ?? []).toEqual(alone);
      }),
    );
  });
});
