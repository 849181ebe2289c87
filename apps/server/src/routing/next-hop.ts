import { isIpv6 } from './ip-address.ts';

/** Where recipients go next, as a route names it. */
export type NextHop =
  /** A relay over SMTP to one host: a name, or an IP address without brackets. `smtps`: TLS from the first octet. */
  | { readonly kind: 'smtp' | 'smtps' | 'lmtp'; readonly host: string; readonly port: number }
  /** The mail exchangers of a domain or of an address literal such as `[192.0.2.1]`, in lower case (RFC 5321 §5.1). */
  | { readonly kind: 'mx'; readonly domain: string }
  /** Final delivery into a Maildir per recipient under a directory. */
  | { readonly kind: 'maildir'; readonly directory: string }
  /** A gateway into another environment: an HTTP service that takes messages as JSON (RFC 3461 §5.2.4). */
  | { readonly kind: 'gateway'; readonly url: string }
  /** A program of this machine, run once per recipient: its words, the first of which is a path. */
  | { readonly kind: 'pipe'; readonly command: readonly [string, ...string[]] }
  | { readonly kind: 'simulator' }
  | { readonly kind: 'discard' };

/** Next hops that speak SMTP or LMTP. */
export type RelayHop = Extract<NextHop, { readonly kind: 'smtp' | 'smtps' | 'lmtp' | 'mx' }>;

/** A next hop as the configuration writes it: `mx:` has no domain there, since each recipient brings its own. */
export type NextHopTemplate =
  Exclude<NextHop, { readonly kind: 'mx' }> | { readonly kind: 'mx'; readonly domain?: string };

/** The next hop is not one of the forms that {@link parseNextHop} takes. */
export class NextHopError extends Error {
  override readonly name = 'NextHopError';
  readonly code:
    'unknown-scheme' | 'bad-host' | 'bad-port' | 'bad-url' | 'bad-command' | 'missing-directory' | 'trailing-text';
  /** Index into the text. */
  readonly offset: number;
  constructor(code: NextHopError['code'], offset: number, message: string) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}

/**
 * Reads a next hop as routes write it.
 *
 *     next-hop = "smtp://" HOST [":" PORT] / "smtps://" HOST [":" PORT] / "lmtp://" HOST [":" PORT] / "mx:" /
 *                "maildir:" DIRECTORY / "gateway+https://" HOST [":" PORT] PATH / "pipe:" PROGRAM *(SP WORD) / "simulator:" / "discard:"
 *     HOST     = domain name / IPv4 address / "[" IPv6 address "]"     ; PORT is 25, 465 or 24 if absent
 *
 * @throws {@link NextHopError}
 *
 * @example parseNextHop('smtp://[::1]:2525') // { kind: 'smtp', host: '::1', port: 2525 }
 */
export function parseNextHop(text: string): NextHopTemplate {
  const scheme = /^[a-z+]*:/.exec(text)?.[0] ?? '';
  const rest = text.slice(scheme.length);
  switch (scheme) {
    case 'smtp:':
      return { kind: 'smtp', ...parseHostPort(text, scheme.length, 25) };
    case 'smtps:':
      return { kind: 'smtps', ...parseHostPort(text, scheme.length, 465) };
    case 'lmtp:':
      return { kind: 'lmtp', ...parseHostPort(text, scheme.length, 24) };
    case 'maildir:':
      if (rest === '')
        throw new NextHopError('missing-directory', text.length, 'maildir: needs a directory, as in maildir:/var/mail');
      if (rest.includes('\0'))
        throw new NextHopError('missing-directory', text.indexOf('\0'), 'a directory has no NUL');
      return { kind: 'maildir', directory: rest };
    case 'gateway+https:':
    case 'gateway+http:':
      return { kind: 'gateway', url: parseUrl(text) };
    case 'pipe:':
      return { kind: 'pipe', command: parseCommand(text) };
    case 'mx:':
    case 'simulator:':
    case 'discard:':
      if (rest !== '') throw new NextHopError('trailing-text', scheme.length, `nothing may follow ${scheme}`);
      return { kind: scheme === 'mx:' ? 'mx' : scheme === 'simulator:' ? 'simulator' : 'discard' };
    default:
      throw new NextHopError(
        'unknown-scheme',
        0,
        'expected smtp://HOST:PORT, smtps://HOST:PORT, lmtp://HOST:PORT, mx:, maildir:DIRECTORY, gateway+https://HOST/PATH, pipe:PROGRAM, simulator: or discard:',
      );
  }
}

