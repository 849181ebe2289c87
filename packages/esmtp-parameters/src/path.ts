import { ATEXT } from './atext.ts';
import { domainEnd } from './domain.ts';
import { EsmtpParameterError, type ReplyHint } from './error.ts';
import { utf8Units } from './parameter.ts';

/** A reverse-path or forward-path, as sent. RFC 5321 §4.1.2. */
export interface Path {
  readonly kind: 'null' | 'mailbox' | 'postmaster';
  /** Everything between `<` and `>`, as sent. */
  readonly wire: string;
  /** `local@domain` as sent, without a source route; `Postmaster` as sent; '' for the null path. */
  readonly address: string;
  /** As sent, quotes included. */
  readonly localPart: string;
  /** As sent, brackets of a literal included; '' if there is none. */
  readonly domain: string;
  /** The domains of a source route, which is to be ignored. RFC 5321 Appendix C. */
  readonly sourceRoute?: readonly string[];
}

/** Which command a path stands in; that decides about `<>`, `<Postmaster>` and the reply to an error. */
export type PathVerb = 'MAIL' | 'RCPT';

/**
 * Read a reverse-path. UTF-8 is in the grammar (RFC 6531 §3.3); commands check that SMTPUTF8 was given.
 *
 *     Reverse-path = Path / "<>"
 *     Path         = "<" [ A-d-l ":" ] Mailbox ">"
 *     A-d-l        = "@" Domain *( "," "@" Domain )
 *     Mailbox      = Local-part "@" ( Domain / address-literal )
 *     Local-part   = Dot-string / Quoted-string
 *
 * RFC 5321 §4.1.2.
 *
 * @throws {EsmtpParameterError} `bad-path`, reply 501 5.1.7
 *
 * @example
 * ```ts
 * parseReversePath('<"a b"@[192.0.2.1]>').localPart; // '"a b"'
 * ```
 */
export function parseReversePath(text: string): Path {
  return wholePath(text, 'MAIL');
}

/**
 * Read a forward-path; `<Postmaster>` needs no domain, `<>` is none. RFC 5321 §4.1.1.3, RFC 5321 §4.1.2.
 *
 * @throws {EsmtpParameterError} `bad-path`, reply 501 5.1.3
 *
 * @example
 * ```ts
 * parseForwardPath('<@relay.example:bob@example.org>').address; // 'bob@example.org'
 * ```
 */
export function parseForwardPath(text: string): Path {
  return wholePath(text, 'RCPT');
}

/**
 * Read a mailbox that stands without angle brackets. RFC 5321 §4.1.2, RFC 6531 §3.3.
 *
 * @throws {EsmtpParameterError} `bad-path`
 *
 * @example
 * ```ts
 * parseMailbox('bob@example.org').domain; // 'example.org'
 * ```
 */
export function parseMailbox(text: string): { readonly localPart: string; readonly domain: string } {
  const at = localPartEnd(text, 0, true);
  if (at <= 0 || text.charCodeAt(at) !== AT) throw badPath(text, Math.abs(at), 'RCPT', true);
  const end = domainEnd(text, at + 1, true);
  if (end !== text.length) throw badPath(text, Math.abs(end), 'RCPT', true);
  return { localPart: text.slice(0, at), domain: text.slice(at + 1) };
}

/**
 * Whether a text is a mailbox. RFC 5321 §4.1.2, RFC 6531 §3.3.
 *
 * @example
 * ```ts
 * isMailbox('bob@localhost'); // true
 * isMailbox('bob@under_score.example'); // false
 * ```
 */
export function isMailbox(text: string): boolean {
  const at = localPartEnd(text, 0, true);
  return at > 0 && text.charCodeAt(at) === AT && domainEnd(text, at + 1, true) === text.length;
}

/** The reply to a path that can't be taken. RFC 3463 §3.2 (X.1.7, X.1.3). */
export const PATH_REPLIES: Readonly<Record<PathVerb, ReplyHint>> = {
  MAIL: { code: 501, status: '5.1.7' },
  RCPT: { code: 501, status: '5.1.3' },
};

/** The reply to an address beyond ASCII in a transaction without SMTPUTF8. RFC 6531 §3.5. */
const UTF8_REPLIES: Readonly<Record<PathVerb, ReplyHint>> = {
  MAIL: { code: 550, status: '5.6.7' },
  RCPT: { code: 553, status: '5.6.7' },
};

function wholePath(text: string, verb: PathVerb): Path {
  const path = scanPath(text, 0, verb, true);
  const end = path.wire.length + 2;
  if (end !== text.length) throw badPath(text, end, verb, true);
  return path;
}

