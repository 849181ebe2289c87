import { formatParameters, parseParameters } from '@dsnkit/esmtp-parameters';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NextHop, RelayMessage, RelayPolicy, RelayRecipient } from './hop.ts';
import { planRelay, type RelayPlan } from './relay.ts';

const hopWith = (...extensions: string[]): NextHop => ({
  extensions: new Map(extensions.map((line) => [line.split(' ')[0] ?? '', line.split(' ').slice(1).join(' ')])),
});
const TLS = { verifiedTls: true };
const DSN = hopWith('DSN');
const NONE = hopWith();

const messageOf = (mail = '', rest: Partial<RelayMessage> = {}): RelayMessage => ({
  reversePath: 'alice@example.org',
  mailParameters: mail === '' ? [] : parseParameters(mail),
  ...rest,
});
const to = (parameters = '', rest: Partial<RelayRecipient> = {}): RelayRecipient => ({
  address: 'bob@example.com',
  parameters: parameters === '' ? [] : parseParameters(parameters),
  ...rest,
});

/** A plan as the lines that it would put on the wire. */
const lines = (plan: RelayPlan): string[] =>
  plan.transactions.flatMap(({ reversePath, mailParameters, recipients }) => [
    `MAIL <${reversePath}> ${formatParameters(mailParameters)}`.trim(),
    ...recipients.map(({ forwardPath, parameters }) => `RCPT <${forwardPath}> ${formatParameters(parameters)}`.trim()),
  ]);
const mailLine = (message: RelayMessage, hop: NextHop): string | undefined =>
  lines(planRelay(message, [to()], hop))[0]
    ?.slice('MAIL <alice@example.org>'.length)
    .trim();
const rcptLine = (
  recipient: RelayRecipient,
  hop: NextHop,
  policy?: RelayPolicy,
  message = messageOf(),
): string | undefined => lines(planRelay(message, [recipient], hop, policy))[1]?.replace(/^RCPT <.*?> ?/, '');
const obstacle = (message: RelayMessage, hop: NextHop, recipient = to()): string | undefined => {
  const [first] = planRelay(message, [recipient], hop).obstructed;
  return first && `${first.obstacle.status} ${first.obstacle.reason}`;
};

describe('to a hop with DSN', () => {
  it.each([
    ['RFC 3461 §5.2.1(a) R3461-5.2.1-a1', 'ENVID=QQ+2B314'],
    ['RFC 3461 §5.2.1(a) R3461-5.2.1-a2 R3461-5.2.1-b2', ''],
    ['RFC 3461 §5.2.1(b) R3461-5.2.1-b1', 'RET=HDRS'],
    ['RFC 3461 §5.2.1(b) R3461-5.2.1-b1', 'ret=full'],
    ['RFC 3461 §5.2.1(a), §5.2.1(b) R3461-5.2.1-a1 R3461-5.2.1-b1', 'envid=+41 RET=hDrS'],
  ])('%s: MAIL goes on as it came: %s', (_, mail) => {
    expect(mailLine(messageOf(mail), DSN)).toBe(mail);
  });

  it.each([
    ['RFC 3461 §5.2.1(c) R3461-5.2.1-c1', 'NOTIFY=DELAY,SUCCESS'],
    ['RFC 3461 §5.2.1(c) R3461-5.2.1-c1', 'notify=,success,,Failure'],
    ['RFC 3461 §5.2.1(c) R3461-5.2.1-c1', 'NOTIFY=NEVER'],
    ['RFC 3461 §5.2.1(c) R3461-5.2.1-c2', ''],
    ['RFC 3461 §5.2.1(d) R3461-5.2.1-d1 R3461-5.2.1-d2', 'ORCPT=RFC822;Bob+2Bx@eXample.COM'],
    ['RFC 3461 §5.2.1(d) R3461-5.2.1-d1', 'ORCPT=x400;/c+3Dus/s+3Dbob/ NOTIFY=SUCCESS'],
    ['RFC 3461 §5.2.1(d) R3461-5.2.1-d1', 'ORCPT=utf-8;a+2Bb@x'],
  ])('%s: RCPT goes on as it came: %s', (_, rcpt) => {
    expect(rcptLine(to(rcpt), DSN)).toBe(rcpt);
  });

  it('RFC 3461 §5.2.1(c) R3461-5.2.1-c2: only the recipients that had NOTIFY carry it, all in one transaction', () => {
    const plan = planRelay(messageOf('RET=HDRS'), [to('NOTIFY=NEVER'), to('', { address: 'carol@example.com' })], DSN);
    expect(lines(plan)).toEqual([
      'MAIL <alice@example.org> RET=HDRS',
      'RCPT <bob@example.com> NOTIFY=NEVER',
      'RCPT <carol@example.com>',
    ]);
  });

  it('RFC 3461 §5.2.1 R3461-5.2.1-a1 R3461-5.2.1-b1 R3461-5.2.1-c1 R3461-5.2.1-d1: whatever came goes on, octet by octet', () => {
    const token = fc.stringMatching(/^[!-*,-<>-~]{1,20}$/);
    const anyCase = (word: string): fc.Arbitrary<string> => fc.mixedCase(fc.constant(word));
    const parameters = (...words: string[]): fc.Arbitrary<string> =>
      fc
        .tuple(...words.map((word) => fc.option(fc.tuple(anyCase(word), token))))
        .map((all) => all.flatMap((pair) => (pair === null ? [] : [pair.join('=')])).join(' '));
    fc.assert(
      fc.property(parameters('ENVID', 'RET'), parameters('ORCPT', 'NOTIFY'), (mail, rcpt) => {
        expect(mailLine(messageOf(mail), DSN)).toBe(mail);
        expect(rcptLine(to(rcpt), DSN)).toBe(rcpt);
      }),
    );
  });
});

