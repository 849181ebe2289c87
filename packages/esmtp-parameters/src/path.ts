import { domainEnd } from './domain.ts';
import { EsmtpParameterError, type ReplyHint } from './error.ts';
import { scalarUnits } from './parameter.ts';

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
  const at = localPartEnd(text, 0, 'RCPT');
  if (text.charCodeAt(at) !== AT) throw badPath(at, 'RCPT');
  const end = domainEnd(text, at + 1);
  if (end !== text.length) throw badPath(Math.abs(end), 'RCPT');
  return { localPart: text.slice(0, at), domain: text.slice(at + 1) };
}

/** Whether a text is a mailbox. RFC 5321 §4.1.2, RFC 6531 §3.3. */
export function isMailbox(text: string): boolean {
  try {
    parseMailbox(text);
    return true;
  } catch {
    return false;
  }
}

function wholePath(text: string, verb: PathVerb): Path {
  const path = scanPath(text, 0, verb);
  const end = path.wire.length + 2;
  if (end !== text.length) throw badPath(end, verb);
  return path;
}

/** Read the path that begins at `start`; it ends `wire.length + 2` later. */
export function scanPath(text: string, start: number, verb: PathVerb): Path {
  if (text.charCodeAt(start) !== LESS) throw badPath(start, verb);
  let local = start + 1;
  const first = text.charCodeAt(local);
  if (first === GREATER && verb === 'MAIL') return NULL_PATH;
  let sourceRoute: string[] | undefined;
  if (first === AT) {
    sourceRoute = [];
    local = routeEnd(text, local, sourceRoute, verb);
  }
  const at = localPartEnd(text, local, verb);
  if (text.charCodeAt(at) !== AT) return barePostmaster(text, start + 1, at, verb);
  const end = domainEnd(text, at + 1);
  if (end < 0 || text.charCodeAt(end) !== GREATER) throw badPath(Math.abs(end), verb);
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
const BACKSLASH = 0x5c;

const NULL_PATH: Path = { kind: 'null', wire: '', address: '', localPart: '', domain: '' };

const REPLIES: Readonly<Record<PathVerb, ReplyHint>> = {
  MAIL: { code: 501, status: '5.1.7' },
  RCPT: { code: 501, status: '5.1.3' },
};

export function badPath(offset: number, verb: PathVerb): EsmtpParameterError {
  return new EsmtpParameterError('bad-path', offset, REPLIES[verb]);
}

/** RFC 5321 §4.1.1.3: "<Postmaster>", in any letter case, stands for the host's own. */
function barePostmaster(text: string, start: number, end: number, verb: PathVerb): Path {
  const wire = text.slice(start, end);
  if (verb === 'MAIL' || text.charCodeAt(end) !== GREATER || wire.toLowerCase() !== 'postmaster')
    throw badPath(end, verb);
  return { kind: 'postmaster', wire, address: wire, localPart: wire, domain: '' };
}

/** Reads `@one,@two:` and gives the offset behind the colon. */
function routeEnd(text: string, start: number, route: string[], verb: PathVerb): number {
  for (let at = start; ;) {
    if (text.charCodeAt(at) !== AT) throw badPath(at, verb);
    const end = domainEnd(text, at + 1);
    if (end < 0 || text.charCodeAt(at + 1) === 0x5b) throw badPath(Math.abs(end), verb);
    route.push(text.slice(at + 1, end));
    const next = text.charCodeAt(end);
    if (next === COLON) return end + 1;
    if (next !== COMMA) throw badPath(end, verb);
    at = end + 1;
  }
}

function localPartEnd(text: string, start: number, verb: PathVerb): number {
  if (text.charCodeAt(start) === QUOTE) return quotedEnd(text, start, verb);
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) {
      if (ATEXT[code] === 1) continue;
      // A dot joins two atoms, so it neither begins, ends nor meets another dot.
      if (code !== DOT || at === start || ATEXT_OR_UTF8(text.charCodeAt(at + 1)) === 0) break;
    } else {
      const units = scalarUnits(text, at);
      if (units === 0) break;
      at += units - 1;
    }
  }
  if (at === start) throw badPath(at, verb);
  return at;
}

/** RFC 5322 §3.2.3 atext. */
const ATEXT: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  code > 0x20 && code < 0x7f && !'()<>@,;:\\".[]'.includes(String.fromCharCode(code)) ? 1 : 0,
);

function ATEXT_OR_UTF8(code: number): number {
  return code >= 0x80 ? 1 : (ATEXT[code] ?? 0);
}

function quotedEnd(text: string, start: number, verb: PathVerb): number {
  for (let at = start + 1; at < text.length; at++) {
    let code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) {
      code = text.charCodeAt(++at);
      // quoted-pairSMTP: a backslash takes one ASCII graphic or space. RFC 5321 §4.1.2.
      if (!(code >= 0x20 && code < 0x7f)) throw badPath(at, verb);
    } else if (code < 0x20 || code === 0x7f) throw badPath(at, verb);
    else if (code > 0x7f) {
      const units = scalarUnits(text, at);
      if (units === 0) throw badPath(at, verb);
      at += units - 1;
    }
  }
  throw badPath(text.length, verb);
}
