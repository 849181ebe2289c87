import { encodeUtf8AddrUnitext, encodeXtext } from '@dsnkit/xtext';
import { NOTIFY } from '../support/notify.ts';
import { actions, tellsDelay, type Fate as Told } from '../torture/plan.ts';

/** What becomes of a recipient for good, as events and the history name it. */
export type Outcome = 'delivered' | 'relayed' | 'expanded' | 'failed' | 'expired' | 'bounced' | 'dropped';

/** Where content comes to rest outside of the server. */
export type Place = 'hop' | 'dsn' | 'defer' | 'stall' | 'lmtp' | 'here';

interface Fate {
  readonly local: string;
  readonly domain: string;
  /** All final events of the recipient; of what an alias stands for, too. */
  readonly outcomes: readonly Outcome[];
  /** What senders are told of it: as of a fate of the torture, or that it was expanded. */
  readonly told: Told | 'expanded';
  /** Where it must be found; `address` where that is another one than the sender's. */
  readonly at?: readonly { readonly place: Place; readonly address?: string }[];
  /** Its hop takes so long to fail that the first attempt may outlast the message: a delay may never be told. */
  readonly isSlow?: true;
}

const member = 'ok@hop.example';
const box = 'box@lmtp.example';

const fates = {
  ok: { local: 'ok', domain: 'hop.example', outcomes: ['relayed'], told: 'ok', at: [{ place: 'hop' }] },
  dsn: { local: 'ok', domain: 'dsn.example', outcomes: ['relayed'], told: 'dsn', at: [{ place: 'dsn' }] },
  no: { local: 'no', domain: 'refuse.example', outcomes: ['failed'], told: 'no' },
  late: { local: 'late', domain: 'defer.example', outcomes: ['expired'], told: 'late' },
  defer: { local: 'twice', domain: 'defer.example', outcomes: ['relayed'], told: 'ok', at: [{ place: 'defer' }] },
  stall: { local: 'slow', domain: 'stall.example', outcomes: ['relayed'], told: 'ok', at: [{ place: 'stall' }] },
  deaf: { local: 'deaf', domain: 'deaf.example', outcomes: ['expired'], told: 'late', isSlow: true },
  here: { local: 'here', domain: 'here.example', outcomes: ['delivered'], told: 'here', at: [{ place: 'here' }] },
  lmtp: { local: 'box', domain: 'lmtp.example', outcomes: ['delivered'], told: 'here', at: [{ place: 'lmtp' }] },
  full: { local: 'full', domain: 'lmtp.example', outcomes: ['failed'], told: 'no' },
  simulated: { local: 'ok', domain: 'simulator.test', outcomes: ['delivered'], told: 'here' },
  unknown: { local: '5.1.1', domain: 'simulator.test', outcomes: ['failed'], told: 'no' },
  busy: { local: '4.2.1', domain: 'simulator.test', outcomes: ['expired'], told: 'late' },
  again: { local: 'defer-2', domain: 'simulator.test', outcomes: ['delivered'], told: 'here' },
  onward: { local: 'no-dsn', domain: 'simulator.test', outcomes: ['relayed'], told: 'ok' },
  // RFC 3461 §5.2.7.2: an alias of one stands for its target, and nothing else changes.
  alias: {
    ...{ local: 'one', domain: 'alias.example', outcomes: ['expanded', 'relayed'], told: 'ok' },
    at: [{ place: 'hop', address: member }],
  },
  // RFC 3461 §5.2.7.3(c): expanded, for those who want to hear of success.
  both: {
    ...{ local: 'two', domain: 'alias.example', outcomes: ['expanded', 'relayed', 'delivered'], told: 'expanded' },
    ...{
      at: [
        { place: 'hop', address: member },
        { place: 'lmtp', address: box },
      ],
    },
  },
  // RFC 3461 §5.2.7.1: senders are told that it was delivered to the list, whose copies are messages of their own.
  list: {
    ...{ local: 'news', domain: 'list.example', outcomes: ['expanded'], told: 'here' },
    at: [
      { place: 'hop', address: member },
      { place: 'here', address: 'here@here.example' },
    ],
  },
} as const satisfies Readonly<Record<string, Fate>>;
type FateName = keyof typeof fates;

/** Who goes together in one message. A message with one recipient goes straight to delivery; others rest first. */
const companies: readonly (readonly FateName[])[] = [
  ...(Object.keys(fates) as FateName[]).map((name) => [name]),
  ['late'],
  ['defer'],
  ['ok', 'here'],
  ['ok', 'dsn', 'here', 'lmtp'],
  ['no', 'unknown', 'full'],
  ['ok', 'no', 'here', 'dsn', 'lmtp', 'late', 'defer', 'again', 'onward', 'alias'],
];
/** Fates whose way takes addresses beyond ASCII. RFC 6531 */
const utf8Fates: ReadonlySet<string> = new Set<FateName>(['ok', 'dsn', 'here', 'lmtp']);

/** What an operator does about a message that waits. */
export type Operation = 'hold' | 'retry' | 'drop' | 'bounce';

/** A message of the soak: its number says all about it. */
export interface Planned {
  readonly number: number;
  readonly via: 'relay' | 'submission' | 'http';
  readonly sender: string;
  readonly envelopeId: string;
  readonly mail: string;
  readonly rcpt: readonly string[];
  readonly notify: (typeof NOTIFY)[number];
  readonly recipients: readonly PlannedRecipient[];
  readonly content: string;
  readonly operation?: Operation;
}

