/** What a server announced: a `Set` of upper-case EHLO keywords, or a `Map` from them to their arguments. */
export interface Announced {
  has(keyword: string): boolean;
}

/** A parameter of MAIL or RCPT, as registered. */
export interface RegisteredParameter<K extends string = string> {
  readonly keyword: K;
  /** The EHLO keywords that allow it; one of them is enough. */
  readonly extensions: readonly string[];
}

/** Keywords of MAIL parameters. */
export type MailKeyword =
  | 'RET'
  | 'ENVID'
  | 'SIZE'
  | 'BODY'
  | 'SMTPUTF8'
  | 'AUTH'
  | 'REQUIRETLS'
  | 'MT-PRIORITY'
  | 'BY'
  | 'HOLDFOR'
  | 'HOLDUNTIL'
  | 'MTRK'
  | 'TRANSID'
  | 'SOLICIT'
  | 'CONPERM'
  | 'SUBMITTER';

/** Keywords of RCPT parameters. */
export type RcptKeyword = 'NOTIFY' | 'ORCPT' | 'RRVS' | 'CONNEG';

/**
 * Every parameter of MAIL in the IANA registry, save the abandoned ALT-ADDRESS of RFC 5336.
 *
 * ENVID and ORCPT come with MTRK too: that extension has to support them. RFC 3885 §2.
 *
 * @example
 * ```ts
 * MAIL_PARAMETERS.map(({ keyword }) => keyword); // ['RET', 'ENVID', 'SIZE', …]
 * ```
 */
export const MAIL_PARAMETERS: readonly RegisteredParameter<MailKeyword>[] = [
  { keyword: 'RET', extensions: ['DSN'] }, // RFC 3461 §4.3
  { keyword: 'ENVID', extensions: ['DSN', 'MTRK'] }, // RFC 3461 §4.4
  { keyword: 'SIZE', extensions: ['SIZE'] }, // RFC 1870 §3
  { keyword: 'BODY', extensions: ['8BITMIME', 'BINARYMIME'] }, // RFC 6152 §2
  { keyword: 'SMTPUTF8', extensions: ['SMTPUTF8'] }, // RFC 6531 §3.4
  { keyword: 'AUTH', extensions: ['AUTH'] }, // RFC 4954 §5
  { keyword: 'REQUIRETLS', extensions: ['REQUIRETLS'] }, // RFC 8689 §2
  { keyword: 'MT-PRIORITY', extensions: ['MT-PRIORITY'] }, // RFC 6710 §3
  { keyword: 'BY', extensions: ['DELIVERBY'] }, // RFC 2852 §4
  { keyword: 'HOLDFOR', extensions: ['FUTURERELEASE'] }, // RFC 4865 §3
  { keyword: 'HOLDUNTIL', extensions: ['FUTURERELEASE'] }, // RFC 4865 §3
  { keyword: 'MTRK', extensions: ['MTRK'] }, // RFC 3885 §3.1
  { keyword: 'TRANSID', extensions: ['CHECKPOINT'] }, // RFC 1845 §2
  { keyword: 'SOLICIT', extensions: ['NO-SOLICITING'] }, // RFC 3865 §2.3
  { keyword: 'CONPERM', extensions: ['CONPERM'] }, // RFC 4141 §4.1
  { keyword: 'SUBMITTER', extensions: ['SUBMITTER'] }, // RFC 4405 §4
];

/**
 * Every parameter of RCPT in the IANA registry, save the abandoned ALT-ADDRESS of RFC 5336.
 *
 * @example
 * ```ts
 * RCPT_PARAMETERS.map(({ keyword }) => keyword); // ['NOTIFY', 'ORCPT', 'RRVS', 'CONNEG']
 * ```
 */
export const RCPT_PARAMETERS: readonly RegisteredParameter<RcptKeyword>[] = [
  { keyword: 'NOTIFY', extensions: ['DSN'] }, // RFC 3461 §4.1
  { keyword: 'ORCPT', extensions: ['DSN', 'MTRK'] }, // RFC 3461 §4.2
  { keyword: 'RRVS', extensions: ['RRVS'] }, // RFC 7293 §3.1
  { keyword: 'CONNEG', extensions: ['CONNEG'] }, // RFC 4141 §5.1
];

/** EHLO keywords that bring no parameter of their own name: announcing them permits none. */
const WITHOUT_PARAMETER: ReadonlySet<string> = new Set(
  (
    'DSN 8BITMIME BINARYMIME CHUNKING PIPELINING ENHANCEDSTATUSCODES STARTTLS DELIVERBY FUTURERELEASE NO-SOLICITING ' +
    'CHECKPOINT BURL LIMITS ETRN ATRN VRFY EXPN HELP SEND SOML SAML TURN VERB ONEX UTF8SMTP XCLIENT XFORWARD'
  ).split(' '),
);

/** Whether a keyword outside the registry is allowed: a private extension that was announced under that very name. */
export function isPrivateExtension(keyword: string, announced: Announced): boolean {
  return announced.has(keyword) && !WITHOUT_PARAMETER.has(keyword);
}
