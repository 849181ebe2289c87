import type { EsmtpParameter, MailParameters, Path, RcptParameters } from '@dsnkit/esmtp-parameters';

/** The client named itself. Pauses; {@link ServerSession.configure} before the answer still changes the offer. */
export interface HelloEvent {
  readonly kind: 'hello';
  readonly verb: 'EHLO' | 'HELO' | 'LHLO';
  /** As sent; printable ASCII without spaces. */
  readonly name: string;
}

/** MAIL, syntactically right and its parameters known. Pauses. */
export interface MailEvent {
  readonly kind: 'mail';
  readonly path: Path;
  /** Exactly as sent. RFC 3461 §5.2.1. */
  readonly parameters: readonly EsmtpParameter[];
  readonly typed: MailParameters;
  /** The whole line without CRLF. */
  readonly raw: string;
}

/** RCPT, syntactically right and its parameters known. Pauses. */
export interface RcptEvent {
  readonly kind: 'rcpt';
  readonly path: Path;
  readonly parameters: readonly EsmtpParameter[];
  readonly typed: RcptParameters;
  readonly raw: string;
}

/** The next octets of the content, dots un-stuffed: a view of a chunk given to {@link ServerSession.receive}. */
export interface ContentEvent {
  readonly kind: 'content';
  readonly octets: Uint8Array;
}

/** The content is whole. Pauses; a positive answer takes responsibility for the message (RFC 5321 §4.1.1.4). */
export interface EndOfContentEvent {
  readonly kind: 'end-of-content';
  /** Octets of all `content` events. */
  readonly sizeOctets: number;
}

/** The transaction is over without a message: forget sender, recipients, parameters and content. */
export interface ResetEvent {
  readonly kind: 'reset';
  readonly reason: 'rset' | 'hello' | 'too-large' | 'bare-line-end' | 'nul' | 'closed';
}

/** STARTTLS. Pauses; after a positive answer do the handshake, then call {@link ServerSession.secured}. */
export interface StartTlsEvent {
  readonly kind: 'starttls';
}

/** AUTH. Pauses; answer it, or send a challenge with {@link ServerSession.challenge}. RFC 4954 §4. */
export interface AuthEvent {
  readonly kind: 'auth';
  /** Upper case; one of those announced. */
  readonly mechanism: string;
  /** Decoded; empty for `=`. */
  readonly initialResponse?: Uint8Array;
}

/** The client's response to a challenge. Pauses like {@link AuthEvent}. */
export interface AuthResponseEvent {
  readonly kind: 'auth-response';
  readonly response: Uint8Array;
}

/** The client gave the exchange up, or sent what is no base64; it has been answered 501. */
export interface AuthCancelledEvent {
  readonly kind: 'auth-cancelled';
}

/** VRFY or EXPN, if it is announced. Pauses; the standard answer is 252. */
export interface VerifyEvent {
  readonly kind: 'verify';
  readonly verb: 'VRFY' | 'EXPN';
  readonly argument: string;
  /** The command had the parameter SMTPUTF8: the reply may have UTF-8 in it. RFC 6531 §3.7.4.2. */
  readonly smtputf8: boolean;
}

/** XCLIENT, if it is announced. Pauses; a positive answer starts the session anew with a greeting. */
export interface XclientEvent {
  readonly kind: 'xclient';
  /** Names in upper case, values decoded from xtext. */
  readonly attributes: ReadonlyMap<string, string>;
}

/** Nothing more will come; write what {@link ServerSession.takeOutput} has, then close the connection. */
export interface ServerClosedEvent {
  readonly kind: 'closed';
  readonly reason:
    'quit' | 'eof' | 'timeout' | 'shutdown' | 'too-many-errors' | 'too-many-commands' | 'refused' | 'bad-chunk';
}

/** What a {@link ServerSession} tells its owner. */
export type ServerEvent =
  | HelloEvent
  | MailEvent
  | RcptEvent
  | ContentEvent
  | EndOfContentEvent
  | ResetEvent
  | StartTlsEvent
  | AuthEvent
  | AuthResponseEvent
  | AuthCancelledEvent
  | VerifyEvent
  | XclientEvent
  | ServerClosedEvent;