/** Writes a next hop the way {@link parseNextHop} and {@link parseDestination} read it. */
export function formatNextHop(nextHop: NextHopTemplate): string {
  switch (nextHop.kind) {
    case 'smtp':
    case 'smtps':
    case 'lmtp':
      return `${nextHop.kind}://${nextHop.host.includes(':') ? `[${nextHop.host}]` : nextHop.host}:${nextHop.port}`;
    case 'mx':
      return `mx:${nextHop.domain ?? ''}`;
    case 'maildir':
      return `maildir:${nextHop.directory}`;
    case 'gateway':
      return `gateway+${nextHop.url}`;
    case 'pipe':
      return `pipe:${nextHop.command.join(' ')}`;
    case 'simulator':
    case 'discard':
      return `${nextHop.kind}:`;
  }
}

/**
 * The key under which a recipient waits: recipients of one message with the same key travel together.
 * For `mx:` it names the domain of the recipient in lower case; an address without a domain gives `mx:`, which has no host.
 *
 * @example destinationKey({ kind: 'mx' }, 'Bob@Ivory.EDU') // 'mx:ivory.edu'
 */
export function destinationKey(nextHop: NextHopTemplate, address: string): string {
  if (nextHop.kind !== 'mx' || nextHop.domain !== undefined) return formatNextHop(nextHop);
  return `mx:${address.slice(address.lastIndexOf('@') + 1 || address.length).toLowerCase()}`;
}

/**
 * The next hop that a destination key stands for.
 *
 * @throws {@link NextHopError}
 *
 * @example parseDestination('mx:ivory.edu') // { kind: 'mx', domain: 'ivory.edu' }
 */
export function parseDestination(key: string): NextHop {
  if (key.startsWith('mx:')) return { kind: 'mx', domain: key.slice('mx:'.length) };
  const nextHop = parseNextHop(key);
  return nextHop.kind === 'mx' ? { kind: 'mx', domain: '' } : nextHop;
}

/** Clear text only where it can't be overheard: on this machine. */
function parseUrl(text: string): string {
  const start = 'gateway+'.length;
  const address = text.slice(start);
  if (!URL.canParse(address))
    throw new NextHopError('bad-url', start, 'expected a URL such as gateway+https://host/path');
  const url = new URL(address);
  const local = url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(url.hostname);
  if (url.protocol === 'http:' && !local)
    throw new NextHopError('bad-url', start, 'gateway+http: is for this machine only');
  if (url.username !== '' || url.password !== '') {
    throw new NextHopError('bad-url', start, 'a URL here has no user name or password: destinations are logged');
  }
  return url.href;
}

/** Words are parted by spaces; there is no shell and no quoting. */
function parseCommand(text: string): readonly [string, ...string[]] {
  const start = 'pipe:'.length;
  const [program = '', ...words] = text
    .slice(start)
    .split(' ')
    .filter((word) => word !== '');
  if (!program.startsWith('/') || text.includes('\0')) {
    throw new NextHopError('bad-command', start, 'expected the full path of a program and its arguments');
  }
  return [program, ...words];
}

function parseHostPort(text: string, start: number, defaultPort: number): { host: string; port: number } {
  if (!text.startsWith('//', start))
    throw new NextHopError('bad-host', start, `expected // and a host after ${text.slice(0, start)}`);
  const at = start + 2;
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?(.*)$/s.exec(text.slice(at));
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined)
    throw new NextHopError('bad-host', at, 'expected a host name, an IPv4 address or [IPv6 address]');
  if (match[1] !== undefined && !isIpv6(host)) throw new NextHopError('bad-host', at, `[${host}] is no IPv6 address`);
  const rest = match[4] ?? '';
  const port = match[3] === undefined ? defaultPort : Number(match[3]);
  if (rest !== '') {
    throw new NextHopError(
      rest.startsWith(':') ? 'bad-port' : 'trailing-text',
      text.length - rest.length,
      `unexpected text: ${rest.slice(0, 40)}`,
    );
  }
  if (port < 1 || port > 65_535) throw new NextHopError('bad-port', text.lastIndexOf(':') + 1, 'a port is 1 to 65535');
  return { host: host.toLowerCase(), port };
}