describe('ORCPT from the relay', () => {
  const rewritten = { forwardPath: 'bob@inner.example' };
  it.each([
    ['when-rewritten', {}, undefined, ''],
    ['when-rewritten', rewritten, undefined, 'ORCPT=rfc822;bob@example.com'],
    ['when-rewritten', { forwardPath: 'bob@example.com' }, undefined, ''],
    ['always', {}, { addOrcpt: 'always' }, 'ORCPT=rfc822;bob@example.com'],
    ['never', rewritten, { addOrcpt: 'never' }, ''],
  ] as const)(
    'RFC 3461 §5.2.1(d) R3461-5.2.1-d3 R3461-5.2.1-d4: holds the address as received; policy %s, %j',
    (_, rest, policy, expected) => {
      expect(rcptLine(to('', rest), DSN, policy)).toBe(expected);
      expect(rcptLine(to('NOTIFY=NEVER', rest), DSN, policy)).toBe(`NOTIFY=NEVER ${expected}`.trim());
    },
  );

  it('RFC 3461 §5.2.1(d) R3461-5.2.1-d1: never takes the place of one that came', () => {
    expect(rcptLine(to('orcpt=rfc822;x@y', rewritten), DSN, { addOrcpt: 'always' })).toBe('orcpt=rfc822;x@y');
  });

  it.each([
    ['a control', '"a\x01b"@example.com'],
    ['nothing', ''],
    ['a lone surrogate', 'é\ud800@example.com'],
    ['too much', `${'a'.repeat(490)}@example.com`],
  ])('RFC 3461 §4.2, §5.4(c): is left out where the address is %s, never cut', (_, address) => {
    expect(rcptLine(to('', { address, forwardPath: 'b@c.example' }), DSN, { addOrcpt: 'always' })).toBe('');
  });
});

