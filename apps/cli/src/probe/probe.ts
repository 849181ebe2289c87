import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { reasonOf } from '../input/reason.ts';
import { assertTlsWanted, secondsOf } from '../send/open.ts';
import type { SessionOptions } from '../send/options.ts';
import { jsonText } from '../terminal/json.ts';
import { printable } from '../terminal/palette.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';
import { parseAddress } from '../wire/address.ts';
import { DialogueError } from '../wire/dialogue.ts';
import { Listener } from '../wire/listener.ts';
import { runAnnouncementChecks, statusCodesCheck } from './announcement.ts';
import type { Card, CheckResult } from './card.ts';
import { COMMAND_CHECKS, runCommandChecks, WITHOUT_DSN, type Baseline } from './command-checks.ts';
import { deliveryResults } from './delivery-checks.ts';
import { Delivery, type DeliveryOptions } from './delivery.ts';
import { cardHtml, cardJunit, cardText } from './formats.ts';
import { Prober, Stopped } from './prober.ts';

export interface ProbeOptions extends Omit<SessionOptions, 'server' | 'lmtp'> {
  readonly from: string;
  readonly to: string;
  readonly deliver?: true;
  readonly domain?: string;
  readonly listen?: string;
  readonly wait: string;
  readonly strict?: true;
  readonly json?: true;
  readonly junit?: true;
  readonly html?: true;
  readonly output?: string;
  readonly verbose?: true;
}

/** Tests how well a server keeps to RFC 3461, and prints a report card. */
export async function probe(host: string, options: ProbeOptions, context: Context): Promise<ExitCode> {
  const { terminal, paint, quiet } = context;
  const delivery = deliveryOptions(options);
  assertTlsWanted({ ...options, server: host });
  // What can't be written or listened on is better known before the checks than after them.
  if (options.output !== undefined && options.output !== '-') assertWritable(options.output);
  if (delivery !== undefined) await (await Listener.start({ ...delivery.listen, hostname: 'probe.invalid' })).stop();
  const prober = new Prober({ ...options, server: host }, (direction, line) => {
    if (options.verbose === true) terminal.err(`${direction}: ${printable(line)}\n`);
  });
  const card = await run(prober, options, delivery, (text) => {
    if (!quiet) terminal.err(`${text}\n`);
  });
  const text =
    options.json === true
      ? `${jsonText(card)}\n`
      : options.junit === true
        ? cardJunit(card)
        : options.html === true
          ? cardHtml(card)
          : cardText(card, paint);
  if (options.output === undefined || options.output === '-') terminal.out(text);
  else save(options.output, text);
  if (card.stopped !== null) return EXIT.wrong;
  const bad = card.results.some(({ result }) => result === 'fail' || (result === 'note' && options.strict === true));
  return bad ? EXIT.findings : EXIT.fine;
}

function deliveryOptions({ deliver, domain, listen, wait }: ProbeOptions): DeliveryOptions | undefined {
  const waitMs = secondsOf(wait, '--wait') * 1000;
  if (deliver !== true) {
    if (domain !== undefined || listen !== undefined) throw new UsageError('--domain and --listen need --deliver');
    return undefined;
  }
  if (domain === undefined || listen === undefined)
    throw new UsageError('--deliver needs --domain, and --listen where mail for it is routed to');
  return { domain, listen: parseAddress(listen, '--listen', 25), waitMs };
}

async function run(
  prober: Prober,
  options: ProbeOptions,
  delivery: DeliveryOptions | undefined,
  remark: (text: string) => void,
): Promise<Card> {
  const { server, greeting, extensions } = await prober.session();
  const results: CheckResult[] = [];
  const report = (result: CheckResult): void => void results.push(result);
  let stopped: string | null = null;
  try {
    const baseline = await baselineOf(prober, options);
    await runAnnouncementChecks(prober, baseline, report);
    const dsn = extensions.has('DSN');
    await runCommandChecks(prober, dsn ? COMMAND_CHECKS : WITHOUT_DSN, baseline, report);
    report(statusCodesCheck(extensions.has('ENHANCEDSTATUSCODES'), prober.bareReplies));
    if (delivery !== undefined) await deliver(new Delivery(prober, delivery, dsn), report, remark);
    await prober.close();
  } catch (error) {
    if (!(error instanceof Stopped) && !(error instanceof DialogueError)) throw error;
    stopped = error.message;
  } finally {
    prober.abandon();
  }
  return {
    server,
    date: new Date().toISOString(),
    greeting: greeting.lines[0] ?? '',
    extensions: Object.fromEntries(extensions),
    results,
    stopped,
  };
}

/** The replies to MAIL and RCPT without parameters: those with parameters are compared with them. */
async function baselineOf(prober: Prober, { from, to }: ProbeOptions): Promise<Baseline> {
  const plain = (address: string): string => address.replace(/^<(.*)>$/s, '$1');
  const addresses = { from: plain(from), to: plain(to) };
  for (const address of Object.values(addresses)) {
    if (/[\s<>]/.test(address)) throw new UsageError(`${JSON.stringify(address)} is no address`);
  }
  const mail = await prober.say(`MAIL FROM:<${addresses.from}>`);
  if (mail.code >= 300)
    throw new UsageError(
      `MAIL FROM:<${addresses.from}> is refused (${mail.raw.join(' ')}); name another sender with --from`,
    );
  const rcpt = await prober.say(`RCPT TO:<${addresses.to}>`);
  await prober.say('RSET');
  return { ...addresses, mail, rcpt };
}

async function deliver(
  delivery: Delivery,
  report: (result: CheckResult) => void,
  remark: (text: string) => void,
): Promise<void> {
  const seen = await delivery.run(report, remark);
  for (const result of deliveryResults(seen, delivery.sender)) report(result);
}

function assertWritable(file: string): void {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    accessSync(found === undefined ? dirname(file) : file, constants.W_OK);
    if (found?.isDirectory() !== true) return;
  } catch (error) {
    throw new UsageError(`--output ${file}: ${reasonOf(error)}`);
  }
  throw new UsageError(`--output ${file}: is a folder`);
}

function save(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`--output ${file}: ${reasonOf(error)}`);
  }
}
