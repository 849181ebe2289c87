import type { ServerExtensions } from './extensions.ts';
import type { ServerEvent } from './server-events.ts';
import type { Transaction } from './server-transaction.ts';

/** How a {@link ServerSession} behaves. */
export interface ServerSessionOptions {
  /** The name in the greeting and in the reply to EHLO: a domain or an address literal. RFC 5321 §4.2. */
  readonly hostname: string;
  /** Default `smtp`. LMTP: RFC 2033. */
  readonly protocol?: 'smtp' | 'lmtp';
  readonly extensions?: ServerExtensions;
  /** The connection is inside TLS from the start. */
  readonly secure?: boolean;
  /** Text after the hostname in the greeting; default `ESMTP` or `LMTP`. */
  readonly banner?: string;
  /** Recipients of one transaction; default 1000, never under the 100 of RFC 5321 §4.5.3.1.8. */
  readonly maxRecipients?: number;
  /** Faulty commands in a session until it is closed with 421; default 20. */
  readonly maxErrors?: number;
  /** Commands that bring no message nearer (NOOP, RSET, VRFY, …) between two messages; default 100. */
  readonly maxIdleCommands?: number;
  /** Refusals between two messages, of recipients, say, until the session is closed with 421; default 10 000. */
  readonly maxRefusals?: number;
  /**
   * A CR or LF that stands alone in content, and NUL in what is not BINARYMIME: refuse the message (the default), or turn
   * them into CRLF and space.
   */
  readonly bareLineEnds?: 'refuse' | 'normalise';
}

/** Events that wait for an answer. */
export type PausingEvent = Extract<
  ServerEvent,
  { kind: 'hello' | 'mail' | 'rcpt' | 'end-of-content' | 'starttls' | 'auth' | 'auth-response' | 'verify' | 'xclient' }
>;

/** What commands are judged by. */
export interface ServerState {
  readonly options: ServerSessionOptions;
  readonly lmtp: boolean;
  offer: ServerExtensions;
  /** What the last EHLO or LHLO was told; empty before, and after HELO. */
  announced: ReadonlyMap<string, string>;
  /** Octets of a MAIL and a RCPT line, from what was announced. RFC 5321 §4.5.3.1.4. */
  mailLimit: number;
  rcptLimit: number;
  greeted: boolean;
  secure: boolean;
  authenticated: boolean;
  /** The greeting was a refusal: only QUIT is served. RFC 5321 §3.1. */
  noService: boolean;
  transaction: Transaction | undefined;
  /** The last MAIL was refused: what a client has sent behind it fails too, and is no fault of its own. RFC 2920 §3.1. */
  mailRefused: boolean;
  idleCommands: number;
  /** Commands that were refused, and contents, since the last message. */
  refusals: number;
}

export const NOTHING_ANNOUNCED: ReadonlyMap<string, string> = new Map();

/** RFC 5321 §4.5.3.1.4. */
export const COMMAND_LIMIT = 512;
/** RFC 4954 §4. */
export const AUTH_LIMIT = 12_288;

export function newState(options: ServerSessionOptions): ServerState {
  return {
    options,
    lmtp: options.protocol === 'lmtp',
    offer: completeOffer(options.extensions ?? {}, options.protocol === 'lmtp'),
    announced: NOTHING_ANNOUNCED,
    mailLimit: COMMAND_LIMIT,
    rcptLimit: COMMAND_LIMIT,
    greeted: false,
    secure: options.secure === true,
    authenticated: false,
    noService: false,
    transaction: undefined,
    mailRefused: false,
    idleCommands: 0,
    refusals: 0,
  };
}

/** RFC 2033 §5: an LMTP server has no choice about these two. */
export function completeOffer(offer: ServerExtensions, lmtp: boolean): ServerExtensions {
  return lmtp ? { ...offer, pipelining: true, enhancedStatusCodes: true } : offer;
}

/** As if the client had only just connected. RFC 3207 §4.2. */
export function forgetClient(state: ServerState): void {
  state.announced = NOTHING_ANNOUNCED;
  state.mailLimit = state.rcptLimit = COMMAND_LIMIT;
  state.greeted = false;
  state.authenticated = false;
  state.transaction = undefined;
  state.mailRefused = false;
}