describe('to a hop without DSN', () => {
  it('RFC 3461 §5.2.2(a) R3461-5.2.2-a: it gets none of the four', () => {
    const plan = planRelay(
      messageOf('RET=HDRS ENVID=QQ314159'),
      [to('NOTIFY=SUCCESS ORCPT=rfc822;a@b', { forwardPath: 'x@y.example' })],
      NONE,
      { addOrcpt: 'always' },
    );
    expect(lines(plan)).toEqual(['MAIL <alice@example.org>', 'RCPT <x@y.example>']);
  });

  it('RFC 3461 §5.2.2(d) R3461-5.2.2-d3: recipients with NEVER go apart, under a null reverse-path', () => {
    const eric = to('NOTIFY=FAILURE', { address: 'Eric@Bombs.AF.MIL' });
    const fred = to('notify=never', { address: 'Fred@Bombs.AF.MIL' });
    const plan = planRelay(messageOf('RET=HDRS'), [fred, eric], NONE);
    expect(lines(plan)).toEqual([
      'MAIL <alice@example.org>',
      'RCPT <Eric@Bombs.AF.MIL>',
      'MAIL <>',
      'RCPT <Fred@Bombs.AF.MIL>',
    ]);
    expect(plan.transactions.map(({ recipients }) => recipients[0]?.recipient)).toEqual([eric, fred]);
  });

  it('RFC 3461 §5.2.2(d): only NEVER needs one transaction, and so does a null reverse-path', () => {
    expect(lines(planRelay(messageOf(), [to('NOTIFY=NEVER')], NONE))).toEqual(['MAIL <>', 'RCPT <bob@example.com>']);
    expect(
      planRelay(messageOf('', { reversePath: '' }), [to('NOTIFY=NEVER'), to('NOTIFY=SUCCESS')], NONE).transactions,
    ).toHaveLength(1);
    expect(planRelay(messageOf(), [], NONE)).toEqual({ transactions: [], obstructed: [] });
  });

  it('RFC 3461 §5.2.2 R3461-5.2.2-a R3461-5.2.2-d3: whoever is to be told keeps the return path, whoever is not loses it', () => {
    const notify = fc.constantFrom('', 'NOTIFY=NEVER', 'NOTIFY=SUCCESS', 'NOTIFY=FAILURE,DELAY');
    fc.assert(
      fc.property(fc.array(notify, { maxLength: 10 }), (all) => {
        const recipients = all.map((rcpt, index) => to(rcpt, { address: `r${index}@example.com` }));
        const { transactions } = planRelay(messageOf('RET=FULL'), recipients, NONE);
        expect(transactions.flatMap((one) => one.recipients).length).toBe(all.length);
        for (const { reversePath, mailParameters, recipients: planned } of transactions) {
          expect(mailParameters).toEqual([]);
          for (const { recipient, parameters } of planned) {
            expect(parameters).toEqual([]);
            expect(formatParameters(recipient.parameters) === 'NOTIFY=NEVER').toBe(reversePath === '');
          }
        }
      }),
    );
  });
});

