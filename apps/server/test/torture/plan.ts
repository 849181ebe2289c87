import { NOTIFY } from '../support/notify.ts';

/** What becomes of a recipient: its address says so to the hop, and the routes follow from its domain. */
export type Fate = 'ok' | 'dsn' | 'no' | 'late' | 'here';

const domains: Readonly<Record<Fate, string>> = {
  ok: 'hop.example',
  no: 'hop.example',
  late: 'hop.example',
  dsn: 'dsn.example',
  here: 'here.example',
};

/** A message with one recipient goes straight to delivery; one for all of them rests in the store first. */
const companies: readonly (readonly Fate[])[] = [
  ['ok'],
  ['no'],
  ['here'],
  ['dsn'],
  ['late'],
  ['ok', 'no', 'here', 'dsn', 'late'],
];

/** A message of the torture: its number says all about it. */
export interface Planned {
  readonly sender: string;
  readonly mail: string;
  readonly rcpt: readonly string[];
  /** Addresses that the hop must have heard of. */
  readonly relayed: readonly string[];
  /** Addresses whose Maildir must have it. */
  readonly delivered: readonly string[];
  /** `action address` of every group that is owed to the sender. RFC 3461 §5.2 */
  readonly owed: readonly string[];
  /** What the sender may be told beside: that something came late, if it did. */
  readonly allowed: readonly string[];
}

/** The message of a number: every NOTIFY value meets every fate in 54 numbers. */
export function planned(number: number): Planned {
  const notify = NOTIFY[number % NOTIFY.length];
  const company = companies[Math.floor(number / NOTIFY.length) % companies.length] ?? [];
  const addresses = company.map((fate) => ({ fate, address: `${fate}+${number}@${domains[fate]}` }));
  const of = (...fates: readonly Fate[]) =>
    addresses.filter(({ fate }) => fates.includes(fate)).map(({ address }) => address);
  return {
    sender: `sender+${number}@sender.example`,
    mail: `MAIL FROM:<sender+${number}@sender.example> RET=HDRS ENVID=m${number}`,
    rcpt: addresses.map(({ address }) => `RCPT TO:<${address}>${notify === undefined ? '' : ` NOTIFY=${notify}`}`),
    relayed: of('ok', 'dsn'),
    delivered: of('here'),
    owed: addresses.flatMap(({ fate, address }) => actions(fate, notify).map((action) => `${action} ${address}`)),
    allowed: tellsDelay(notify) ? addresses.map(({ address }) => `delayed ${address}`) : [],
  };
}

/** The number within an address of the torture. */
export function numberOf(address: string): number | undefined {
  const digits = /^[a-z]+\+(\d+)@/i.exec(address)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** What the sender is told, by the words of RFC 3461 §5.2 alone. Without NOTIFY a delay is told, as this server does. */
export function actions(fate: Fate, notify: string | undefined): readonly string[] {
  const success = notify?.includes('SUCCESS') === true;
  const failure = notify === undefined || notify.includes('FAILURE');
  const delay = tellsDelay(notify);
  switch (fate) {
    case 'ok':
      return success ? ['relayed'] : [];
    case 'here':
      return success ? ['delivered'] : [];
    case 'no':
      return failure ? ['failed'] : [];
    case 'late':
      return [...(delay ? ['delayed'] : []), ...(failure ? ['failed'] : [])];
    case 'dsn':
      return [];
  }
}

/** Whether the sender is told of delays. RFC 3461 §5.2.5 */
export function tellsDelay(notify: string | undefined): boolean {
  return notify === undefined || notify.includes('DELAY');
}
