import { SmtpError } from './error.ts';

/**
 * What a server offers in its reply to EHLO or LHLO. All absent: nothing.
 *
 * LMTP servers always offer PIPELINING and ENHANCEDSTATUSCODES (RFC 2033 §5). An extension that stands on another is announced only together with it: SMTPUTF8 with 8BITMIME (RFC 6531 §3.1),
 * BINARYMIME with CHUNKING (RFC 3030 §3). STARTTLS is announced only outside TLS (RFC 3207 §4.2), REQUIRETLS only
 * inside (RFC 8689 §2).
 */
export interface ServerExtensions {
  /** RFC 2920 §3.2. */
  readonly pipelining?: boolean;
  /** Also switches the codes in replies on, for HELO clients too. RFC 2034 §3, §4. */
  readonly enhancedStatusCodes?: boolean;
  /** RFC 6152 §2. */
  readonly eightBitMime?: boolean;
  /** Octets of content taken at most; 0 announces the keyword without a limit. RFC 1870 §3. */
  readonly size?: number;
  /** RFC 3461 §2. */
  readonly dsn?: boolean;
  /** RFC 6531 §3.1. */
  readonly smtputf8?: boolean;
  /** RFC 3030 §2. */
  readonly chunking?: boolean;
  /** RFC 3030 §3. */
  readonly binaryMime?: boolean;
  /** RFC 3207 §4. */
  readonly startTls?: boolean;
  /** SASL mechanisms. RFC 4954 §3. */
  readonly auth?: readonly string[];
  /** SASL mechanisms that are offered inside TLS only; asked for in the clear they get 538 5.7.11. RFC 4954 §4, §6. */
  readonly authInTls?: readonly string[];
  /** Outside TLS nothing but hello, STARTTLS, NOOP and QUIT is served: 530 5.7.0. RFC 3207 §4. */
  readonly tlsFirst?: boolean;
  /** RFC 8689 §2. */
  readonly requireTls?: boolean;
  /** The shortest by-time taken, in seconds; 0 announces none. RFC 2852 §2. */
  readonly deliverBy?: number;
  /** Name of the priority profile, '' for none. RFC 6710 §3. */
  readonly mtPriority?: string;
  /** Longest hold in seconds, latest hold as date-time. RFC 4865 §3. */
  readonly futureRelease?: { readonly maxInterval: number; readonly maxDateTime: string };
  /** RFC 7293 §3.1. */
  readonly rrvs?: boolean;
  /** RFC 9422 §3. */
  readonly limits?: Limits;
  /** Announced although the verbs always answer. RFC 5321 §4.1.1.1. */
  readonly vrfy?: boolean;
  readonly expn?: boolean;
  readonly help?: boolean;
  /** Attributes a trusted peer may give (Postfix XCLIENT); also enables the command. */
  readonly xclient?: readonly string[];
}

/** Transactions in a session, recipients in a transaction, domains among them. RFC 9422 §3. */
export interface Limits {
  readonly mailMax?: number;
  readonly rcptMax?: number;
  readonly rcptDomainMax?: number;
}

/** EHLO keywords in upper case with their parameters, in the order of announcement. Made once for each offer. */
export function announce(offer: ServerExtensions, secure: boolean): ReadonlyMap<string, string> {
  const made = secure ? ANNOUNCED_IN_TLS : ANNOUNCED;
  let keywords = made.get(offer);
  if (keywords === undefined) made.set(offer, (keywords = announceAnew(offer, secure)));
  return keywords;
}

const ANNOUNCED = new WeakMap<ServerExtensions, ReadonlyMap<string, string>>();
const ANNOUNCED_IN_TLS = new WeakMap<ServerExtensions, ReadonlyMap<string, string>>();

function announceAnew(offer: ServerExtensions, secure: boolean): ReadonlyMap<string, string> {
  const utf8 = offer.smtputf8 === true;
  const keywords = new Map<string, string>();
  const add = (offered: boolean, keyword: string, parameters = ''): void => {
    if (offered) keywords.set(keyword, parameters);
  };
  add(offer.pipelining === true, 'PIPELINING');
  add(offer.size !== undefined, 'SIZE', offer.size === 0 ? '0' : `${offer.size ?? ''}`);
  add(offer.vrfy === true, 'VRFY');
  add(offer.expn === true, 'EXPN');
  add(offer.startTls === true && !secure, 'STARTTLS');
  const auth = secure ? [...(offer.auth ?? []), ...(offer.authInTls ?? [])] : (offer.auth ?? []);
  add(auth.length > 0, 'AUTH', auth.join(' '));
  add(offer.enhancedStatusCodes === true, 'ENHANCEDSTATUSCODES');
  add(offer.eightBitMime === true || utf8, '8BITMIME');
  add(offer.dsn === true, 'DSN');
  add(utf8, 'SMTPUTF8');
  add(offer.chunking === true, 'CHUNKING');
  add(offer.binaryMime === true && offer.chunking === true, 'BINARYMIME');
  add(offer.requireTls === true && secure, 'REQUIRETLS');
  add(offer.deliverBy !== undefined, 'DELIVERBY', offer.deliverBy === 0 ? '' : `${offer.deliverBy ?? ''}`);
  add(offer.mtPriority !== undefined, 'MT-PRIORITY', offer.mtPriority);
  const hold = offer.futureRelease;
  add(hold !== undefined, 'FUTURERELEASE', hold && `${hold.maxInterval} ${hold.maxDateTime}`);
  add(offer.rrvs === true, 'RRVS');
  add(offer.limits !== undefined, 'LIMITS', offer.limits && formatLimits(offer.limits));
  add((offer.xclient ?? []).length > 0, 'XCLIENT', offer.xclient?.join(' '));
  add(offer.help === true, 'HELP');
  for (const [keyword, parameters] of keywords) assertLine(keyword, parameters);
  return keywords;
}

/**
 * The parameters of a LIMITS keyword; what is unknown or malformed is left out. RFC 9422 §3.
 *
 * @example
 * ```ts
 * readLimits('RCPTMAX=50 MAILMAX=x'); // { rcptMax: 50 }
 * ```
 */
export function readLimits(parameters: string): Limits {
  const limits: { -readonly [key in keyof Limits]: Limits[key] } = {};
  for (const parameter of parameters.split(' ')) {
    const [, name = '', digits] = /^([A-Za-z-]+)=([1-9]\d{0,5})$/.exec(parameter) ?? [];
    const key = LIMIT_NAMES.get(name.toUpperCase());
    if (key !== undefined) limits[key] = Number(digits);
  }
  return limits;
}

const LIMIT_NAMES: ReadonlyMap<string, keyof Limits> = new Map([
  ['MAILMAX', 'mailMax'],
  ['RCPTMAX', 'rcptMax'],
  ['RCPTDOMAINMAX', 'rcptDomainMax'],
]);

function formatLimits(limits: Limits): string {
  const parameters: string[] = [];
  for (const [name, key] of LIMIT_NAMES) if (limits[key] !== undefined) parameters.push(`${name}=${limits[key]}`);
  return parameters.join(' ');
}

function assertLine(keyword: string, parameters: string): void {
  if (/[^ -~]/.test(parameters))
    throw new SmtpError('bad-argument', `${keyword} can't be announced with ${JSON.stringify(parameters)}`);
}
