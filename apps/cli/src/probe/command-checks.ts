import type { ReceivedReply } from '@dsnkit/smtp';
import type { Check, CheckResult, Verdict } from './card.ts';
import { isPutOff, throwIfPutOff, type Prober } from './prober.ts';

/** Parameters to send, and the reply that they deserve. */
interface CommandCheck extends Check {
  readonly parameters: string;
  /** `same`: as without parameters; a code: the refusal. */
  readonly expected: 'same' | 501 | 555;
  /** EHLO keyword without which the check makes no sense. */
  readonly needs?: string;
}

type ToCheck = (
  id: string,
  expected: CommandCheck['expected'],
  parameters: string,
  title: string,
  more?: Partial<CommandCheck>,
) => CommandCheck;

const mail: ToCheck = (id, expected, parameters, title, more) => ({
  id,
  group: 'MAIL',
  clause: 'RFC 3461 §5.1(a)',
  level: 'MUST',
  expected,
  parameters,
  title,
  ...more,
});

const rcpt: ToCheck = (id, expected, parameters, title, more) => ({
  id,
  group: 'RCPT',
  clause: 'RFC 3461 §5.1(b)',
  level: expected === 'same' ? 'MUST' : 'SHOULD',
  expected,
  parameters,
  title,
  ...more,
});

const ENVID_100 = `ENVID=${'e'.repeat(94)}`;
const ORCPT_500 = `ORCPT=rfc822;${'o'.repeat(475)}@example.org`;
const UNKNOWN = { clause: 'RFC 5321 §4.1.1.11', level: 'MUST' } as const;

/** What a server with DSN is asked, in this order. */
export const COMMAND_CHECKS: readonly CommandCheck[] = [
  mail('mail-ret-full', 'same', 'RET=FULL', 'RET=FULL is taken'),
  mail('mail-ret-hdrs', 'same', 'RET=HDRS', 'RET=HDRS is taken'),
  mail('mail-ret-case', 'same', 'ret=hdrs', 'ret=hdrs is taken: no letter case', { clause: 'RFC 3461 §4.3' }),
  mail('mail-envid', 'same', 'ENVID=QQ314159', 'ENVID is taken'),
  mail('mail-envid-xtext', 'same', 'ENVID=a+2Bb+3Dc', 'xtext in ENVID is taken', { clause: 'RFC 3461 §4.4' }),
  mail('mail-both', 'same', 'ENVID=QQ314159 RET=HDRS', 'ENVID and RET together are taken'),
  mail('mail-envid-100', 'same', ENVID_100, 'ENVID of 100 characters is taken', {
    group: 'limits',
    clause: 'RFC 3461 §5.4(a)',
  }),
  mail('mail-ret-unknown', 501, 'RET=SOME', 'an unknown value of RET is refused with 501'),
  mail('mail-ret-empty', 501, 'RET', 'RET without a value is refused with 501', { clause: 'RFC 3461 §4.3' }),
  mail('mail-ret-twice', 501, 'RET=FULL RET=HDRS', 'RET twice is refused with 501'),
  mail('mail-envid-empty', 501, 'ENVID', 'ENVID without a value is refused with 501', { clause: 'RFC 3461 §4.4' }),
  mail('mail-envid-hexchar', 501, 'ENVID=a+2', 'half a hexchar in ENVID is refused with 501'),
  mail('mail-envid-lower', 501, 'ENVID=a+2bb', 'a hexchar in lower case is refused with 501', {
    clause: 'RFC 3461 §4',
  }),
  mail('mail-envid-twice', 501, 'ENVID=a ENVID=b', 'ENVID twice is refused with 501'),
  mail('mail-notify', 555, 'NOTIFY=NEVER', 'NOTIFY, which belongs to RCPT, is refused with 555', UNKNOWN),
  mail('mail-unknown', 555, 'XPROBE=1', 'an unknown parameter is refused with 555', UNKNOWN),
  rcpt('rcpt-never', 'same', 'NOTIFY=NEVER', 'NOTIFY=NEVER is taken'),
  rcpt('rcpt-success', 'same', 'NOTIFY=SUCCESS', 'NOTIFY=SUCCESS is taken'),
  rcpt('rcpt-failure', 'same', 'NOTIFY=FAILURE', 'NOTIFY=FAILURE is taken'),
  rcpt('rcpt-delay', 'same', 'NOTIFY=DELAY', 'NOTIFY=DELAY is taken'),
  rcpt('rcpt-list', 'same', 'NOTIFY=SUCCESS,FAILURE,DELAY', 'NOTIFY with a list is taken', { clause: 'RFC 3461 §4.1' }),
  rcpt('rcpt-notify-case', 'same', 'notify=Success,failure', 'NOTIFY in any letter case is taken', {
    clause: 'RFC 3461 §4.1',
  }),
  rcpt('rcpt-orcpt', 'same', 'ORCPT=rfc822;probe@example.org', 'ORCPT is taken'),
  rcpt('rcpt-orcpt-xtext', 'same', 'ORCPT=rfc822;a+2Bb@example.org', 'xtext in ORCPT is taken', {
    clause: 'RFC 3461 §4.2',
  }),
  rcpt('rcpt-orcpt-type', 'same', 'ORCPT=x-probe;whatever', 'an address type that nobody knows is taken', {
    clause: 'RFC 3461 §4.2',
  }),
  rcpt('rcpt-orcpt-utf8', 'same', 'ORCPT=utf-8;jos\\x{E9}@example.org', 'ORCPT of type utf-8 is taken', {
    clause: 'RFC 6533 §3',
    needs: 'SMTPUTF8',
  }),
  rcpt('rcpt-both', 'same', 'NOTIFY=SUCCESS ORCPT=rfc822;probe@example.org', 'NOTIFY and ORCPT together are taken'),
  rcpt('rcpt-orcpt-500', 'same', ORCPT_500, 'ORCPT of 500 characters is taken', {
    group: 'limits',
    clause: 'RFC 3461 §5.4(c)',
  }),
  rcpt('rcpt-line', 'same', `NOTIFY=SUCCESS,FAILURE,DELAY ${ORCPT_500}`, 'a command line of over 512 octets is taken', {
    group: 'limits',
    clause: 'RFC 3461 §5.4',
  }),
  rcpt('rcpt-never-and', 501, 'NOTIFY=NEVER,SUCCESS', 'NEVER beside another value is refused with 501'),
  rcpt('rcpt-notify-unknown', 501, 'NOTIFY=SOMETIMES', 'an unknown value of NOTIFY is refused with 501'),
  rcpt('rcpt-notify-empty', 501, 'NOTIFY', 'NOTIFY without a value is refused with 501'),
  rcpt('rcpt-notify-twice', 501, 'NOTIFY=SUCCESS NOTIFY=FAILURE', 'NOTIFY twice is refused with 501'),
  rcpt('rcpt-orcpt-no-type', 501, 'ORCPT=probe@example.org', 'ORCPT without a type is refused with 501'),
  rcpt('rcpt-orcpt-hexchar', 501, 'ORCPT=rfc822;a+2', 'half a hexchar in ORCPT is refused with 501'),
  rcpt(
    'rcpt-orcpt-twice',
    501,
    'ORCPT=rfc822;a@example.org ORCPT=rfc822;b@example.org',
    'ORCPT twice is refused with 501',
  ),
  rcpt('rcpt-ret', 555, 'RET=FULL', 'RET, which belongs to MAIL, is refused with 555', UNKNOWN),
  rcpt('rcpt-unknown', 555, 'XPROBE=1', 'an unknown parameter is refused with 555', UNKNOWN),
];

