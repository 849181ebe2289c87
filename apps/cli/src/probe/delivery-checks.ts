import type { EsmtpParameter } from '@dsnkit/esmtp-parameters';
import type { ReceivedMessage } from '../wire/listener.ts';
import type { CheckResult } from './card.ts';
import { DECODED_ORCPT, ORCPT, type ReceivedReport, type Seen } from './delivery.ts';

type Verdict = Pick<CheckResult, 'result' | 'detail'>;

/** Judges what came out of the server: messages at the next hop, reports at the sender. */
export function deliveryResults(seen: ReadonlyMap<string, Seen>, sender: string): readonly CheckResult[] {
  const of = (name: string): Seen => seen.get(name) ?? { envid: '', forwardPath: '', relayed: undefined, reports: [] };
  return [...relayResults(of), ...reportResults(of, sender)];
}

type Of = (name: string) => Seen;

/** RFC 3461 §5.2.1, §5.2.2(a): what the next hop is told. */
function relayResults(of: Of): CheckResult[] {
  const whole = of('whole');
  const bare = of('bare');
  const relayed = of('relayed');
  return [
    relay('relay-envid', 'RFC 3461 §5.2.1(a)', 'ENVID goes on unchanged', whole, (message) =>
      same(message.mailParameters, 'ENVID', whole.envid),
    ),
    relay('relay-ret', 'RFC 3461 §5.2.1(b)', 'RET goes on unchanged', whole, (message) =>
      same(message.mailParameters, 'RET', 'HDRS'),
    ),
    relay('relay-notify', 'RFC 3461 §5.2.1(c)', 'NOTIFY goes on unchanged', whole, (message) =>
      sameNotify(rcptParameters(message, whole)),
    ),
    relay('relay-orcpt', 'RFC 3461 §5.2.1(d)', 'ORCPT goes on to the letter', whole, (message) =>
      same(rcptParameters(message, whole), 'ORCPT', ORCPT),
    ),
    relay('relay-nothing-invented', 'RFC 3461 §5.2.1', 'no ENVID, RET or NOTIFY is invented', bare, (message) =>
      absent([...message.mailParameters, ...rcptParameters(message, bare)], ['ENVID', 'RET', 'NOTIFY']),
    ),
    relay('relay-plain', 'RFC 3461 §5.2.2(a)', 'a next hop without DSN is sent none of it', relayed, (message) =>
      absent([...message.mailParameters, ...rcptParameters(message, relayed)], ['ENVID', 'RET', 'NOTIFY', 'ORCPT']),
    ),
  ];
}

function relay(
  id: string,
  clause: string,
  title: string,
  { relayed }: Seen,
  judge: (message: ReceivedMessage) => Verdict,
): CheckResult {
  const check = { id, group: 'relay', clause, level: 'MUST', title } as const;
  if (relayed === undefined)
    return { ...check, result: 'skip', detail: 'the message did not come to the next hop in time', transcript: [] };
  const transcript = [relayed.mail, ...relayed.recipients.map(({ raw }) => raw)].map((text) => `S: ${text}`);
  return { ...check, ...judge(relayed), transcript };
}

function rcptParameters({ recipients }: ReceivedMessage, { forwardPath }: Seen): readonly EsmtpParameter[] {
  return recipients.find((one) => one.forwardPath === forwardPath)?.parameters ?? [];
}

function same(parameters: readonly EsmtpParameter[], keyword: string, value: string): Verdict {
  const found = parameters.find((one) => one.keyword.toUpperCase() === keyword);
  if (found === undefined) return { result: 'fail', detail: `${keyword} is missing` };
  return { result: found.value === value ? 'pass' : 'fail', detail: `${keyword}=${found.value ?? ''}` };
}

/** The value is a list: its order may change, what it says may not. */
function sameNotify(parameters: readonly EsmtpParameter[]): Verdict {
  const value = parameters.find(({ keyword }) => keyword.toUpperCase() === 'NOTIFY')?.value;
  if (value === undefined) return { result: 'fail', detail: 'NOTIFY is missing' };
  const said = value.toUpperCase().split(',').sort().join(',');
  return { result: said === 'FAILURE,SUCCESS' ? 'pass' : 'fail', detail: `NOTIFY=${value}` };
}

function absent(parameters: readonly EsmtpParameter[], keywords: readonly string[]): Verdict {
  const found = parameters.filter(({ keyword }) => keywords.includes(keyword.toUpperCase()));
  if (found.length === 0) return { result: 'pass', detail: 'none' };
  return { result: 'fail', detail: found.map(({ keyword, value }) => `${keyword}=${value ?? ''}`).join(' ') };
}

