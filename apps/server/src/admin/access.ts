import type { Clock, Crypto, ScryptHash } from '../ports.ts';
import { makeGuard } from '../receiving/auth/guard.ts';
import { Problem } from './problem.ts';

/** Who may use the API. */
export interface AccessParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  /** As a bearer token. Absent: none. */
  readonly token?: string;
  /** For HTTP Basic, under any user name; as it is, or by its hash. Absent: none. */
  readonly password?: string | ScryptHash;
  /** The names under which the server is asked for; undefined: any. */
  readonly hosts: ReadonlySet<string> | undefined;
}

/** Lets a request in, or throws the Problem that is its answer. */
export type Access = (request: Request, client: string) => Promise<void>;

/** Wrong credentials of one client within ten minutes; further ones are not looked at. */
const MAX_FAILURES = 20;
const RETRY_AFTER_S = '600';
const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="dsnd", charset="UTF-8", Bearer realm="dsnd"' };

/**
 * Makes the check that every request passes: the name under which it asks, the site from which a browser sends it, and
 * its credentials.
 */
export function makeAccess(parts: AccessParts): Access {
  const guard = makeGuard(parts.clock, MAX_FAILURES);
  const credentials = makeCredentials(parts);
  return async (request, client) => {
    checkHost(request, parts.hosts);
    checkSite(request);
    if (parts.token === undefined && parts.password === undefined) return;
    const given = request.headers.get('authorization');
    if (given === null) throw new Problem('unauthorized', 'A token or password is needed', { headers: CHALLENGE });
    if (!guard.admits(client)) throw tooMany();
    const isRight = await credentials(given).catch(() => {
      throw new Problem('not-available', 'Too many passwords are being checked', { headers: { 'Retry-After': '1' } });
    });
    // Who guesses in many requests at once is told no more than who guesses in one after the other.
    if (!guard.admits(client)) throw tooMany();
    guard.ended(client, isRight);
    if (!isRight) throw new Problem('unauthorized', 'The token or password is wrong', { headers: CHALLENGE });
  };
}

function tooMany(): Problem {
  return new Problem('too-many-requests', 'Too many wrong tokens and passwords from your address; try again later', {
    headers: { 'Retry-After': RETRY_AFTER_S },
  });
}

/** A page of another site may resolve its own name to our address; its requests still name that site. */
function checkHost(request: Request, hosts: ReadonlySet<string> | undefined): void {
  if (hosts === undefined) return;
  const { hostname } = new URL(request.url);
  if (!hosts.has(hostname.toLowerCase()))
    throw new Problem('unknown-host', `This server is not ${hostname}; see hosts in [admin]`);
}

/** A browser sends what it knows of us along with requests of other sites, too. */
function checkSite(request: Request): void {
  const origin = request.headers.get('origin');
  const site = request.headers.get('sec-fetch-site');
  const isOwn = origin === null || hostOf(origin) === new URL(request.url).host;
  const isForeign = site !== null && site !== 'same-origin' && site !== 'none';
  const isVisit = request.method === 'GET' && request.headers.get('sec-fetch-mode') === 'navigate';
  if (!isOwn || (isForeign && !isVisit)) throw new Problem('cross-site', 'Requests of other sites are not answered');
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** Whether an Authorization field is right, in a time that does not tell where it is wrong. */
function makeCredentials({ crypto, token, password }: AccessParts): (given: string) => Promise<boolean> {
  const key = crypto.randomOctets(32);
  const mark = (text: string): Uint8Array => crypto.hmacSha256(key, utf8.encode(text));
  const tokenMark = token === undefined ? undefined : mark(token);
  const passwordMark = typeof password === 'string' ? mark(password) : undefined;
  // scrypt once, not for each request.
  let known: Uint8Array | undefined;

  async function isPassword(text: string): Promise<boolean> {
    const given = mark(text);
    if (passwordMark !== undefined) return crypto.isEqual(given, passwordMark);
    if (password === undefined || typeof password === 'string') return false;
    if (known !== undefined && crypto.isEqual(given, known)) return true;
    if (!(await crypto.checkPassword(utf8.encode(text), password))) return false;
    known = given;
    return true;
  }

  return async (given) => {
    const [, scheme = '', value = ''] = /^(\S+) +(\S+) *$/.exec(given) ?? [];
    if (value.length > 2048) return false;
    if (scheme.toLowerCase() === 'bearer') return tokenMark !== undefined && crypto.isEqual(mark(value), tokenMark);
    if (scheme.toLowerCase() !== 'basic') return false;
    const pair = decodeBasic(value);
    if (pair === undefined) return false;
    if (tokenMark !== undefined && crypto.isEqual(mark(pair), tokenMark)) return true;
    return await isPassword(pair);
  };
}

const utf8 = new TextEncoder();

/** The password of `base64(user ":" password)`. RFC 7617 §2 */
function decodeBasic(value: string): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0)),
    );
    const colon = text.indexOf(':');
    return colon === -1 ? undefined : text.slice(colon + 1);
  } catch {
    return undefined;
  }
}