/** What a server without DSN is asked. */
export const WITHOUT_DSN: readonly CommandCheck[] = [
  mail('mail-ret-without-dsn', 555, 'RET=HDRS', 'RET is refused with 555 where DSN is not announced', UNKNOWN),
  rcpt(
    'rcpt-notify-without-dsn',
    555,
    'NOTIFY=NEVER',
    'NOTIFY is refused with 555 where DSN is not announced',
    UNKNOWN,
  ),
];

/** The addresses that commands name, without angle brackets, and the replies that they get without parameters. */
export interface Baseline {
  readonly from: string;
  readonly to: string;
  readonly mail: ReceivedReply;
  readonly rcpt: ReceivedReply;
}

/** Runs the checks; each is a transaction of its own that ends before any content. */
export async function runCommandChecks(
  prober: Prober,
  checks: readonly CommandCheck[],
  baseline: Baseline,
  report: (result: CheckResult) => void,
): Promise<void> {
  for (const { parameters, expected, needs, ...check } of checks) {
    const { extensions } = await prober.session();
    const isRcpt = check.id.startsWith('rcpt');
    if (needs !== undefined && !extensions.has(needs)) {
      report({ ...check, result: 'skip', detail: `${needs} is not announced`, transcript: [] });
    } else if (isRcpt && baseline.rcpt.code >= 300) {
      const detail = `the recipient is refused anyway (${baseline.rcpt.code}); name another one with --to`;
      report({ ...check, result: 'skip', detail, transcript: [] });
    } else {
      report(
        await prober.check(check, async () => {
          const reply = await ask(prober, isRcpt, parameters, baseline);
          return judge(reply, expected, check.level, (isRcpt ? baseline.rcpt : baseline.mail).code);
        }),
      );
    }
  }
}

/**
 * The reply to MAIL or RCPT with the parameters; the transaction is taken back.
 *
 * @throws {Stopped} when the server puts the command off without parameters, too: then they are not the cause
 */
async function ask(prober: Prober, isRcpt: boolean, parameters: string, baseline: Baseline): Promise<ReceivedReply> {
  const reply = await replyTo(prober, isRcpt, ` ${parameters}`, baseline);
  if (isPutOff(reply)) throwIfPutOff(await replyTo(prober, isRcpt, '', baseline));
  return reply;
}

async function replyTo(
  prober: Prober,
  isRcpt: boolean,
  parameters: string,
  baseline: Baseline,
): Promise<ReceivedReply> {
  const { from, to } = baseline;
  if (isRcpt) throwIfPutOff(await prober.say(`MAIL FROM:<${from}>`));
  const reply = await prober.say(isRcpt ? `RCPT TO:<${to}>${parameters}` : `MAIL FROM:<${from}>${parameters}`);
  await prober.say('RSET');
  return reply;
}

function judge(
  reply: ReceivedReply,
  expected: CommandCheck['expected'],
  level: Check['level'],
  usual: number,
): Verdict {
  const detail = reply.raw.join(' ');
  const bad = level === 'MUST' ? 'fail' : 'note';
  if (expected === 'same') return { result: reply.code === usual ? 'pass' : bad, detail };
  if (reply.code === expected) return { result: 'pass', detail };
  // Refused, though under another code: the sender learns that it did not work.
  if (reply.code >= 500) return { result: 'note', detail: `${detail} (${expected} was expected)` };
  return { result: bad, detail };
}