describe('other extensions', () => {
  it.each([
    ['RFC 1870 §3: SIZE is said anew', 'SIZE=1', { sizeOctets: 777 }, hopWith('SIZE'), 'SIZE=777'],
    [
      'RFC 1870 §3: SIZE is said of itself',
      'RET=FULL',
      { sizeOctets: 777 },
      hopWith('SIZE 1000', 'DSN'),
      'RET=FULL SIZE=777',
    ],
    ['RFC 1870 §3: no SIZE unannounced', 'SIZE=1', { sizeOctets: 777 }, NONE, ''],
    ['RFC 1870 §3: no SIZE unknown', 'SIZE=1', {}, hopWith('SIZE'), ''],
    ['RFC 6152 §2 R6152-2-a: BODY goes on', 'body=8bitmime', {}, hopWith('8BITMIME'), 'body=8bitmime'],
    [
      'RFC 6152 §2: BODY goes on though less would do',
      'BODY=8BITMIME',
      { content: '7bit' },
      hopWith('8BITMIME'),
      'BODY=8BITMIME',
    ],
    ['RFC 6152 §2: no BODY unannounced', 'BODY=8BITMIME', { content: '7bit' }, NONE, ''],
    ['RFC 6152 §2: BODY=7BIT goes on', 'BODY=7BIT', {}, hopWith('8BITMIME'), 'BODY=7BIT'],
    ['RFC 6152 §2: BODY is added where needed', '', { content: '8bit' }, hopWith('8BITMIME'), 'BODY=8BITMIME'],
    ['RFC 6152 §2: BODY is put right', 'BODY=7BIT', { content: '8bit' }, hopWith('8BITMIME'), 'BODY=8BITMIME'],
    ['RFC 6152 §2: BODY is not added otherwise', '', { content: '7bit' }, hopWith('8BITMIME'), ''],
    ['RFC 3030 §3: BINARYMIME goes on', 'BODY=BINARYMIME', {}, hopWith('BINARYMIME', 'CHUNKING'), 'BODY=BINARYMIME'],
    [
      'RFC 3030 §3: BINARYMIME is less than it said',
      'BODY=BINARYMIME',
      { content: '8bit' },
      hopWith('8BITMIME', 'BINARYMIME'),
      'BODY=8BITMIME',
    ],
    ['RFC 3030 §3: BINARYMIME is not needed', 'BODY=BINARYMIME', { content: '7bit' }, hopWith('8BITMIME'), ''],
    ['RFC 6531 §3.4 R6531-3.4-a: SMTPUTF8 goes on', 'SMTPUTF8', {}, hopWith('SMTPUTF8', '8BITMIME'), 'SMTPUTF8'],
    [
      'RFC 6531 §3.4 R6531-3.4-a: SMTPUTF8 is added where needed',
      '',
      { utf8Headers: true },
      hopWith('SMTPUTF8', '8BITMIME'),
      'BODY=8BITMIME SMTPUTF8',
    ],
    [
      'RFC 6531 §3.4 R6531-3.4-b: SMTPUTF8 is dropped where unneeded and unannounced',
      'SMTPUTF8',
      { utf8Headers: false },
      NONE,
      '',
    ],
    ['RFC 8689 §4.2.1: REQUIRETLS goes on', 'REQUIRETLS', {}, { ...hopWith('REQUIRETLS'), ...TLS }, 'REQUIRETLS'],
    ['RFC 6710 §4.2: MT-PRIORITY goes on', 'MT-PRIORITY=-3', {}, hopWith('MT-PRIORITY MIXER'), 'MT-PRIORITY=-3'],
    ['RFC 6710 §4.3: no MT-PRIORITY unannounced', 'MT-PRIORITY=-3', {}, NONE, ''],
    ['RFC 4954 §5: nobody vouches for AUTH', 'AUTH=alice@example.org', {}, hopWith('AUTH PLAIN'), ''],
    [
      'RFC 4954 §5: nobody vouches for AUTH',
      'AUTH=alice@example.org',
      {},
      { ...hopWith('AUTH PLAIN'), authenticated: true },
      'AUTH=<>',
    ],
    ['RFC 4865 §3: holding is over', 'HOLDFOR=60', {}, hopWith('FUTURERELEASE 100 2030-01-01T00:00:00Z'), ''],
    ['RFC 3885 §3.3 R3885-3.3-a: no MTRK', 'MTRK=abc', {}, hopWith('MTRK'), ''],
    ['RFC 5321 §4.1.1.11: nothing unknown', 'XYZ=1', {}, hopWith('XYZ'), ''],
    [
      'RFC 2852 §4.1.4 R2852-4.1.4-a: BY counts down',
      'BY=120;R',
      { byRemainingSeconds: 98.7 },
      hopWith('DELIVERBY 30'),
      'BY=98;R',
    ],
    [
      'RFC 2852 §4.1.4 R2852-4.1.4-a: BY counts on',
      'BY=120;nt',
      { byRemainingSeconds: -5 },
      hopWith('DELIVERBY'),
      'BY=-5;nt',
    ],
    [
      'RFC 2852 §4: BY keeps to nine digits',
      'BY=-999999999;N',
      { byRemainingSeconds: -1e9 },
      hopWith('DELIVERBY'),
      'BY=-999999999;N',
    ],
    [
      'RFC 2852 §4: BY keeps to nine digits',
      'BY=999999999;N',
      { byRemainingSeconds: 1e9 },
      hopWith('DELIVERBY'),
      'BY=999999999;N',
    ],
    ['RFC 2852 §4.1.4: BY as it came', 'BY=120;R', {}, hopWith('DELIVERBY'), 'BY=120;R'],
    ['RFC 2852 §4.1.4.2: mode N goes without', 'BY=120;N', {}, NONE, ''],
    ['RFC 2852 §4: half a BY is none', 'BY=120', {}, hopWith('DELIVERBY'), ''],
  ] as const)('%s', (_, mail, rest, hop, expected) => {
    expect(mailLine(messageOf(mail, rest), hop)).toBe(expected);
  });

  it('RFC 6531 §3.4 R6531-3.4-a: SMTPUTF8 is added where an address needs it, and only to that transaction', () => {
    const plan = planRelay(
      messageOf('', { reversePath: 'alicé@example.org' }),
      [to(), to('NOTIFY=NEVER')],
      hopWith('SMTPUTF8'),
    );
    expect(lines(plan).filter((line) => line.startsWith('MAIL'))).toEqual([
      'MAIL <alicé@example.org> SMTPUTF8',
      'MAIL <>',
    ]);
  });

  it.each([
    [
      'RFC 6533 §3 R6533-3-d R6533-3-n',
      'ORCPT=UTF-8;josé\\x{20}💌@x',
      hopWith('DSN'),
      'ORCPT=UTF-8;jos\\x{E9}\\x{20}\\x{1F48C}@x',
    ],
    ['RFC 6533 §3 R6533-3-g R6533-3-m', 'ORCPT=utf-8;josé@x', hopWith('DSN', 'SMTPUTF8'), 'ORCPT=utf-8;josé@x'],
  ])('%s: ORCPT %s', (_, rcpt, hop, expected) => {
    const [keyword = '', value = ''] = rcpt.split('=');
    const recipient = { address: 'jose@example.com', parameters: [{ keyword, value }] };
    expect(planRelay(messageOf(), [recipient], hop).transactions[0]?.recipients[0]?.parameters).toEqual([
      { keyword, value: expected.split('=')[1] },
    ]);
  });

  it.each([
    ['RFC 6533 §3 R6533-3-n', hopWith('DSN'), 'utf-8;jos\\x{E9}@example.com'],
    ['RFC 6533 §3 R6533-3-m', hopWith('DSN', 'SMTPUTF8'), 'utf-8;josé@example.com'],
  ])('%s: ORCPT from the relay for an address beyond ASCII', (_, hop, value) => {
    const recipient = { address: 'josé@example.com', forwardPath: 'jose@example.com', parameters: [] };
    expect(planRelay(messageOf(), [recipient], hop).transactions[0]?.recipients[0]?.parameters).toEqual([
      { keyword: 'ORCPT', value },
    ]);
  });

  it.each([
    ['absent', '', 'NOTIFY=FAILURE,DELAY'],
    ['SUCCESS', 'NOTIFY=Success', 'NOTIFY=Success,DELAY'],
    ['SUCCESS beside ORCPT', 'NOTIFY=SUCCESS ORCPT=rfc822;a@b', 'NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a@b'],
    ['DELAY', 'NOTIFY=delay', 'NOTIFY=delay'],
    ['NEVER', 'NOTIFY=NEVER', 'NOTIFY=NEVER'],
  ])(
    'RFC 2852 §4.1.4.2 R2852-4.1.4.2-a: mode N, past a hop that knows DSN but not DELIVERBY, asks for delays: %s',
    (_, rcpt, expected) => {
      expect(rcptLine(to(rcpt), DSN, {}, messageOf('BY=60;N'))).toBe(expected);
      expect(rcptLine(to(rcpt), DSN, {}, messageOf('BY=60;N', { byRemainingSeconds: -1 }))).toBe(rcpt);
      // The MUST speaks of what is relayed before deliver-by-time: at that time it is over.
      expect(rcptLine(to(rcpt), DSN, {}, messageOf('BY=60;N', { byRemainingSeconds: 0 }))).toBe(rcpt);
      expect(rcptLine(to(rcpt), hopWith('DSN', 'DELIVERBY'), {}, messageOf('BY=60;N'))).toBe(rcpt);
    },
  );

  it('RFC 2852 §4.1.4.2: ORCPT from the relay still stands last', () => {
    expect(rcptLine(to('', { forwardPath: 'x@y.example' }), DSN, {}, messageOf('BY=60;N'))).toBe(
      'NOTIFY=FAILURE,DELAY ORCPT=rfc822;bob@example.com',
    );
  });

  it.each([
    ['R', hopWith('RRVS'), 'RRVS=2014-04-03T23:01:00Z;R'],
    ['C', hopWith('RRVS'), 'RRVS=2014-04-03T23:01:00Z;C'],
    ['C', NONE, ''],
  ])('RFC 7293 §5.1.1 R7293-5.1.1-a: RRVS with %s', (action, hop, expected) => {
    expect(rcptLine(to(`RRVS=2014-04-03T23:01:00Z;${action}`), hop)).toBe(expected);
  });
});

