import { NOT_MADE, type CheckResult } from './card.ts';
import type { Seen } from './delivery.ts';
import { contentResults } from './report-content-checks.ts';

/** Id, clause, title, the trial that shows it, and the action that is owed. */
type Row = readonly [
  id: string,
  clause: string,
  title: string,
  trial: string,
  action: 'failed' | 'relayed' | undefined,
];

const ROWS: readonly Row[] = [
  ['report-failure', 'RFC 3461 §5.2.6(a)', 'NOTIFY=FAILURE brings a failed report', 'failure', 'failed'],
  ['report-absent', 'RFC 3461 §5.2.6(c)', 'without NOTIFY a failure is reported', 'absent', 'failed'],
  [
    'report-relayed',
    'RFC 3461 §5.2.2(b)',
    'SUCCESS and a next hop without DSN bring a relayed report',
    'relayed',
    'relayed',
  ],
  ['report-never', 'RFC 3461 §5.2.6(b)', 'NOTIFY=NEVER brings no report', 'never', undefined],
  ['report-unasked', 'RFC 3461 §5.2.6(b)', 'NOTIFY without FAILURE brings no failed report', 'unasked', undefined],
  ['report-by-next-hop', 'RFC 3461 §5.2.1', 'a next hop with DSN reports, not this server', 'whole', undefined],
  ['report-silent', 'RFC 3461 §5.2.2(b)', 'without SUCCESS nothing is reported on relaying', 'silent', undefined],
  ['report-plain-never', 'RFC 3461 §5.2.2(d)', 'NOTIFY=NEVER brings no relayed report', 'plain-never', undefined],
];

/** RFC 3461 §5.2.2, §5.2.6, §6: which reports come, and what they say. */
export function reportResults(of: (name: string) => Seen): CheckResult[] {
  const owed = ROWS.map(([id, clause, title, trial, action]): CheckResult => {
    const check = { id, group: 'reports', clause, level: 'MUST', title } as const;
    const { made, reports } = of(trial);
    if (!made) return { ...check, ...NOT_MADE };
    const actions = reports.flatMap(({ summary }) => summary.recipients.map((one) => one.action ?? 'none'));
    const right =
      action === undefined ? reports.length === 0 : reports.length === 1 && actions.every((one) => one === action);
    const detail = reports.length === 0 ? 'no report came in time' : actions.join(', ');
    return { ...check, result: right ? 'pass' : 'fail', detail, transcript: [] };
  });
  return [...owed, ...contentResults(of)];
}
