import type { EsmtpParameter } from '@dsnkit/esmtp-parameters';
import type { ReceivedMessage } from '../wire/listener.ts';
import type { CheckResult, Verdict } from './card.ts';
import { ORCPT, type Seen } from './delivery.ts';
import { NOT_MADE } from './card.ts';

/** Id, clause, title, the trial that shows it, and how the message at the next hop is judged. */
type Row = readonly [
  id: string,
  clause: string,
  title: string,
  trial: string,
  judge: (message: ReceivedMessage, seen: Seen) => Verdict,
];

const DSN_KEYWORDS = ['ENVID', 'RET', 'NOTIFY', 'ORCPT'];

const ROWS: readonly Row[] = [
  ['relay-envid', 'RFC 3461 §5.2.1(a)', 'ENVID goes on unchanged', 'whole', (message, seen) => same(message.mailParameters, 'ENVID', seen.envid)],
  ['relay-ret', 'RFC 3461 §5.2.1(b)', 'RET goes on unchanged', 'whole', (message) => same(message.mailParameters, 'RET', 'HDRS')],
  ['relay-notify', 'RFC 3461 §5.2.1(c)', 'NOTIFY goes on unchanged', 'whole', (message, seen) => sameNotify(rcptParameters(message, seen))],
  ['relay-orcpt', 'RFC 3461 §5.2.1(d)', 'ORCPT goes on to the letter', 'whole', (message, seen) => same(rcptParameters(message, seen), 'ORCPT', ORCPT)],
  ['relay-nothing-invented', 'RFC 3461 §5.2.1', 'no ENVID, RET or NOTIFY is invented', 'bare', (message, seen) => absent(all(message, seen), ['ENVID', 'RET', 'NOTIFY'])],
  ['relay-plain', 'RFC 3461 §5.2.2(a)', 'a next hop without DSN is sent none of it', 'relayed', (message, seen) => absent(all(message, seen), DSN_KEYWORDS)],
]; // prettier-ignore

/** RFC 3461 §5.2.1, §5.2.2(a): what the next hop is told. */
export function relayResults(of: (name: string) => Seen): CheckResult[] {
  return ROWS.map(([id, clause, title, trial, judge]) => {
    const check = { id, group: 'relay', clause, level: 'MUST', title } as const;
    const seen = of(trial);
    const { made, relayed } = seen;
    if (!made) return { ...check, ...NOT_MADE };
    if (relayed === undefined)
      return { ...check, result: 'skip', detail: 'the message did not come to the next hop in time', transcript: [] };
    const transcript = [relayed.mail, ...relayed.recipients.map(({ raw }) => raw)].map((text) => `S: ${text}`);
    return { ...check, ...judge(relayed, seen), transcript };
  });
}

function rcptParameters({ recipients }: ReceivedMessage, { forwardPath }: Seen): readonly EsmtpParameter[] {
  return recipients.find((one) => one.forwardPath === forwardPath)?.parameters ?? [];
}

function all(message: ReceivedMessage, seen: Seen): readonly EsmtpParameter[] {
  return [...message.mailParameters, ...rcptParameters(message, seen)];
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