describe('what a hop can not have', () => {
  const rrvs = to('RRVS=2014-04-03T23:01:00Z');
  it.each([
    ['RFC 6152 §2 R1652-3-a', '5.6.3 8bit-content', messageOf('BODY=8BITMIME'), NONE],
    ['RFC 6152 §2 R1652-3-a', '5.6.3 8bit-content', messageOf('', { content: '8bit' }), NONE],
    ['RFC 3030 §3', '5.6.3 8bit-content', messageOf('BODY=BINARYMIME'), hopWith('8BITMIME', 'CHUNKING')],
    ['RFC 3030 §3', '5.6.3 8bit-content', messageOf('BODY=BINARYMIME'), hopWith('BINARYMIME')],
    ['RFC 6531 §3.2 R6531-3.2-a R6531-3.2-b', '5.6.7 utf8-address', messageOf('SMTPUTF8'), hopWith('8BITMIME')],
    ['RFC 6531 §3.2 R6531-3.2-a R6531-3.2-b', '5.6.7 utf8-address', messageOf('', { reversePath: 'é@x' }), NONE],
    ['RFC 6531 §3.2 R6531-3.2-a R6531-3.2-b', '5.6.9 utf8-headers', messageOf('', { utf8Headers: true }), NONE],
    ['RFC 8689 §4.2.1 R8689-4.2.1-a', '5.7.30 requiretls', messageOf('REQUIRETLS'), NONE],
    ['RFC 8689 §4.2.1 R8689-4.2.1-a', '5.7.30 requiretls', messageOf('REQUIRETLS'), { ...DSN, ...TLS }],
    ['RFC 8689 §4.2.1 R8689-4.2.1-a', '5.7.10 tls', messageOf('REQUIRETLS'), hopWith('STARTTLS')],
    ['RFC 8689 §4.2.1 R8689-4.2.1-a', '5.7.10 tls', messageOf('REQUIRETLS'), hopWith('REQUIRETLS')],
    ['RFC 1870 §4', '5.3.4 too-big', messageOf('', { sizeOctets: 1001 }), hopWith('SIZE 1000')],
    ['RFC 2852 §4.1.4.1 R2852-4.1.4.1-a', '5.3.3 deliverby', messageOf('BY=120;R'), NONE],
    ['RFC 2852 §4.1.4.1 R2852-4.1.4.1-a', '5.4.7 deliverby-passed', messageOf('BY=120;R'), hopWith('DELIVERBY 240')],
    ['RFC 2852 §2 R2852-4.1.4.1-a', '5.4.7 deliverby-passed', messageOf('BY=120;R'), hopWith('DELIVERBY 240,more')],
    [
      'RFC 2852 §4.1.3',
      '5.4.7 deliverby-passed',
      messageOf('BY=9;R', { byRemainingSeconds: 0.5 }),
      hopWith('DELIVERBY'),
    ],
  ])('%s: %s', (_, expected, message, hop) => {
    expect(obstacle(message, hop)).toBe(expected);
    expect(planRelay(message, [to()], hop).transactions).toEqual([]);
  });

  it.each([
    ['RFC 1870 §4: but a message just as long as it takes', messageOf('', { sizeOctets: 1000 }), hopWith('SIZE 1000')],
    ['RFC 1870 §4: but a message of unknown length', messageOf(), hopWith('SIZE 1000')],
    ['RFC 1870 §4: but any length if it names no limit', messageOf('', { sizeOctets: 1000 }), hopWith('SIZE 0')],
    [
      'RFC 1870 §4: but any length if its limit is no number',
      messageOf('', { sizeOctets: 1000 }),
      hopWith('SIZE lots'),
    ],
    [
      'RFC 8689 §5 R8689-5-d: but a report, even without REQUIRETLS',
      messageOf('REQUIRETLS', { reversePath: '' }),
      NONE,
    ],
    ['RFC 2852 §4.1.4.1: but a deadline no nearer than its minimum', messageOf('BY=120;R'), hopWith('DELIVERBY 120')],
  ])('%s', (_, message, hop) => {
    expect(obstacle(message, hop)).toBeUndefined();
  });

  it('RFC 6531 §3.2 R6531-3.2-a: of several recipients only the one beyond ASCII', () => {
    const jose = to('', { address: 'josé@example.com' });
    const plan = planRelay(messageOf(), [to(), jose], DSN);
    expect(lines(plan)).toEqual(['MAIL <alice@example.org>', 'RCPT <bob@example.com>']);
    expect(plan.obstructed).toEqual([{ recipient: jose, obstacle: { status: '5.6.7', reason: 'utf8-address' } }]);
    expect(obstacle(messageOf('SMTPUTF8', { utf8Headers: true }), DSN, jose)).toBe('5.6.7 utf8-address');
    expect(obstacle(messageOf(), DSN, { ...jose, forwardPath: 'jose@example.com' })).toBeUndefined();
  });

  it('RFC 7293 §5.1.1 R7293-5.1.1-a: a recipient whose ownership would not be checked', () => {
    expect(obstacle(messageOf(), DSN, rrvs)).toBe('5.7.19 rrvs');
    expect(obstacle(messageOf(), hopWith('RRVS'), rrvs)).toBeUndefined();
  });
});