export interface PlannedRecipient {
  readonly address: string;
  /** ORCPT, not in xtext: reports name the recipient by it. */
  readonly original: string;
  readonly outcomes: readonly Outcome[];
  /** `PLACE ADDRESS`, for each place where it must be found once. */
  readonly found: readonly string[];
  /** Actions that are owed to the sender. RFC 3461 §5.2 */
  readonly owed: readonly string[];
  /** What the sender may be told beside: that it came late, if it did. */
  readonly allowed: readonly string[];
}

const LEAST_OCTETS = 500;
const GOLDEN = 0.618_033_988_749_895;

/** The message of a number: every NOTIFY value meets every company and every way in. */
export function planned(number: number): Planned {
  const notify = NOTIFY[number % NOTIFY.length];
  const names = companies[Math.floor(number / NOTIFY.length) % companies.length] ?? [];
  const isUtf8 = number % 7 === 3 && names.every((name) => utf8Fates.has(name));
  const via = number % 4 === 0 ? 'http' : number % 4 === 1 ? 'submission' : 'relay';
  // A list sends what comes from nobody to its owner alone.
  const sender = number % 23 === 5 && !names.includes('list') ? '' : `sender+${number}@sender.example`;
  const recipients = names.map((name) => recipientOf(fates[name], { number, notify, isUtf8, isTold: sender !== '' }));
  const envelopeId = `s${number}`;
  const operation = via === 'http' ? operationOf(number, names) : undefined;
  const suffix = notify === undefined ? '' : ` NOTIFY=${notify}`;
  const orcpt = (original: string) =>
    isUtf8 ? `utf-8;${encodeUtf8AddrUnitext(original)}` : `rfc822;${encodeXtext(original)}`;
  return {
    ...{ number, via, sender, envelopeId, notify, recipients },
    mail: `MAIL FROM:<${sender}> RET=${number % 5 === 0 ? 'FULL' : 'HDRS'} ENVID=${envelopeId}${isUtf8 ? ' SMTPUTF8 BODY=8BITMIME' : ''}`,
    rcpt: recipients.map(({ address, original }) => `RCPT TO:<${address}>${suffix} ORCPT=${orcpt(original)}`),
    content: contentOf(number, isUtf8),
    ...(operation === undefined ? {} : { operation }),
  };
}

/** The number of a message, from its content; undefined if that did not come as it was sent. */
export function numberIn(content: string): number | undefined {
  const number = Number(/^X-Soak: (\d+)\r?$/m.exec(content)?.[1] ?? NaN);
  return content.replaceAll('\r\n', '\n').endsWith(`\n\n${bodyOf(number)}`.replaceAll('\r\n', '\n'))
    ? number
    : undefined;
}

/** What an operator's last word makes of a recipient and its reports. */
export function afterOperation(recipient: PlannedRecipient, operation: 'drop' | 'bounce'): PlannedRecipient {
  const { owed, allowed } = recipient;
  return {
    ...recipient,
    outcomes: [operation === 'drop' ? 'dropped' : 'bounced'],
    owed: operation === 'drop' ? [] : owed.filter((action) => action === 'failed'),
    allowed: [...new Set([...allowed, ...owed.filter((action) => action === 'delayed')])],
  };
}

interface Circumstances {
  readonly number: number;
  readonly notify: (typeof NOTIFY)[number];
  readonly isUtf8: boolean;
  readonly isTold: boolean;
}

function recipientOf(fate: Fate, { number, notify, isUtf8, isTold }: Circumstances): PlannedRecipient {
  const { local, domain, outcomes, told, at = [], isSlow = false } = fate;
  const address = `${local}+${number}${isUtf8 ? 'é' : ''}@${domain}`;
  const success = notify?.includes('SUCCESS') === true;
  const all = told === 'expanded' ? (success ? ['expanded'] : []) : actions(told, notify);
  const owed = isTold ? all.filter((action) => !isSlow || action !== 'delayed') : [];
  return {
    ...{ address, original: address, outcomes, owed },
    found: at.map(({ place, address: other = address }) => `${place} ${other}`),
    allowed: isTold && tellsDelay(notify) && !owed.includes('delayed') ? ['delayed'] : [],
  };
}

function operationOf(number: number, names: readonly FateName[]): Operation | undefined {
  if (names.length > 1) return undefined;
  if (names[0] === 'defer') return 'hold';
  if (names[0] !== 'late') return undefined;
  return (['drop', 'bounce', 'retry'] as const)[(number / 4) % 3];
}

function contentOf(number: number, isUtf8: boolean): string {
  const subject = isUtf8 ? `Nummer ${number}: größer` : `Number ${number}`;
  return `X-Soak: ${number}\r\nSubject: ${subject}\r\nMessage-ID: <s${number}@sender.example>\r\n\r\n${bodyOf(number)}`;
}

/** 0.5 to 100 KiB, small ones most often. The line end of the last line is not part of it. */
function bodyOf(number: number): string {
  const octets = LEAST_OCTETS * 200 ** ((number * GOLDEN) % 1);
  return `${'All work and no play makes mail a dull thing.\r\n'.repeat(Math.ceil(octets / 47))}End of ${number}.\r\n`;
}
