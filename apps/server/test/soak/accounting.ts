import type { Answered } from '../torture/client.ts';
import { missing, repeated, type Verdict } from '../torture/ledger.ts';
import { afterOperation, planned, type PlannedRecipient } from './plan.ts';

/** An operator's last word on a message; without an answer it may have been heard or not. */
export interface Operated {
  readonly operation: 'drop' | 'bounce';
  readonly isAnswered: boolean;
}

/** All that is known at the end of a soak. */
export interface Evidence {
  readonly answers: ReadonlyMap<number, Answered>;
  readonly operated: ReadonlyMap<number, Operated>;
  /** `NUMBER PLACE ADDRESS`, each time that a content came to rest outside of the server. */
  readonly found: readonly string[];
  /** Contents that came otherwise than they were sent. */
  readonly changed: readonly string[];
  /** `ENVELOPE-ID ACTION ORIGINAL-RECIPIENT` of every group of the reports in the senders' Maildir. */
  readonly groups: readonly string[];
  /** `OUTCOME RECIPIENT` of the final events that came by webhook, each webhook-id once. */
  readonly events: readonly string[];
  /** `ENVELOPE-ID STATE RECIPIENT` as the history says it. */
  readonly history: readonly string[];
}

/** Compares what happened with what had to happen. */
export function account(evidence: Evidence): Verdict {
  const { answers, found, changed, groups, events, history } = evidence;
  const numbers = owedNumbers(evidence);
  const all = numbers.flatMap((number) =>
    recipientsOf(number, evidence).map((recipient) => ({ number, recipient, id: planned(number).envelopeId })),
  );
  const places = all.flatMap(({ number, recipient }) => recipient.found.map((place) => `${number} ${place}`));
  const outcomes = all.flatMap(({ recipient: { address, outcomes: each } }) => each.map((one) => `${one} ${address}`));
  const named = (of: (recipient: PlannedRecipient) => readonly string[]) =>
    all.flatMap(({ recipient, id }) => of(recipient).map((what) => `${id} ${what} ${recipient.original}`));
  const owed = named((recipient) => recipient.owed);
  const allowed = named((recipient) => recipient.allowed);
  const states = all.flatMap(({ recipient, id }) =>
    lastStates(recipient).map((one) => `${id} ${one} ${recipient.address}`),
  );
  const known = withoutState(history);
  const findings: Readonly<Record<string, readonly string[]>> = {
    'accepted, but not where it must be': missing(places, found),
    'where it must be more than once': repeated(found),
    'where it must not be': missing(found, places),
    'content changed on the way': changed,
    'owed report missing': missing(owed, groups),
    'report made twice': repeated(groups),
    'report that nobody asked for': missing(groups, [...owed, ...allowed]),
    'final event that no webhook told': missing(outcomes, events),
    'final event told as two': repeated(events),
    'final event that must not be': missing(events, outcomes),
    'not in the history': missing(withoutState(states), known),
    'in the history twice': repeated(known),
    'in the history otherwise': missing(history, states),
  };
  const of = (answer: Answered) => [...answers.values()].filter((value) => value === answer).length;
  return {
    problems: Object.entries(findings).flatMap(([what, those]) => those.map((detail) => `${what}: ${detail}`)),
    figures: {
      'messages that got 250 or 202': of('accepted'),
      'messages without an answer': of('unanswered'),
      '  of them stored all the same': numbers.length - of('accepted'),
      'messages refused': of('refused'),
      'messages not sent: no connection': of('not-sent'),
      'recipients accepted': all.length,
      'dropped or bounced by the operator': evidence.operated.size,
      'contents found at next hops and in mailboxes': found.length,
      'final events by webhook': events.length,
      'recipients in the history': history.length,
      'reports owed (groups)': owed.length,
      'reports found (groups)': groups.length,
      '  of them delays that came about': missing(groups, owed).length,
    },
  };
}

/** Messages that must be complete: those that were taken, and those without an answer of which there is any trace. */
function owedNumbers({ answers, found, groups, events, history }: Evidence): number[] {
  const traced = new Set<number>([
    ...found.map((line) => Number(line.split(' ', 1)[0])),
    ...[...groups, ...history].map((line) => Number(line.slice(1).split(' ', 1)[0])),
    ...events.map((line) => Number(/\+(\d+)[^ ]*$/.exec(line)?.[1])),
  ]);
  return [...answers]
    .filter(([number, answer]) => answer === 'accepted' || (answer === 'unanswered' && traced.has(number)))
    .map(([number]) => number);
}

function recipientsOf(number: number, { operated, events }: Evidence): readonly PlannedRecipient[] {
  const { recipients } = planned(number);
  const word = operated.get(number);
  if (word === undefined) return recipients;
  const changed = recipients.map((recipient) => afterOperation(recipient, word.operation));
  const isHeard =
    word.isAnswered || changed.some(({ address, outcomes: [one] }) => events.includes(`${one} ${address}`));
  return isHeard ? changed : recipients;
}

/** What the history may say at last: of an alias that was expanded, what became of a target. */
function lastStates({ outcomes }: PlannedRecipient): readonly string[] {
  const last = outcomes.filter((outcome) => outcome !== 'expanded');
  return last.length > 0 ? last : outcomes;
}

/** Each message and recipient once, whatever states are possible. */
function withoutState(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/ \S+ /, ' '));
}