/** RFC 3461 §5.2.2, §5.2.6, §6: which reports come, and what they say. */
function reportResults(of: Of, sender: string): CheckResult[] {
  return [
    due('report-failure', 'RFC 3461 §5.2.6(a)', 'NOTIFY=FAILURE brings a failed report', of('failure'), 'failed'),
    due('report-absent', 'RFC 3461 §5.2.6(c)', 'without NOTIFY a failure is reported', of('absent'), 'failed'),
    due(
      'report-relayed',
      'RFC 3461 §5.2.2(b)',
      'SUCCESS and a next hop without DSN bring a relayed report',
      of('relayed'),
      'relayed',
    ),
    none('report-never', 'RFC 3461 §5.2.6(b)', 'NOTIFY=NEVER brings no report', of('never')),
    none('report-unasked', 'RFC 3461 §5.2.6(b)', 'NOTIFY without FAILURE brings no failed report', of('unasked')),
    none('report-by-next-hop', 'RFC 3461 §5.2.1', 'a next hop with DSN reports, not this server', of('whole')),
    none('report-silent', 'RFC 3461 §5.2.2(b)', 'without SUCCESS nothing is reported on relaying', of('silent')),
    none('report-plain-never', 'RFC 3461 §5.2.2(d)', 'NOTIFY=NEVER brings no relayed report', of('plain-never')),
    ...contentResults(of, sender),
  ];
}

function contentResults(of: Of, sender: string): CheckResult[] {
  const failure = of('failure');
  const said = (name: string, expected: string): ((report: ReceivedReport) => Verdict) => {
    return ({ summary }) => {
      const text = JSON.stringify(summary);
      return {
        result: text.includes(JSON.stringify(expected)) ? 'pass' : 'fail',
        detail: text.includes(JSON.stringify(expected)) ? expected : `${name} is not ${expected}`,
      };
    };
  };
  return [
    about(
      'report-from-null',
      'RFC 3461 §6.1',
      'MUST',
      'a report comes from the null reverse-path',
      failure,
      ({ message }) => ({ result: message.reversePath === '' ? 'pass' : 'fail', detail: message.mail }),
    ),
    about(
      'report-to-sender',
      'RFC 3461 §6.1',
      'MUST',
      'a report goes to the reverse-path of the message',
      failure,
      ({ message }) => {
        const paths = message.recipients.map(({ forwardPath }) => forwardPath);
        return {
          result: paths.every((path) => path.toLowerCase() === sender.toLowerCase()) ? 'pass' : 'fail',
          detail: paths.join(', '),
        };
      },
    ),
    about(
      'report-own-parameters',
      'RFC 3461 §6.1',
      'MUST',
      'a report is sent without RET, and with NOTIFY=NEVER at most',
      failure,
      ownParameters,
    ),
    about(
      'report-envid',
      'RFC 3461 §6.3(a)',
      'MUST',
      'Original-Envelope-Id is the ENVID',
      failure,
      said('Original-Envelope-Id', failure.envid),
    ),
    about(
      'report-no-envid',
      'RFC 3461 §6.3(a)',
      'MUST',
      'no Original-Envelope-Id without ENVID',
      of('absent'),
      ({ summary }) => nothing(summary.report?.originalEnvelopeId),
    ),
    about(
      'report-orcpt',
      'RFC 3461 §6.3(d)',
      'MUST',
      'Original-Recipient is the decoded ORCPT',
      failure,
      ({ summary }) => {
        const value = summary.recipients[0]?.originalRecipient?.value;
        return { result: value === DECODED_ORCPT ? 'pass' : 'fail', detail: value ?? 'none' };
      },
    ),
    about(
      'report-no-orcpt',
      'RFC 3461 §6.3(d)',
      'MUST',
      'no Original-Recipient without ORCPT',
      of('absent'),
      ({ summary }) => nothing(summary.recipients[0]?.originalRecipient?.value),
    ),
    about(
      'report-final-recipient',
      'RFC 3461 §6.3(e)',
      'MUST',
      'Final-Recipient is the address of RCPT',
      failure,
      ({ summary }) => {
        const value = summary.recipients[0]?.finalRecipient?.value;
        return {
          result: value?.toLowerCase() === failure.forwardPath.toLowerCase() ? 'pass' : 'fail',
          detail: value ?? 'none',
        };
      },
    ),
    about(
      'report-remote-mta',
      'RFC 3461 §6.3(h)',
      'MUST',
      'Remote-MTA names the next hop, under type dns',
      failure,
      ({ summary }) => {
        const mta = summary.recipients[0]?.remoteMta;
        return {
          result: mta?.type === 'dns' ? 'pass' : 'fail',
          detail: mta == null ? 'none' : `${mta.type}; ${mta.value}`,
        };
      },
    ),
    about(
      'report-diagnostic',
      'RFC 3461 §6.3(i)',
      'MUST',
      'Diagnostic-Code has the reply of the next hop, under type smtp',
      failure,
      ({ summary }) => {
        const diagnostic = summary.recipients[0]?.diagnostic;
        const right =
          diagnostic?.type === 'smtp' && diagnostic.value.startsWith('550 5.1.1 no such mailbox at the probe');
        return {
          result: right ? 'pass' : 'fail',
          detail: diagnostic == null ? 'none' : `${diagnostic.type}; ${diagnostic.value}`,
        };
      },
    ),
    about('report-full', 'RFC 3461 §6.2', 'SHOULD', 'RET=FULL brings the whole message back', failure, ({ checked }) =>
      returned(checked.report?.returned?.kind, 'message'),
    ),
    about(
      'report-headers',
      'RFC 3461 §4.3',
      'SHOULD',
      'RET=HDRS brings the header back',
      of('headers'),
      ({ checked }) => returned(checked.report?.returned?.kind, 'headers'),
    ),
    about(
      'report-success-headers',
      'RFC 3461 §4.3',
      'SHOULD',
      'a report without failure brings the header back',
      of('relayed'),
      ({ checked }) => returned(checked.report?.returned?.kind, 'headers'),
    ),
    ...['failure', 'absent', 'relayed'].map((name) =>
      about(`report-lint-${name}`, 'RFC 3464 §2', 'MUST', `the report on "${name}" is well formed`, of(name), linted),
    ),
  ];
}

