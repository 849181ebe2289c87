import type { ParsedReport } from '@dsnkit/multipart-report';
import type { Finding } from './finding.ts';

/** A clause that a report is checked against. */
export interface ClauseResult {
  readonly clause: string;
  readonly requirement: string;
  /** `absent`: the report does not hold what the clause speaks of. */
  readonly result: 'ok' | 'note' | 'error' | 'absent';
  readonly findings: readonly Finding[];
}

/** Every clause that was looked at, in the order of the list, and whatever else was found. */
export function clauseCard(report: ParsedReport, findings: readonly Finding[]): readonly ClauseResult[] {
  const listed = CLAUSES.map(([clause, requirement, field]): ClauseResult => {
    const own = findings.filter((finding) => finding.clause === clause);
    const absent = own.length === 0 && field !== undefined && !holds(report, field);
    return { clause, requirement, result: absent ? 'absent' : verdict(own), findings: own };
  });
  const known = new Set(CLAUSES.map(([clause]) => clause));
  const rest = findings.filter(({ clause }) => !known.has(clause));
  const others = [...new Set(rest.map(({ clause }) => clause))].map((clause): ClauseResult => {
    const own = rest.filter((finding) => finding.clause === clause);
    return { clause, requirement: own[0]?.message ?? '', result: verdict(own), findings: own };
  });
  return [...listed, ...others];
}

function verdict(findings: readonly Finding[]): 'ok' | 'note' | 'error' {
  if (findings.some(({ level }) => level === 'error')) return 'error';
  return findings.length > 0 ? 'note' : 'ok';
}

function holds({ deliveryStatus, returned }: ParsedReport, field: string): boolean {
  if (field === 'returned') return returned !== undefined;
  const groups: readonly object[] =
    deliveryStatus === undefined ? [] : [deliveryStatus.message, ...deliveryStatus.recipients];
  return groups.some((group) => field in group);
}

/** Clause, what it demands, and the field that it needs, if any. */
const CLAUSES: readonly (readonly [clause: string, requirement: string, field?: string])[] = [
  ['RFC 5322 §3.6', 'From and Date stand in the header, and no field too often'],
  ['RFC 2045 §4', 'the header says MIME-Version'],
  ['RFC 3461 §6.1', 'the report comes from the null reverse-path'],
  ['RFC 3834 §5', 'Auto-Submitted says that a program answers'],
  ['RFC 6522 §3', 'multipart/report with its report-type, and three parts in order'],
  ['RFC 6522 §4', 'what is returned bears the right label', 'returned'],
  ['RFC 3461 §6.2', 'without a failure only the header comes back', 'returned'],
  ['RFC 2046 §5.1.1', 'delimiters and blank lines part the parts'],
  ['RFC 3464 §2.1', 'the machine part is 7bit text in groups, one for the message, one for each recipient'],
  ['RFC 3464 §2.1.1', 'its lines are header fields, folded and commented as those are'],
  ['RFC 3464 §2.1.2', 'a registered type stands before each address, name and diagnostic'],
  ['RFC 3464 §2.2', 'fields of the message stand once, in its group'],
  ['RFC 3464 §2.2.1', 'Original-Envelope-Id is the decoded ENVID', 'originalEnvelopeId'],
  ['RFC 3464 §2.2.2', 'Reporting-MTA names the host that reports'],
  ['RFC 3464 §2.2.5', 'Arrival-Date is a date of RFC 5322', 'arrivalDate'],
  ['RFC 3464 §2.3', 'each recipient has a group of its own'],
  ['RFC 3464 §2.3.1', 'Original-Recipient is the address of ORCPT', 'originalRecipient'],
  ['RFC 3464 §2.3.2', 'Final-Recipient names each recipient'],
  ['RFC 3464 §2.3.3', 'Action is one of five words, and the status goes with it'],
  ['RFC 3464 §2.3.4', 'Status is an enhanced status code'],
  ['RFC 3463 §3', 'the code comes in the class that it is meant for'],
  ['RFC 3461 §6.3(g)', 'the code is registered'],
  ['RFC 3464 §2.3.5', 'Remote-MTA names the host that answered', 'remoteMta'],
  ['RFC 3464 §2.3.6', 'Diagnostic-Code stands beside the host whose words it has', 'diagnosticCode'],
  ['RFC 3461 §9.2', 'a diagnostic of type smtp is an SMTP reply', 'diagnosticCode'],
  ['RFC 3461 §9.3', 'a name of type dns means something elsewhere'],
  ['RFC 3464 §2.3.7', 'Last-Attempt-Date is a date of RFC 5322', 'lastAttemptDate'],
  ['RFC 3464 §2.3.9', 'Will-Retry-Until stands with delayed only', 'willRetryUntil'],
  ['RFC 3464 §2.4', 'fields that nobody registered begin with X-', 'extensions'],
  ['RFC 6533 §4.1', 'what goes beyond ASCII is of type utf-8, and diagnostics bear their language'],
];
