/** What a server announced: a `Set` of upper-case EHLO keywords, or a `Map` from them to their arguments. */
export interface Announced {
  has(keyword: string): boolean;
}

/** A parameter of MAIL or RCPT, as registered. */
export interface RegisteredParameter {
  readonly keyword: string;
  /** The EHLO keywords that allow it; one of them is enough. */
  readonly extensions: readonly string[];
  readonly clause: string;
}

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
export const MAIL_PARAMETERS = [
  { keyword: 'RET', extensions: ['DSN'], clause: 'RFC 3461 §4.3' },
  { keyword: 'ENVID', extensions: ['DSN', 'MTRK'], clause: 'RFC 3461 §4.4' },
  { keyword: 'SIZE', extensions: ['SIZE'], clause: 'RFC 1870 §3' },
  { keyword: 'BODY', extensions: ['8BITMIME', 'BINARYMIME'], clause: 'RFC 6152 §2' },
  { keyword: 'SMTPUTF8', extensions: ['SMTPUTF8'], clause: 'RFC 6531 §3.4' },
  { keyword: 'AUTH', extensions: ['AUTH'], clause: 'RFC 4954 §5' },
  { keyword: 'REQUIRETLS', extensions: ['REQUIRETLS'], clause: 'RFC 8689 §2' },
  { keyword: 'MT-PRIORITY', extensions: ['MT-PRIORITY'], clause: 'RFC 6710 §3' },
  { keyword: 'BY', extensions: ['DELIVERBY'], clause: 'RFC 2852 §4' },
  { keyword: 'HOLDFOR', extensions: ['FUTURERELEASE'], clause: 'RFC 4865 §3' },
  { keyword: 'HOLDUNTIL', extensions: ['FUTURERELEASE'], clause: 'RFC 4865 §3' },
  { keyword: 'MTRK', extensions: ['MTRK'], clause: 'RFC 3885 §3.1' },
  { keyword: 'TRANSID', extensions: ['CHECKPOINT'], clause: 'RFC 1845 §2' },
  { keyword: 'SOLICIT', extensions: ['NO-SOLICITING'], clause: 'RFC 3865 §2.3' },
  { keyword: 'CONPERM', extensions: ['CONPERM'], clause: 'RFC 4141 §4.1' },
  { keyword: 'SUBMITTER', extensions: ['SUBMITTER'], clause: 'RFC 4405 §4' },
] as const satisfies readonly RegisteredParameter[];

/**
 * Every parameter of RCPT in the IANA registry, save the abandoned ALT-ADDRESS of RFC 5336.
 *
 * @example
 * ```ts
 * RCPT_PARAMETERS.map(({ keyword }) => keyword); // ['NOTIFY', 'ORCPT', 'RRVS', 'CONNEG']
 * ```
 */
export const RCPT_PARAMETERS = [
  { keyword: 'NOTIFY', extensions: ['DSN'], clause: 'RFC 3461 §4.1' },
  { keyword: 'ORCPT', extensions: ['DSN', 'MTRK'], clause: 'RFC 3461 §4.2' },
  { keyword: 'RRVS', extensions: ['RRVS'], clause: 'RFC 7293 §3.1' },
  { keyword: 'CONNEG', extensions: ['CONNEG'], clause: 'RFC 4141 §5.1' },
] as const satisfies readonly RegisteredParameter[];

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
