import { formatParameters, parseParameters, readMailParameters, readRcptParameters } from '@dsnkit/esmtp-parameters';
import { describe, expect, it } from 'vitest';
import { planAlias } from './alias.ts';
import { decideNotifications } from './decide.ts';
import type { Outcome } from './envelope.ts';
import type { RelayRecipient } from './hop.ts';
import { messageFields } from './message-fields.ts';
import { recipientFields } from './recipient-fields.ts';
import { planRelay } from './relay.ts';
import { reportEnvelope } from './report-envelope.ts';

/** The message of RFC 3461 §10 as it was submitted. */
const message = { reversePath: 'Alice@Example.ORG', mailParameters: parseParameters('RET=HDRS ENVID=QQ314159') };
const submitted = Object.fromEntries(
  [
    ['Bob@Example.COM', 'NOTIFY=SUCCESS ORCPT=rfc822;Bob@Example.COM'],
    ['Carol@Ivory.EDU', 'NOTIFY=FAILURE ORCPT=rfc822;Carol@Ivory.EDU'],
    ['Dana@Ivory.EDU', 'NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Dana@Ivory.EDU'],
    ['Eric@Bombs.AF.MIL', 'NOTIFY=FAILURE ORCPT=rfc822;Eric@Bombs.AF.MIL'],
    ['Fred@Bombs.AF.MIL', 'NOTIFY=NEVER'],
    ['George@Tax-ME.GOV', 'NOTIFY=FAILURE ORCPT=rfc822;George@Tax-ME.GOV'],
  ].map(([address = '', asked = '']) => [address.split('@')[0] ?? '', { address, parameters: parseParameters(asked) }]),
);
const arrivalDate = new Date('2003-01-08T10:00:00Z');
const KNOWS_DSN = { extensions: new Map([['DSN', '']]) };
const HELO_ONLY = { extensions: new Map<string, string>() };

const some = (...names: string[]): RelayRecipient[] => names.map((name) => submitted[name]!);
const dialogue = (recipients: readonly RelayRecipient[], hop: typeof KNOWS_DSN): string[] =>
  planRelay(message, recipients, hop).transactions.flatMap(({ reversePath, mailParameters, recipients: planned }) => [
    `MAIL FROM:<${reversePath}> ${formatParameters(mailParameters)}`.trim(),
    ...planned.map(({ forwardPath, parameters }) => `RCPT TO:<${forwardPath}> ${formatParameters(parameters)}`.trim()),
  ]);

/** What the report says that one MTA owes for one recipient. */
const report = (hostname: string, { address, parameters }: RelayRecipient, outcome: Outcome): unknown => {
  const envelope = { reversePath: message.reversePath, mail: readMailParameters(message.mailParameters) };
  const recipient = { address, rcpt: readRcptParameters(parameters) };
  const { sender } = decideNotifications(envelope, [{ recipient, outcome }]);
  if (sender === undefined) return undefined;
  const fields = messageFields(envelope, { hostname, arrivalDate });
  return { message: fields, recipients: sender.entries.map(recipientFields), returned: sender.returned };
};
const of = (hostname: string): object => ({
  originalEnvelopeId: 'QQ314159',
  reportingMta: { type: 'dns', value: hostname },
  arrivalDate,
});
const rfc822 = (value: string): object => ({ type: 'rfc822', value });

