import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import { type EnvelopePlan, envelope } from './client.ts';
import { formatMailCommand, formatRcptCommand, notifyOn } from './index.ts';

const lines = ({ reversePath, mailParameters, recipients }: EnvelopePlan): string[] => [
  formatMailCommand({ reversePath, parameters: mailParameters }),
  ...recipients.map((recipient) => formatRcptCommand(recipient, { smtputf8: true })),
];

const message = envelope('Alice@Example.ORG')
  .mail({ ret: 'HDRS' })
  .mail({ envid: 'QQ314159' })
  .to('Bob@Example.COM', { notify: notifyOn('success'), orcpt: 'same' })
  .to('Dana@Ivory.EDU', { notify: notifyOn('success', 'failure'), orcpt: { type: 'rfc822', address: 'd@x' } })
  .to('Fred@Bombs.AF.MIL', { notify: notifyOn() })
  .to('George@Tax-ME.GOV');

describe('envelope', () => {
  it('RFC 3461 §10.1: each recipient has its own wishes', () => {
    const plan = message.plan(new Set(['DSN']));
    expect(lines(plan)).toEqual([
      'MAIL FROM:<Alice@Example.ORG> RET=HDRS ENVID=QQ314159',
      'RCPT TO:<Bob@Example.COM> NOTIFY=SUCCESS ORCPT=rfc822;Bob@Example.COM',
      'RCPT TO:<Dana@Ivory.EDU> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;d@x',
      'RCPT TO:<Fred@Bombs.AF.MIL> NOTIFY=NEVER',
      'RCPT TO:<George@Tax-ME.GOV>',
    ]);
    expect(plan.unmet).toEqual([]);
  });

  it('RFC 3461 §5.2.2(a) R3461-5.2.2-a R5321-4.1.1.3-a: nothing of it goes to a server without DSN, and that is told', () => {
    const plan = message.plan(new Map([['SIZE', '1000']]));
    expect(lines(plan)).toEqual([
      'MAIL FROM:<Alice@Example.ORG>',
      'RCPT TO:<Bob@Example.COM>',
      'RCPT TO:<Dana@Ivory.EDU>',
      'RCPT TO:<Fred@Bombs.AF.MIL>',
      'RCPT TO:<George@Tax-ME.GOV>',
    ]);
    expect(plan.unmet.map(({ keyword, forwardPath }) => [keyword, forwardPath])).toEqual([
      ['RET', undefined],
      ['ENVID', undefined],
      ['NOTIFY', 'Bob@Example.COM'],
      ['ORCPT', 'Bob@Example.COM'],
      ['NOTIFY', 'Dana@Ivory.EDU'],
      ['ORCPT', 'Dana@Ivory.EDU'],
      ['NOTIFY', 'Fred@Bombs.AF.MIL'],
    ]);
    expect(plan.unmet.some(({ prevents }) => prevents)).toBe(false);
  });

  it('RFC 3461 §4.2 R3461-4.2-i: ORCPT is what the recipient was called, without a source route, never cut (R3461-4.2-f)', () => {
    const plan = envelope('')
      .to('@relay.example:"a b"@X.example', { orcpt: 'same' })
      .to('Postmaster', { orcpt: 'same' })
      .to(`"${' '.repeat(200)}"@x`, { orcpt: 'same' })
      .plan(new Set(['DSN']));
    expect(lines(plan).slice(0, 3)).toEqual([
      'MAIL FROM:<>',
      'RCPT TO:<@relay.example:"a b"@X.example> ORCPT=rfc822;"a+20b"@X.example',
      'RCPT TO:<Postmaster> ORCPT=rfc822;Postmaster',
    ]);
    expect(plan.recipients[2]?.parameters).toEqual([]);
    expect(plan.unmet).toMatchObject([{ keyword: 'ORCPT', reason: 'too-long', prevents: false }]);
  });

  it.each(['same', { type: 'rfc822', address: 'd@x' }] as const)(
    'RFC 5321 §4.1.1.11: ORCPT, given as %j, is not given a second time among the extensions',
    (orcpt) => {
      const request = { orcpt, extensions: [{ keyword: 'orcpt', value: 'rfc822;other@x' }] };
      const twice = expect.objectContaining({ name: 'EsmtpParameterError', code: 'duplicate', keyword: 'ORCPT' });
      expect(() =>
        envelope('a@x')
          .to('b@x', request)
          .plan(new Set(['DSN'])),
      ).toThrow(twice);
    },
  );

  it('RFC 6531 §3.4 R6531-3.4-a R6531-3.4-b: SMTPUTF8 is given where an address needs it and not otherwise', () => {
    const utf8 = envelope('a@x').to('josé@x', { orcpt: 'same' });
    expect(lines(utf8.plan(new Set(['DSN', 'SMTPUTF8', '8BITMIME'])))).toEqual([
      'MAIL FROM:<a@x> SMTPUTF8',
      'RCPT TO:<josé@x> ORCPT=utf-8;josé@x',
    ]);
    const plan = utf8.plan(new Set(['DSN']));
    expect(plan.recipients[0]?.parameters).toEqual([{ keyword: 'ORCPT', value: 'utf-8;jos\\x{E9}@x' }]);
    expect(plan.unmet).toEqual([{ keyword: 'SMTPUTF8', reason: 'not-announced', prevents: true }]);
    expect(envelope('é@x').plan(new Set(['SMTPUTF8'])).mailParameters).toEqual([{ keyword: 'SMTPUTF8' }]);
    expect(
      envelope('a@x')
        .to('b@x')
        .plan(new Set(['SMTPUTF8'])).mailParameters,
    ).toEqual([]);
    expect(
      envelope('a@x')
        .mail({ smtputf8: true })
        .plan(new Set(['SMTPUTF8'])).mailParameters,
    ).toHaveLength(1);
  });

  it.each<[Parameters<ReturnType<typeof envelope>['mail']>[0], readonly string[], boolean | undefined]>([
    [{ requireTls: true }, [], true],
    [{ holdFor: 60 }, [], true],
    [{ holdUntil: new Date(0) }, [], true],
    [{ by: { seconds: 60, mode: 'R', trace: false } }, [], true],
    [{ by: { seconds: 60, mode: 'N', trace: false } }, [], false],
    [{ body: '8BITMIME' }, [], true],
    [{ body: 'BINARYMIME' }, ['8BITMIME'], true],
    [{ body: 'BINARYMIME' }, ['BINARYMIME'], undefined],
    [{ body: '8BITMIME' }, ['8BITMIME'], undefined],
    [{ body: '7BIT' }, [], undefined],
    [{ size: 1 }, [], false],
    [{ mtPriority: 3 }, [], false],
    [{ extensions: [{ keyword: 'x-mine' }] }, ['X-MINE'], undefined],
    [{ extensions: [{ keyword: 'X-MINE' }] }, [], false],
  ])('RFC 5321 §4.1.1.2: %j after %j', (mail, announced, prevents) => {
    const { unmet, mailParameters } = envelope('a@x').mail(mail).plan(new Set(announced));
    expect(unmet.map((request) => request.prevents)).toEqual(prevents === undefined ? [] : [prevents]);
    if (prevents !== undefined) expect(mailParameters).toEqual([]);
  });

  it('RFC 7293 §3.1: a recipient that must have been valid since then, and a server that does not ask', () => {
    const since = new Date('2014-04-03T23:01:00Z');
    const { unmet, recipients } = envelope('a@x')
      .to('b@x', { rrvs: { since, unsupported: 'reject' } })
      .to('c@x', { rrvs: { since, unsupported: 'continue' } })
      .plan(new Set());
    expect(unmet.map(({ prevents }) => prevents)).toEqual([true, false]);
    expect(recipients.every(({ parameters }) => parameters.length === 0)).toBe(true);
  });

  it.each<[() => unknown, string]>([
    [() => envelope('nobody'), 'bad-path'],
    [() => envelope('a@x').to(''), 'bad-path'],
    [() => envelope('a@x').to('b@x> NOTIFY=NEVER'), 'bad-path'],
    [
      () =>
        envelope('a@x')
          .mail({ envid: 'x'.repeat(95) })
          .plan(new Set()),
      'too-long',
    ],
    [
      () =>
        envelope('a@x')
          .to('b@x', { orcpt: { type: 'rfc822', address: 'a'.repeat(488) } })
          .plan(new Set()),
      'too-long',
    ],
    [
      () =>
        envelope('a@x')
          .to('b@x', { orcpt: { type: 'x-odd', address: 'a' } })
          .plan(new Set()),
      'bad-value',
    ],
  ])('RFC 3461 §5.4: what would be illegal is refused (%#)', (run, code) => {
    expect(fault(run)).toMatchObject({ code });
  });

  it('RFC 3461 §5.4: each call leaves the envelope before it alone', () => {
    const first = envelope('a@x');
    first.to('b@x').mail({ ret: 'FULL' });
    expect(first.plan(new Set(['DSN']))).toMatchObject({ mailParameters: [], recipients: [] });
  });

  it('RFC 3461 §4: envelopes that go on from one another leave each other alone', () => {
    const start = envelope('a@example.org').to('b@example.org');
    const [one, two] = [start.to('c@example.org'), start.to('d@example.org')];
    expect(lines(two.plan(new Set())).slice(1)).toEqual(['RCPT TO:<b@example.org>', 'RCPT TO:<d@example.org>']);
    expect(lines(one.plan(new Set())).slice(1)).toEqual(['RCPT TO:<b@example.org>', 'RCPT TO:<c@example.org>']);
    expect(start.plan(new Set()).recipients).toHaveLength(1);
  });
});
