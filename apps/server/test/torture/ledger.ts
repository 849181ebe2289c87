import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ParsedDeliveryStatus, RecipientFields } from '@dsnkit/delivery-status';
import { parseReport } from '@dsnkit/multipart-report';
import type { Answered } from './client.ts';
import { numberOf, planned } from './plan.ts';

/** A recipient of a transaction to which the hop has said its final 250. */
export interface Relayed {
  readonly address: string;
  /** The RCPT command. */
  readonly command: string;
  /** The run of the server that it came from. */
  readonly run: number;
}

/** All that is known at the end of a torture. */
export interface Evidence {
  readonly answers: ReadonlyMap<number, Answered>;
  readonly relayed: readonly Relayed[];
  /** Text that the preload wrote. */
  readonly journal: string;
  readonly mailDirectory: string;
}

/** What was found. Every problem is a line of its own; a torture without problems is passed. */
export interface Verdict {
  readonly problems: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
}

/** Names a group of a report. */
type NameGroup = (group: Partial<RecipientFields>, report: ParsedDeliveryStatus) => string;

const byFinalRecipient: NameGroup = ({ action, finalRecipient }) => `${action ?? ''} ${finalRecipient?.value ?? ''}`;

/** The name (`action address`) of every group of the reports in the senders' Maildir. Files that were read are not read again. */
export class ReportReader {
  readonly #mailDirectory: string;
  readonly #nameOf: NameGroup;
  readonly #read = new Set<string>();
  readonly groups: string[] = [];
  reports = 0;

  constructor(mailDirectory: string, nameOf = byFinalRecipient) {
    this.#mailDirectory = mailDirectory;
    this.#nameOf = nameOf;
  }

  readNew(): readonly string[] {
    for (const file of filesOf(this.#mailDirectory, 'sender@sender.example')) {
      if (this.#read.has(file)) continue;
      this.#read.add(file);
      this.reports += 1;
      const report = parseReport(readFileSync(file))?.deliveryStatus;
      if (report === undefined) continue;
      this.groups.push(...report.recipients.map((group) => this.#nameOf(group, report)));
    }
    return this.groups;
  }
}

/** Messages that must be complete: those that got 250, and those without an answer of which there is any trace. */
export function owedNumbers({ answers, relayed, mailDirectory }: Evidence, groups: readonly string[]): number[] {
  const traced = new Set<number>();
  const trace = (address: string | undefined) => {
    const number = numberOf(address ?? '');
    if (number !== undefined) traced.add(number);
  };
  for (const { address } of relayed) trace(address);
  for (const group of groups) trace(group.split(' ')[1]);
  for (const address of deliveredAddresses(mailDirectory)) trace(address);
  return [...answers]
    .filter(([number, answer]) => answer === 'accepted' || traced.has(number))
    .map(([number]) => number);
}

/** Recipients that were relayed twice: how many rightly, and which not. */
export interface Doubles {
  readonly inWindow: number;
  readonly outside: readonly string[];
}

/** Compares what happened with what had to happen. */
export function judge(
  evidence: Evidence,
  reader: ReportReader,
  doublesOf: (evidence: Evidence) => Doubles = doubles,
): Verdict {
  const { answers, relayed, mailDirectory } = evidence;
  const groups = reader.readNew();
  const numbers = owedNumbers(evidence, groups);
  const delivered = deliveredAddresses(mailDirectory);
  const plans = numbers.map(planned);
  const owed = new Set(plans.flatMap((plan) => plan.owed));
  const allowed = new Set(plans.flatMap((plan) => plan.allowed));
  const lostRelays = missing(
    plans.flatMap((plan) => plan.relayed),
    relayed.map(({ address }) => address),
  );
  const lostDeliveries = missing(
    plans.flatMap((plan) => plan.delivered),
    delivered,
  );
  const lostReports = missing([...owed], groups);
  const { inWindow, outside } = doublesOf(evidence);
  const findings: Readonly<Record<string, readonly string[]>> = {
    'accepted, but not relayed': lostRelays,
    'accepted, but not in the mailbox': lostDeliveries,
    'owed report missing': lostReports,
    'report made twice': repeated(groups),
    'report that nobody asked for': groups.filter((group) => !owed.has(group) && !allowed.has(group)),
    'delivered twice into a mailbox': repeated(delivered),
    'relayed twice outside of the window of RFC 5321 §6.1': outside,
    'parameters changed on the way': relayed.filter((one) => !keepsParameters(one)).map(({ command }) => command),
  };
  const of = (answer: Answered) => [...answers.values()].filter((value) => value === answer).length;
  return {
    problems: Object.entries(findings).flatMap(([what, found]) => found.map((detail) => `${what}: ${detail}`)),
    figures: {
      'messages that got 250': of('accepted'),
      'messages without an answer': of('unanswered'),
      '  of them stored all the same': numbers.length - of('accepted'),
      'messages refused for now (4yz)': of('refused'),
      'recipients relayed': relayed.length,
      'recipients delivered here': delivered.length,
      'reports owed (groups)': owed.size,
      'reports found (groups)': groups.length,
      'relayed twice within the window of RFC 5321 §6.1': inWindow,
      ...Object.fromEntries(Object.entries(findings).map(([what, found]) => [what, found.length])),
    },
  };
}

/**
 * A message is relayed twice rightly if the server ended after the hop's final 250 and before that was settled: the
 * second time in a later run, and no run before it had the recipient settled.
 */
function doubles({ relayed, journal }: Evidence): Doubles {
  const settledIn = new Map<string, number>();
  for (const [, run = '', address = ''] of journal.matchAll(/^done (\d+) (\S+)$/gm)) {
    if (!settledIn.has(address)) settledIn.set(address, Number(run));
  }
  const last = new Map<string, number>();
  const outside: string[] = [];
  let inWindow = 0;
  for (const { address, run } of relayed) {
    const before = last.get(address);
    last.set(address, run);
    if (before === undefined) continue;
    if (before === run || (settledIn.get(address) ?? Infinity) < run) outside.push(`${address} in run ${run}`);
    else inWindow += 1;
  }
  return { inWindow, outside };
}

/** A next hop with DSN gets NOTIFY and ORCPT just as they came. RFC 3461 §5.2.1 */
function keepsParameters({ address, command }: Relayed): boolean {
  if (!address.endsWith('@dsn.example')) return true;
  const came = planned(numberOf(address) ?? 0).rcpt.find((line) => line.includes(`<${address}>`)) ?? '';
  return (
    parametersOf(command)
      .filter((parameter) => !parameter.startsWith('ORCPT='))
      .join(' ') === parametersOf(came).join(' ')
  );
}

function parametersOf(command: string): string[] {
  return command.split(' ').slice(2);
}

function deliveredAddresses(mailDirectory: string): string[] {
  return filesOf(mailDirectory, 'here@here.example').map((file) => {
    const head = readFileSync(file, 'latin1').slice(0, 2_000);
    return /^Delivered-To: (\S+)/m.exec(head)?.[1] ?? file;
  });
}

export function filesOf(mailDirectory: string, folder: string): string[] {
  const directory = join(mailDirectory, folder, 'new');
  return existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : [];
}

export function missing(wanted: readonly string[], found: readonly string[]): string[] {
  const there = new Set(found);
  return wanted.filter((one) => !there.has(one));
}

export function repeated(found: readonly string[]): string[] {
  const seen = new Set<string>();
  return found.filter((one) => seen.size === seen.add(one).size);
}