describe('the example of RFC 3461 §10', () => {
  it('RFC 3461 §10.2, §5.2.1 R3461-5.2.1-e: to Example.COM', () => {
    expect(dialogue(some('Bob'), KNOWS_DSN)).toEqual([
      'MAIL FROM:<Alice@Example.ORG> RET=HDRS ENVID=QQ314159',
      'RCPT TO:<Bob@Example.COM> NOTIFY=SUCCESS ORCPT=rfc822;Bob@Example.COM',
    ]);
  });

  it('RFC 3461 §10.3: to Ivory.EDU', () => {
    expect(dialogue(some('Carol', 'Dana'), KNOWS_DSN)).toEqual([
      'MAIL FROM:<Alice@Example.ORG> RET=HDRS ENVID=QQ314159',
      'RCPT TO:<Carol@Ivory.EDU> NOTIFY=FAILURE ORCPT=rfc822;Carol@Ivory.EDU',
      'RCPT TO:<Dana@Ivory.EDU> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Dana@Ivory.EDU',
    ]);
  });

  it('RFC 3461 §10.4: to Bombs.AF.MIL, which knows no DSN', () => {
    expect(dialogue(some('Eric', 'Fred'), HELO_ONLY)).toEqual([
      'MAIL FROM:<Alice@Example.ORG>',
      'RCPT TO:<Eric@Bombs.AF.MIL>',
      'MAIL FROM:<>',
      'RCPT TO:<Fred@Bombs.AF.MIL>',
    ]);
    const accepted: Outcome = { kind: 'relayed', nextHopSupportsDsn: false };
    expect(report('Example.ORG', submitted['Eric']!, accepted)).toBeUndefined();
    expect(report('Example.ORG', submitted['Fred']!, accepted)).toBeUndefined();
  });

  it('RFC 3461 §10.5 R3461-10.5-a: Tax-ME.GOV forwards for George what George was asked, not what the example prints', () => {
    const george = submitted['George']!;
    const [copy] = planAlias(george.parameters, ['Sam@Boondoggle.GOV']).copies;
    expect(dialogue([{ ...george, ...copy }], KNOWS_DSN)).toEqual([
      'MAIL FROM:<Alice@Example.ORG> RET=HDRS ENVID=QQ314159',
      'RCPT TO:<Sam@Boondoggle.GOV> NOTIFY=FAILURE ORCPT=rfc822;George@Tax-ME.GOV',
    ]);
  });

  it('RFC 3461 §10.6: delivered, by mail.Example.COM', () => {
    expect(report('mail.Example.COM', submitted['Bob']!, { kind: 'delivered' })).toEqual({
      message: of('mail.Example.COM'),
      recipients: [
        {
          originalRecipient: rfc822('Bob@Example.COM'),
          finalRecipient: rfc822('Bob@Example.COM'),
          action: 'delivered',
          status: '2.0.0',
        },
      ],
      returned: 'headers',
    });
  });

  it('RFC 3461 §10.3, §10.7 R3461-10.3-a: failed, by Example.ORG, to which Ivory.EDU refused Carol', () => {
    const remote = {
      mta: 'Ivory.EDU',
      lines: ['550 error - no such recipient'],
      recipient: 'Carol@Ivory.EDU',
    } as const;
    expect(report('Example.ORG', submitted['Carol']!, { kind: 'failed', status: '5.0.0', remote })).toEqual({
      message: of('Example.ORG'),
      recipients: [
        {
          originalRecipient: rfc822('Carol@Ivory.EDU'),
          finalRecipient: rfc822('Carol@Ivory.EDU'),
          action: 'failed',
          status: '5.0.0',
          remoteMta: { type: 'dns', value: 'Ivory.EDU' },
          diagnosticCode: { type: 'smtp', value: '550 error - no such recipient' },
          smtpRemoteRecipient: 'Carol@Ivory.EDU',
        },
      ],
      returned: 'headers',
    });
  });

  it('RFC 3461 §10.8: relayed, by the gateway at Ivory.EDU', () => {
    expect(report('Ivory.EDU', submitted['Dana']!, { kind: 'relayed', nextHopSupportsDsn: false })).toEqual({
      message: of('Ivory.EDU'),
      recipients: [
        {
          originalRecipient: rfc822('Dana@Ivory.EDU'),
          finalRecipient: rfc822('Dana@Ivory.EDU'),
          action: 'relayed',
          status: '2.0.0',
        },
      ],
      returned: 'headers',
    });
  });

  it('RFC 3461 §10.9: failed after days of trying, by Boondoggle.GOV', () => {
    const sam = { address: 'Sam@Boondoggle.GOV', parameters: submitted['George']!.parameters };
    expect(report('Boondoggle.GOV', sam, { kind: 'failed', status: '4.2.2' })).toEqual({
      message: of('Boondoggle.GOV'),
      recipients: [
        {
          originalRecipient: rfc822('George@Tax-ME.GOV'),
          finalRecipient: rfc822('Sam@Boondoggle.GOV'),
          action: 'failed',
          status: '4.2.2',
        },
      ],
      returned: 'headers',
    });
  });

  it('RFC 3461 §6.1: all four go from nobody to Alice', () => {
    expect(reportEnvelope(message.reversePath, message.mailParameters)).toEqual({
      reversePath: '',
      mailParameters: [],
      forwardPath: 'Alice@Example.ORG',
      rcptParameters: [{ keyword: 'NOTIFY', value: 'NEVER' }],
    });
  });
});
