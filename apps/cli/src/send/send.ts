import { parseOrcpt, type EsmtpParameter } from '@dsnkit/esmtp-parameters';
import { describe } from '../report/describe.ts';
import type { Summary } from '../report/summary.ts';
import { jsonText } from '../terminal/json.ts';
import { printable } from '../terminal/palette.ts';
import { wrapped } from '../terminal/width.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';
import { isEightBit } from '../wire/content.ts';
import type { Trace } from '../wire/dialogue.ts';
import { missingExtension } from '../wire/announced.ts';
import type { Extensions } from '../wire/hello.ts';
import { outgoingMessage, type Outgoing } from './message.ts';
import { assertTlsWanted, openSession, secondsOf, type Session } from './open.ts';
import type { SendOptions } from './options.ts';
import { planEnvelope, type Plan, type PlannedRecipient } from './plan.ts';
import { userAgentAdvice } from './user-agent.ts';
import { imapArrivals, isImap } from './imap.ts';
import { maildirArrivals } from './maildir.ts';
import { isOf, ReportWatch, type RecipientNames } from './reports.ts';
import { transfer, type Result } from './transfer.ts';

/** Submits one message, and waits for the reports about it if asked to. */
export async function send(options: SendOptions, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const plan = planEnvelope(options);
  if (options.reports === undefined || !isImap(options.reports)) assertTlsWanted(options);
  if (!context.quiet) for (const advice of userAgentAdvice(plan, options)) terminal.err(`note: ${advice}\n`);
  const message = await outgoingMessage(options, plan, () => terminal.input());
  const wait = await waitOf(options);
  try {
    return await sendAndWait(plan, message, wait, options, context);
  } finally {
    await wait?.watch.close();
  }
}

async function sendAndWait(
  plan: Plan,
  message: Outgoing,
  wait: Wait | undefined,
  options: SendOptions,
  context: Context,
): Promise<ExitCode> {
  const session = await openSession(options, traceOf(options, context));
  const results = await submit(session, plan, message, options);
  if (options.json !== true) showResults(plan, results, context);
  const reports = wait === undefined ? [] : await collectReports(wait, plan, results, message, options, context);
  if (options.json === true)
    context.terminal.out(`${jsonText(outcome(session, plan, message, results, options, reports))}\n`);
  const taken = results.every(({ accepted }) => accepted === true);
  return taken && (wait === undefined || allWell(plan, reports)) ? EXIT.fine : EXIT.findings;
}

function traceOf({ verbose }: SendOptions, { terminal, paint }: Context): Trace {
  if (verbose !== true) return () => undefined;
  return (direction, line) => {
    const text = `${direction}: ${printable(line)}`;
    terminal.err(`${direction === 'C' ? paint.cyan(text) : direction === '*' ? paint.dim(text) : text}\n`);
  };
}

interface Wait {
  readonly watch: ReportWatch;
  readonly waitMs: number;
}

/** The mailbox is looked at before anything is sent: a report may be quick, and a fault in its name be told in time. */
async function waitOf(options: SendOptions): Promise<Wait | undefined> {
  const { wait, reports } = options;
  if (wait === undefined && reports === undefined) return undefined;
  if (wait === undefined || reports === undefined) throw new UsageError('--wait and --reports go together');
  const waitMs = secondsOf(wait, '--wait') * 1000;
  const arrivals = isImap(reports) ? await imapArrivals(reports, options) : maildirArrivals(reports);
  return { watch: new ReportWatch(arrivals), waitMs };
}

async function submit(
  { dialogue, extensions, server }: Session,
  plan: Plan,
  { octets }: Outgoing,
  options: SendOptions,
): Promise<readonly Result[]> {
  try {
    const complete = { ...plan, mailParameters: completed(plan, octets, extensions) };
    if (options.force !== true) assertAnnounced(complete, options, extensions, server);
    const manner = {
      pipelining: options.pipelining && extensions.has('PIPELINING'),
      chunking: options.chunking === true,
      lmtp: options.lmtp === true,
    };
    return await transfer(dialogue, complete, octets, manner);
  } finally {
    await dialogue.quit();
  }
}

