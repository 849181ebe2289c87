import type { ReceivedReply } from '@dsnkit/smtp';

/** What kept a message from being offered to the server at all. Codes are never renamed. */
export type ClientErrorCode =
  /** The message has no recipients. */
  | 'no-recipients'
  /** The connection broke, or the server was silent for too long. */
  | 'connection'
  /** The server refused the session: its greeting, EHLO or STARTTLS. */
  | 'refused'
  /** TLS was required, and the server does not offer it. */
  | 'tls-not-offered'
  /** A password was to be sent in the clear. */
  | 'password-in-clear'
  /** The server refused the credentials, or offers no mechanism for them. */
  | 'authentication'
  /** Notifications were asked for, and the server does not announce DSN. RFC 3461 §5.2.2(a). */
  | 'dsn-not-offered'
  /** Something that the message can't do without is not announced: SMTPUTF8, 8BITMIME, REQUIRETLS, FUTURERELEASE. */
  | 'extension-not-offered'
  /** The message is to be held for longer than the server does. RFC 4865 §4.1. */
  | 'hold-too-long';

/**
 * Why {@link submit} gave up before any recipient was tried: nothing was sent then. `sendMail` with `dsnTransport` rejects
 * with it, too, where no recipient was taken.
 *
 * @example
 * ```ts
 * try {
 *   await submit(message, options);
 * } catch (error) {
 *   if (error instanceof ClientError && error.code === 'dsn-not-offered') await submit(message, { ...options, withoutDsn: 'send' });
 *   else throw error;
 * }
 * ```
 */
export class ClientError extends Error {
  readonly code: ClientErrorCode;
  /** What the server said, where it said something. */
  readonly reply: ReceivedReply | undefined;

  constructor(code: ClientErrorCode, message: string, reply?: ReceivedReply) {
    super(message);
    this.name = 'ClientError';
    this.code = code;
    this.reply = reply;
  }
}
