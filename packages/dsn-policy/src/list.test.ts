import { formatParameters, parseParameters, readMailParameters, readRcptParameters } from '@dsnkit/esmtp-parameters';
import { describe, expect, it } from 'vitest';
import { decideNotifications } from './decide.ts';
import { planConfidentialForward, planList, type Post } from './list.ts';
import { planRelay } from './relay.ts';

const post = (mail: string, reversePath = 'alice@example.org'): Post => ({
  reversePath,
  mailParameters: mail === '' ? [] : parseParameters(mail),
});
const list = { owner: 'owner-list@example.net', members: ['Sub@EXAMPLE.com', 'b+x@y.example'] };
const EVERYTHING =
  'RET=FULL ENVID=A BODY=8BITMIME SMTPUTF8 REQUIRETLS MT-PRIORITY=2 SIZE=9 AUTH=a@b BY=60;R HOLDFOR=9 MTRK=abc';

describe('a mailing list', () => {
  it('RFC 3461 §5.2.7.1(a), §5.2.7.1(b) R3461-5.2.7.1-d R3461-5.2.7.1-f R3461-5.2.7-a: the owner is the new return path, nothing of DSN is inherited', () => {
    const plan = planList(post(EVERYTHING), list);
    expect(plan).toMatchObject({ kind: 'redistributed', reversePath: 'owner-list@example.net' });
    expect(formatParameters(plan.mailParameters)).toBe('BODY=8BITMIME SMTPUTF8 REQUIRETLS MT-PRIORITY=2');
    expect(plan.copies).toEqual(list.members.map((forwardPath) => ({ forwardPath, parameters: [] })));
  });

  it.each([
    ['NOTIFY=SUCCESS', ['delivered']],
    ['NOTIFY=FAILURE,DELAY', []],
    ['NOTIFY=NEVER', []],
  ])(
    'RFC 3461 §5.2.7.1 R3461-5.2.7.1-a R3461-5.2.3-a00 R3464-3-g R3464-2.3.3-h2: hand-over to the list is delivery: %s gives %j',
    (rcpt, expected) => {
      const envelope = { reversePath: 'alice@example.org', mail: readMailParameters([]) };
      const recipient = { rcpt: readRcptParameters(parseParameters(rcpt)) };
      const { sender } = decideNotifications(envelope, [{ recipient, outcome: planList(post(''), list).outcome }]);
      expect(sender?.entries.map(({ action }) => action) ?? []).toEqual(expected);
    },
  );

  it('RFC 3461 §5.2.7.1(c) R3461-5.2.7.1-g: NOTIFY and RET are the administrator’s', () => {
    const plan = planList(post('RET=FULL'), {
      ...list,
      notify: { success: false, failure: true, delay: false },
      ret: 'HDRS',
    });
    expect(formatParameters(plan.mailParameters)).toBe('RET=HDRS');
    expect(plan.copies.map(({ parameters }) => formatParameters(parameters))).toEqual([
      'NOTIFY=FAILURE',
      'NOTIFY=FAILURE',
    ]);
  });

  it('RFC 3461 §4.2, §5.2.7.1(c) R3461-4.2-g R3461-5.2.7.1-h: ORCPT holds each subscriber as the list spells it', () => {
    const plan = planList(post(''), { ...list, orcpt: true, notify: { success: false, failure: false, delay: false } });
    expect(plan.copies.map(({ parameters }) => formatParameters(parameters))).toEqual([
      'NOTIFY=NEVER ORCPT=rfc822;Sub@EXAMPLE.com',
      'NOTIFY=NEVER ORCPT=rfc822;b+2Bx@y.example',
    ]);
  });

  it('RFC 6533 §3 R6533-3-n: a subscriber beyond ASCII is named in ASCII to a hop that takes no more', () => {
    const { copies, reversePath, mailParameters } = planList(post(''), {
      ...list,
      members: ['josé@x.example'],
      orcpt: true,
    });
    const recipients = copies.map(({ parameters }) => ({ address: 'jose@x.example', parameters }));
    const plan = planRelay({ reversePath, mailParameters }, recipients, { extensions: new Map([['DSN', '']]) });
    expect(plan.transactions[0]?.recipients[0]?.parameters).toEqual([
      { keyword: 'ORCPT', value: 'utf-8;jos\\x{E9}@x.example' },
    ]);
  });

  it.each(['', '<>'])(
    'RFC 5321 §4.5.5 R5321-4.5.5-c: a post from %j goes to the owner alone, its null reverse-path unchanged',
    (reversePath) => {
      expect(planList(post('RET=FULL BODY=8BITMIME', reversePath), list)).toEqual({
        kind: 'diverted',
        outcome: { kind: 'delivered' },
        reversePath: '',
        mailParameters: [{ keyword: 'BODY', value: '8BITMIME' }],
        copies: [{ forwardPath: 'owner-list@example.net', parameters: [{ keyword: 'NOTIFY', value: 'NEVER' }] }],
      });
    },
  );
});

describe('a confidential forward', () => {
  it('RFC 3461 §5.2.7.4 R3461-5.2.7.4-a R3464-4.2-a: the copy has another return path and nothing of what was asked', () => {
    expect(planConfidentialForward(post(EVERYTHING), 'hidden@example.net', 'bob@example.com')).toEqual({
      kind: 'redistributed',
      outcome: { kind: 'delivered' },
      reversePath: 'bob@example.com',
      mailParameters: parseParameters('BODY=8BITMIME SMTPUTF8 REQUIRETLS MT-PRIORITY=2'),
      copies: [{ forwardPath: 'hidden@example.net', parameters: [] }],
    });
  });

  it.each([
    ['nobody is to be told R3464-4.2-e R3464-4.2-f', 'alice@example.org', ''],
    ['the message came from nobody', '', 'bob@example.com'],
  ])(
    'RFC 3461 §5.2.7.4, RFC 5321 §4.5.5 R5321-4.5.5-c: the copy goes from <> with NEVER if %s',
    (_, reversePath, returnPath) => {
      expect(planConfidentialForward(post('', reversePath), 'hidden@example.net', returnPath)).toMatchObject({
        reversePath: '',
        copies: [{ forwardPath: 'hidden@example.net', parameters: [{ keyword: 'NOTIFY', value: 'NEVER' }] }],
      });
    },
  );
});