function due(id: string, clause: string, title: string, { reports }: Seen, action: string): CheckResult {
  const check = { id, group: 'reports', clause, level: 'MUST', title, transcript: [] } as const;
  const actions = reports.flatMap(({ summary }) => summary.recipients.map((one) => one.action ?? 'none'));
  if (reports.length === 1 && actions.every((one) => one === action))
    return { ...check, result: 'pass', detail: action };
  return { ...check, result: 'fail', detail: reports.length === 0 ? 'no report came in time' : actions.join(', ') };
}

function none(id: string, clause: string, title: string, { reports }: Seen): CheckResult {
  const check = { id, group: 'reports', clause, level: 'MUST', title, transcript: [] } as const;
  const actions = reports.flatMap(({ summary }) => summary.recipients.map((one) => one.action ?? 'none'));
  return {
    ...check,
    result: reports.length === 0 ? 'pass' : 'fail',
    detail: actions.length === 0 ? 'none came' : actions.join(', '),
  };
}

function about(
  id: string,
  clause: string,
  level: CheckResult['level'],
  title: string,
  { reports }: Seen,
  judge: (report: ReceivedReport) => Verdict,
): CheckResult {
  const [report] = reports;
  const check = { id, group: 'reports', clause, level, title } as const;
  if (report === undefined) return { ...check, result: 'skip', detail: 'no report came in time', transcript: [] };
  const { result, detail } = judge(report);
  const fields = Buffer.from(report.checked.report?.machineReadable?.octets ?? '').toString();
  const { mail, recipients } = report.message;
  const transcript = [mail, ...recipients.map(({ raw }) => raw), ...fields.split(/\r?\n/)].map((text) => `S: ${text}`);
  return { ...check, result: result === 'fail' && level !== 'MUST' ? 'note' : result, detail, transcript };
}

function ownParameters({ message }: ReceivedReport): Verdict {
  const ret = message.mailParameters.some(({ keyword }) => keyword.toUpperCase() === 'RET');
  const notify = message.recipients
    .flatMap(({ parameters }) => parameters)
    .find(({ keyword }) => keyword.toUpperCase() === 'NOTIFY');
  const right = !ret && (notify === undefined || notify.value?.toUpperCase() === 'NEVER');
  return {
    result: right ? 'pass' : 'fail',
    detail: [message.mail, ...message.recipients.map(({ raw }) => raw)].join('; '),
  };
}

function nothing(value: string | null | undefined): Verdict {
  return { result: value == null ? 'pass' : 'fail', detail: value ?? 'none' };
}

function returned(kind: string | undefined, expected: string): Verdict {
  return { result: kind === expected ? 'pass' : 'fail', detail: kind ?? 'nothing is returned' };
}

function linted({ checked }: ReceivedReport): Verdict {
  const errors = checked.findings.filter(({ level }) => level === 'error');
  if (errors.length === 0) return { result: 'pass', detail: 'no errors' };
  return {
    result: 'fail',
    detail: errors.map(({ field, message, clause }) => `${field ?? ''} ${message} (${clause})`.trim()).join('; '),
  };
}
