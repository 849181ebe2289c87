import { NOT_MADE, type CheckResult, type Verdict } from './card.ts';
import { DECODED_ORCPT, type ReceivedReport, type Seen } from './delivery.ts';

/** Id, clause, level, title, the trial whose report shows it, and how the report is judged. */
type Row = readonly [
  id: string,
  clause: string,
  level: CheckResult['level'],
  title: string,
  trial: string,
  judge: (report: ReceivedReport, seen: Seen) => Verdict,
];

const ROWS: readonly Row[] = [
  ['report-from-null', 'RFC 3461 §6.1', 'MUST', 'a report comes from the null reverse-path', 'failure', ({ message }) => verdict(message.reversePath === '', message.mail)],
  ['report-to-sender', 'RFC 3461 §6.1', 'MUST', 'a report goes to the reverse-path of the message', 'failure', toSender],
  ['report-own-parameters', 'RFC 3461 §6.1', 'MUST', 'a report is sent without RET, and with NOTIFY=NEVER at most', 'failure', ownParameters],
  ['report-envid', 'RFC 3461 §6.3(a)', 'MUST', 'Original-Envelope-Id is the ENVID', 'failure', ({ summary }, { envid }) => is(summary.report?.originalEnvelopeId, envid)],
  ['report-no-envid', 'RFC 3461 §6.3(a)', 'MUST', 'no Original-Envelope-Id without ENVID', 'absent', ({ summary }) => isNone(summary.report?.originalEnvelopeId)],
  ['report-orcpt', 'RFC 3461 §6.3(d)', 'MUST', 'Original-Recipient is the decoded ORCPT', 'failure', ({ summary }) => is(summary.recipients[0]?.originalRecipient?.value, DECODED_ORCPT)],
  ['report-no-orcpt', 'RFC 3461 §6.3(d)', 'MUST', 'no Original-Recipient without ORCPT', 'absent', ({ summary }) => isNone(summary.recipients[0]?.originalRecipient?.value)],
  ['report-final-recipient', 'RFC 3461 §6.3(e)', 'MUST', 'Final-Recipient is the address of RCPT', 'failure', ({ summary }, { forwardPath }) => is(summary.recipients[0]?.finalRecipient?.value.toLowerCase(), forwardPath.toLowerCase())],
  ['report-remote-mta', 'RFC 3461 §6.3(h)', 'MUST', 'Remote-MTA names the next hop, under type dns', 'failure', remoteMta],
  ['report-diagnostic', 'RFC 3461 §6.3(i)', 'MUST', 'Diagnostic-Code has the reply of the next hop, under type smtp', 'failure', diagnostic],
  ['report-full', 'RFC 3461 §6.2', 'SHOULD', 'RET=FULL brings the whole message back', 'failure', returns('message')],
  ['report-headers', 'RFC 3461 §4.3', 'SHOULD', 'RET=HDRS brings the header back', 'headers', returns('headers')],
  ['report-success-headers', 'RFC 3461 §4.3', 'SHOULD', 'a report without failure brings the header back', 'relayed', returns('headers')],
  ['report-lint-failure', 'RFC 3464 §2', 'MUST', 'the report on NOTIFY=FAILURE is well formed', 'failure', linted],
  ['report-lint-absent', 'RFC 3464 §2', 'MUST', 'the report on no parameters is well formed', 'absent', linted],
  ['report-lint-relayed', 'RFC 3464 §2', 'MUST', 'the report on relaying is well formed', 'relayed', linted],
]; // prettier-ignore

/** RFC 3461 §6: what the reports say. */
export function contentResults(of: (name: string) => Seen): CheckResult[] {
  return ROWS.map(([id, clause, level, title, trial, judge]) => {
    const check = { id, group: 'reports', clause, level, title } as const;
    const seen = of(trial);
    if (!seen.made) return { ...check, ...NOT_MADE };
    const [report] = seen.reports;
    if (report === undefined) return { ...check, result: 'skip', detail: 'no report came in time', transcript: [] };
    const { result, detail } = judge(report, seen);
    const graded = result === 'fail' && level !== 'MUST' ? 'note' : result;
    return { ...check, result: graded, detail, transcript: transcriptOf(report) };
  });
}

function transcriptOf({ message, checked }: ReceivedReport): string[] {
  const fields = Buffer.from(checked.report?.machineReadable?.octets ?? '').toString();
  const lines = [message.mail, ...message.recipients.map(({ raw }) => raw), ...fields.split(/\r?\n/)];
  return lines.map((text) => `S: ${text}`);
}

function verdict(right: boolean, detail: string): Verdict {
  return { result: right ? 'pass' : 'fail', detail };
}

function is(value: string | null | undefined, expected: string): Verdict {
  return verdict(value === expected, value ?? 'none');
}

function isNone(value: string | null | undefined): Verdict {
  return verdict(value == null, value ?? 'none');
}

function toSender({ message }: ReceivedReport, { sender }: Seen): Verdict {
  const paths = message.recipients.map(({ forwardPath }) => forwardPath);
  return verdict(
    paths.every((path) => path.toLowerCase() === sender.toLowerCase()),
    paths.join(', '),
  );
}

function ownParameters({ message }: ReceivedReport): Verdict {
  const ret = message.mailParameters.some(({ keyword }) => keyword.toUpperCase() === 'RET');
  const notify = message.recipients
    .flatMap(({ parameters }) => parameters)
    .find(({ keyword }) => keyword.toUpperCase() === 'NOTIFY');
  const right = !ret && (notify === undefined || notify.value?.toUpperCase() === 'NEVER');
  return verdict(right, [message.mail, ...message.recipients.map(({ raw }) => raw)].join('; '));
}

function remoteMta({ summary }: ReceivedReport): Verdict {
  const mta = summary.recipients[0]?.remoteMta;
  return verdict(mta?.type === 'dns', mta == null ? 'none' : `${mta.type}; ${mta.value}`);
}

/** The field itself: `summary` would do with the reply in words beside it. */
function diagnostic({ checked }: ReceivedReport): Verdict {
  const code = checked.report?.deliveryStatus?.recipients[0]?.diagnosticCode;
  const right = code?.type === 'smtp' && code.value.startsWith('550 5.1.1 no such mailbox at the probe');
  return verdict(right, code === undefined ? 'none' : `${code.type}; ${code.value}`);
}

function returns(kind: 'message' | 'headers'): (report: ReceivedReport) => Verdict {
  return ({ checked }) => is(checked.report?.returned?.kind, kind);
}

function linted({ checked }: ReceivedReport): Verdict {
  const errors = checked.findings.filter(({ level }) => level === 'error');
  if (errors.length === 0) return verdict(true, 'no errors');
  const told = errors.map(({ field, message, clause }) => `${field ?? ''} ${message} (${clause})`.trim());
  return verdict(false, told.join('; '));
}