/** Read the path that begins at `start`, with UTF-8 only if `utf8`; it ends `wire.length + 2` later. */
export function scanPath(text: string, start: number, verb: PathVerb, utf8: boolean): Path {
  if (text.charCodeAt(start) !== LESS) throw badPath(text, start, verb, utf8);
  let local = start + 1;
  const first = text.charCodeAt(local);
  if (first === GREATER && verb === 'MAIL') return NULL_PATH;
  let sourceRoute: string[] | undefined;
  if (first === AT) {
    sourceRoute = [];
    local = routeEnd(text, local, sourceRoute, verb, utf8);
  }
  const at = localPartEnd(text, local, utf8);
  if (at <= local) throw badPath(text, Math.abs(at), verb, utf8);
  if (text.charCodeAt(at) !== AT) return barePostmaster(text, start + 1, at, verb, utf8);
  const end = domainEnd(text, at + 1, utf8);
  if (end < 0 || text.charCodeAt(end) !== GREATER) throw badPath(text, Math.abs(end), verb, utf8);
  const wire = text.slice(start + 1, end);
  const localPart = text.slice(local, at);
  const domain = text.slice(at + 1, end);
  if (sourceRoute === undefined) return { kind: 'mailbox', wire, address: wire, localPart, domain };
  return { kind: 'mailbox', wire, address: text.slice(local, end), localPart, domain, sourceRoute };
}

const AT = 0x40;
const QUOTE = 0x22;
const DOT = 0x2e;
const COLON = 0x3a;
const COMMA = 0x2c;
const LESS = 0x3c;
const GREATER = 0x3e;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;

const NULL_PATH: Path = Object.freeze({ kind: 'null', wire: '', address: '', localPart: '', domain: '' });

function badPath(text: string, offset: number, verb: PathVerb, utf8: boolean): EsmtpParameterError {
  if (!utf8 && utf8Units(text, offset) > 0)
    return new EsmtpParameterError('needs-smtputf8', offset, UTF8_REPLIES[verb]);
  return new EsmtpParameterError('bad-path', offset, PATH_REPLIES[verb]);
}

/** RFC 5321 §4.1.1.3: "<Postmaster>", in any letter case, stands for the host's own. */
function barePostmaster(text: string, start: number, end: number, verb: PathVerb, utf8: boolean): Path {
  const wire = text.slice(start, end);
  if (verb === 'MAIL' || text.charCodeAt(end) !== GREATER || wire.toLowerCase() !== 'postmaster')
    throw badPath(text, end, verb, utf8);
  return { kind: 'postmaster', wire, address: wire, localPart: wire, domain: '' };
}

/** Reads `@one,@two:` into `route` and gives the offset behind the colon. */
function routeEnd(text: string, start: number, route: string[], verb: PathVerb, utf8: boolean): number {
  for (let at = start; ;) {
    if (text.charCodeAt(at) !== AT || text.charCodeAt(at + 1) === BRACKET) throw badPath(text, at, verb, utf8);
    const end = domainEnd(text, at + 1, utf8);
    const next = text.charCodeAt(end);
    if (end < 0 || (next !== COLON && next !== COMMA)) throw badPath(text, Math.abs(end), verb, utf8);
    route.push(text.slice(at + 1, end));
    at = end + 1;
    if (next === COLON) return at;
  }
}

/** Where the local-part that begins at `start` ends; if none stands there, the negative of the offset at fault. */
function localPartEnd(text: string, start: number, utf8: boolean): number {
  if (text.charCodeAt(start) === QUOTE) return quotedEnd(text, start, utf8);
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (ATEXT[code] === 1) continue;
    if (code === DOT) {
      // A dot joins two atoms, so it neither begins, ends nor meets another dot.
      const next = text.charCodeAt(at + 1);
      if (at > start && (ATEXT[next] === 1 || next > 0x7f)) continue;
      return -at;
    }
    const units = utf8 ? utf8Units(text, at) : 0;
    if (units === 0) break;
    at += units - 1;
  }
  return at === start ? -at : at;
}

function quotedEnd(text: string, start: number, utf8: boolean): number {
  for (let at = start + 1; at < text.length; at++) {
    let code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    // quoted-pairSMTP: a backslash takes one ASCII graphic or space. RFC 5321 §4.1.2.
    const quoted = code === BACKSLASH;
    if (quoted) code = text.charCodeAt(++at);
    if (code >= 0x20 && code < 0x7f) continue;
    const units = utf8 && !quoted ? utf8Units(text, at) : 0;
    if (units === 0) return -at;
    at += units - 1;
  }
  return -text.length;
}
