import type { CheckResult, Verdict } from './card.ts';
import type { Baseline } from './command-checks.ts';
import { throwIfPutOff, type Prober } from './prober.ts';

const pass = (detail: string): Verdict => ({ result: 'pass', detail });

/** What the server announces, and whether it keeps to that in small things. */
export async function runAnnouncementChecks(
  prober: Prober,
  { from, to }: Baseline,
  report: (result: CheckResult) => void,
): Promise<void> {
  const { hello, extensions } = await prober.session();
  const line = hello.raw.find((text) => /^\d{3}[ -]DSN\b/i.test(text)) ?? '';
  const transcript = hello.raw.map((text) => `S: ${text}`);
  const group = 'announcement';
  const announced = extensions.has('DSN');
  report({
    ...{ id: 'dsn-announced', group, clause: 'RFC 3461 §3', level: 'MAY', title: 'DSN is announced', transcript },
    ...(announced
      ? pass(line)
      : { result: 'note', detail: 'DSN is not announced; only what holds without it is tested' }),
  });
  if (announced) {
    const bare = extensions.get('DSN') === '';
    report({
      ...{
        id: 'dsn-bare',
        group,
        clause: 'RFC 3461 §2',
        level: 'MUST',
        title: 'the keyword DSN stands alone',
        transcript,
      },
      ...{ result: bare ? 'pass' : 'fail', detail: line },
    });
  }
  report(
    await prober.check(
      { id: 'verbs-case', group, clause: 'RFC 5321 §2.4', level: 'MUST', title: 'verbs are taken in any letter case' },
      async () => {
        const reply = await prober.say(`mail from:<${from}>`);
        throwIfPutOff(reply);
        await prober.say('rset');
        const { code, raw } = reply;
        return { result: code < 300 ? 'pass' : 'fail', detail: raw.join(' ') };
      },
    ),
  );
  report(await pipelining(prober, from, to));
}

/** RFC 2920 §3.2: replies come in the order of the commands, and none is lost. */
async function pipelining(prober: Prober, from: string, to: string): Promise<CheckResult> {
  const check = {
    id: 'pipelining',
    group: 'announcement',
    clause: 'RFC 2920 §3.2',
    level: 'MUST',
    title: 'commands in one piece are answered in order',
  } as const;
  const { extensions } = await prober.session();
  if (!extensions.has('PIPELINING'))
    return { ...check, result: 'skip', detail: 'PIPELINING is not announced', transcript: [] };
  return await prober.check(check, async () => {
    const lines = [`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'RSET', 'NOOP'];
    const replies = await prober.sayAll(lines);
    replies.slice(0, 1).forEach(throwIfPutOff);
    const codes = replies.map(({ code }) => code);
    const [mail = 0, , rset = 0, noop = 0] = codes;
    return { result: mail === 250 && rset === 250 && noop === 250 ? 'pass' : 'fail', detail: codes.join(', ') };
  });
}

/** RFC 2034 §4: once announced, each 2yz, 4yz and 5yz reply has its code. */
export function statusCodesCheck(announced: boolean, bareReplies: readonly string[]): CheckResult {
  const check = {
    id: 'status-codes',
    group: 'announcement',
    clause: 'RFC 2034 §4',
    level: 'MUST',
    title: 'replies have enhanced status codes',
    transcript: bareReplies,
  } as const;
  if (!announced) return { ...check, result: 'skip', detail: 'ENHANCEDSTATUSCODES is not announced', transcript: [] };
  const [first] = bareReplies;
  if (first === undefined) return { ...check, ...pass('each one') };
  return { ...check, result: 'fail', detail: `${bareReplies.length} without, the first: ${first}` };
}
