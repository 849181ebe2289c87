import type { EsmtpParameter } from '@dsnkit/esmtp-parameters';
import type { SmtpError } from './error.ts';
import type { ReceivedReply } from './reply-reader.ts';

/** One envelope; every parameter goes out exactly as given and nothing is added. RFC 3461 §5.2.1. */
export interface ClientTransaction {
  /** Without angle brackets; '' is the null reverse-path. */
  readonly reversePath: string;
  readonly mailParameters: readonly EsmtpParameter[];
  readonly recipients: readonly ClientRecipient[];
  /** Send the content with BDAT; needs CHUNKING and PIPELINING. RFC 3030 §2. */
  readonly chunking?: boolean;
}

/** One RCPT command of a transaction. RFC 5321 §4.1.1.3. */
export interface ClientRecipient {
  /** Without angle brackets. */
  readonly forwardPath: string;
  readonly parameters: readonly EsmtpParameter[];
}

/** What became of one recipient, in the place it has in the transaction. */
export interface RecipientResult {
  /** The server took responsibility for this recipient. */
  readonly accepted: boolean;
  /** Which command the outcome belongs to. */
  readonly stage: 'mail' | 'rcpt' | 'data' | 'content';
  /**
   * The reply that decided. Absent: the connection broke first; at stage `content` the outcome is then unknown and the
   * message may have been accepted (RFC 1047), before that it was not.
   */
  readonly reply?: ReceivedReply;
}

/** The server has been greeted; {@link ClientSession.extensions} counts from here on. Comes again after TLS. */
export interface ReadyEvent {
  readonly kind: 'ready';
  readonly extensions: ReadonlyMap<string, string>;
  readonly greeting: ReceivedReply;
}

/** At least one recipient was accepted: give the content, then call {@link ClientSession.endContent}. */
export interface ContentWantedEvent {
  readonly kind: 'content-wanted';
  readonly transaction: ClientTransaction;
}

/** The transaction is over, with one result for each of its recipients. */
export interface DoneEvent {
  readonly kind: 'done';
  readonly transaction: ClientTransaction;
  readonly recipients: readonly RecipientResult[];
}

/** The server won't serve us: the greeting, or EHLO and HELO, were refused. QUIT is on its way. */
export interface FailedEvent {
  readonly kind: 'failed';
  readonly stage: 'connect' | 'hello';
  readonly reply: ReceivedReply;
}

/** STARTTLS was accepted: do the handshake, then call {@link ClientSession.secured}. */
export interface TlsEvent {
  readonly kind: 'tls';
}

/** STARTTLS was refused; the session goes on in the clear if its owner wants that. RFC 3207 §4. */
export interface TlsRefusedEvent {
  readonly kind: 'tls-refused';
  readonly reply: ReceivedReply;
}

/** Answer with {@link ClientSession.respond}. RFC 4954 §4. */
export interface ChallengeEvent {
  readonly kind: 'challenge';
  readonly octets: Uint8Array;
}

/** The server's verdict on a login; after `auth-refused` another one may be tried. RFC 4954 §6. */
export interface AuthenticatedEvent {
  readonly kind: 'authenticated' | 'auth-refused';
  readonly reply: ReceivedReply;
}

/** The reply to {@link ClientSession.reset}. */
export interface ResetDoneEvent {
  readonly kind: 'reset';
  readonly reply: ReceivedReply;
}

/** Nothing more will come; close the connection. */
export interface ClientClosedEvent {
  readonly kind: 'closed';
  /** `shutdown`: the server said 421 (`reply`); `protocol`: it said nonsense (`error`); `lost`: it went away. */
  readonly reason: 'quit' | 'shutdown' | 'lost' | 'timeout' | 'protocol';
  readonly reply?: ReceivedReply;
  readonly error?: SmtpError;
}

/** What a {@link ClientSession} tells its owner. */
export type ClientEvent =
  | ReadyEvent
  | ContentWantedEvent
  | DoneEvent
  | FailedEvent
  | TlsEvent
  | TlsRefusedEvent
  | ChallengeEvent
  | AuthenticatedEvent
  | ResetDoneEvent
  | ClientClosedEvent;