/** SIZE, BODY and SMTPUTF8 are what any client adds; the rest is what was asked for. */
function completed(plan: Plan, content: Uint8Array, extensions: Extensions): EsmtpParameter[] {
  const { reversePath, mailParameters, recipients } = plan;
  const own = new Set(mailParameters.map(({ keyword }) => keyword.toUpperCase()));
  const added: EsmtpParameter[] = [];
  const add = (wanted: boolean, keyword: string, value?: string): void => {
    if (wanted && !own.has(keyword)) added.push(value === undefined ? { keyword } : { keyword, value });
  };
  const utf8 = [reversePath, ...recipients.map(({ forwardPath }) => forwardPath)].some((path) =>
    /[^\u0000-\u007f]/.test(path),
  );
  add(extensions.has('SIZE'), 'SIZE', String(content.length));
  add(isEightBit(content) && extensions.has('8BITMIME'), 'BODY', '8BITMIME');
  add(utf8, 'SMTPUTF8');
  return [...added, ...mailParameters];
}

function assertAnnounced(plan: Plan, { chunking }: SendOptions, extensions: Extensions, server: string): void {
  const refuse = (what: string, extension: string): never => {
    throw new UsageError(
      `${server} does not announce ${extension}, which ${what} needs; --force sends it all the same`,
    );
  };
  for (const parameter of plan.mailParameters) {
    const missing = missingExtension('MAIL', parameter, extensions);
    if (missing !== undefined) refuse(parameter.keyword, missing);
  }
  for (const parameter of plan.recipients.flatMap(({ parameters }) => parameters)) {
    const missing = missingExtension('RCPT', parameter, extensions);
    if (missing !== undefined) refuse(parameter.keyword, missing);
  }
  if (chunking === true && !extensions.has('CHUNKING')) refuse('--chunking', 'CHUNKING');
}

function showResults(plan: Plan, results: readonly Result[], { terminal, paint }: Context): void {
  results.forEach(({ accepted, reply, fault = '' }, place) => {
    const word =
      accepted === true ? paint.green('taken  ') : accepted === false ? paint.red('refused') : paint.yellow('unknown');
    const words = reply === null ? fault : reply.raw.join(' ');
    terminal.out(`${word} ${printable(`${plan.recipients[place]?.forwardPath ?? ''}: ${words}`)}\n`);
  });
}

async function collectReports(
  { watch, waitMs }: Wait,
  plan: Plan,
  results: readonly Result[],
  { messageId }: Outgoing,
  { envid, json }: SendOptions,
  { terminal, paint, quiet }: Context,
): Promise<readonly Summary[]> {
  const recipients = plan.recipients.filter((_, place) => results[place]?.accepted !== false).map(namesOf);
  const reports: Summary[] = [];
  for await (const summary of watch.until(Date.now() + waitMs, { envid, messageId, recipients })) {
    reports.push(summary);
    if (json !== true)
      terminal.out(`\n${wrapped(describe(summary, paint), terminal.shown ? terminal.columns : Infinity)}\n`);
  }
  if (!quiet && json !== true && reports.length === 0) terminal.out('\nno report came in time\n');
  return reports;
}

/** A report about each recipient, and none that failed. */
function allWell(plan: Plan, reports: readonly Summary[]): boolean {
  const told = reports.flatMap(({ recipients }) => recipients);
  return plan.recipients.every((recipient) => {
    const names = namesOf(recipient);
    const actions = told.filter((one) => isOf(one, names)).map(({ action }) => action);
    return actions.some((action) => action !== 'delayed') && !actions.includes('failed');
  });
}

/** With `--force` ORCPT may hold anything; then it names nobody. */
function namesOf({ forwardPath, parameters }: PlannedRecipient): RecipientNames {
  const value = parameters.find(({ keyword }) => keyword.toUpperCase() === 'ORCPT')?.value;
  try {
    return value === undefined ? [forwardPath] : [forwardPath, parseOrcpt(value, { smtputf8: true }).address];
  } catch {
    return [forwardPath];
  }
}

function outcome(
  { server, extensions, dialogue }: Session,
  plan: Plan,
  { messageId }: Outgoing,
  results: readonly Result[],
  { envid }: SendOptions,
  reports: readonly Summary[],
): object {
  return {
    server,
    secure: dialogue.secure,
    extensions: Object.fromEntries(extensions),
    from: plan.reversePath,
    envid: envid ?? null,
    messageId,
    recipients: results.map(({ accepted, stage, reply }, place) => ({
      address: plan.recipients[place]?.forwardPath ?? null,
      accepted,
      stage,
      replyCode: reply?.code ?? null,
      status: reply?.status ?? null,
      reply: reply?.raw ?? null,
    })),
    reports,
  };
}