describe('whatever the hop announces', () => {
  const KEYWORDS: readonly (readonly [string, string])[] = [
    ['RET=FULL', 'DSN'], ['ENVID=a', 'DSN'], ['SIZE=1', 'SIZE'], ['BODY=8BITMIME', '8BITMIME'], ['SMTPUTF8', 'SMTPUTF8'],
    ['REQUIRETLS', 'REQUIRETLS'], ['MT-PRIORITY=1', 'MT-PRIORITY'], ['BY=9;N', 'DELIVERBY'], ['AUTH=<>', 'AUTH'],
    ['HOLDFOR=9', 'FUTURERELEASE'], ['MTRK=abc', 'MTRK'],
  ]; // prettier-ignore
  const known = new Map(KEYWORDS.map(([parameter, extension]) => [parameter.split('=')[0] ?? '', extension]));

  it('RFC 5321 §4.1.1.11 R3461-5.2.2-a: it is sent no parameter of an extension that it did not announce', () => {
    fc.assert(
      fc.property(
        fc.subarray(KEYWORDS.map(([parameter]) => parameter)),
        fc.subarray([...new Set(known.values())]),
        fc.subarray(['NOTIFY=SUCCESS', 'ORCPT=rfc822;a@b']),
        fc.record({
          content: fc.constantFrom('7bit', '8bit', 'binary'),
          utf8Headers: fc.boolean(),
          sizeOctets: fc.nat(),
        }),
        (mail, announced, rcpt, rest) => {
          const hop = { ...hopWith(...announced), ...TLS };
          for (const { mailParameters, recipients } of planRelay(
            messageOf(mail.join(' '), rest as Partial<RelayMessage>),
            [to(rcpt.join(' '))],
            hop,
          ).transactions) {
            for (const { keyword } of mailParameters) expect(announced).toContain(known.get(keyword));
            for (const { parameters } of recipients) if (parameters.length > 0) expect(announced).toContain('DSN');
          }
        },
      ),
    );
  });
});
