import { type PreparedReply, prepareReply } from './reply.ts';

// Written in the order of a session. Texts name no address: a reply that repeats its input invites injection.
export const SENDER_OK: PreparedReply = prepareReply(250, '2.1.0', 'Sender ok');
export const RECIPIENT_OK: PreparedReply = prepareReply(250, '2.1.5', 'Recipient ok');
export const GO_AHEAD: PreparedReply = prepareReply(354, undefined, 'End data with <CR><LF>.<CR><LF>');
export const MESSAGE_OK: PreparedReply = prepareReply(250, '2.6.0', 'Message accepted');
export const CHUNK_OK: PreparedReply = prepareReply(250, '2.6.0', 'Chunk received');
export const RESET_OK: PreparedReply = prepareReply(250, '2.0.0', 'Reset');
export const NOOP_OK: PreparedReply = prepareReply(250, '2.0.0', 'Ok');
export const BYE: PreparedReply = prepareReply(221, '2.0.0', 'Bye');
export const READY_FOR_TLS: PreparedReply = prepareReply(220, '2.0.0', 'Ready to start TLS');
export const AUTHENTICATED: PreparedReply = prepareReply(235, '2.7.0', 'Authentication succeeded');
/** RFC 5321 §3.5.3. */
export const WILL_TRY: PreparedReply = prepareReply(
  252,
  '2.0.0',
  'Cannot verify, but will take a message and attempt delivery',
);
export const HELP: PreparedReply = prepareReply(214, '2.0.0', 'See RFC 5321 and RFC 3461');

export const SHUTTING_DOWN: PreparedReply = prepareReply(421, '4.3.2', 'Service shutting down, closing connection');
export const TIMED_OUT: PreparedReply = prepareReply(421, '4.4.2', 'Timeout, closing connection');
export const TOO_MANY_ERRORS: PreparedReply = prepareReply(421, '4.7.0', 'Too many errors, closing connection');
export const TOO_MANY_COMMANDS: PreparedReply = prepareReply(
  421,
  '4.7.0',
  'Too many commands without a message, closing connection',
);
/** RFC 5321 §3.8: a server that closes says 421, after the reply to the command. */
export const BAD_CHUNK: PreparedReply = prepareReply(421, '4.5.4', 'End of chunk unknown, closing connection');
export const TOO_MANY_RECIPIENTS: PreparedReply = prepareReply(452, '4.5.3', 'Too many recipients');

export const UNKNOWN_COMMAND: PreparedReply = prepareReply(500, '5.5.1', 'Command not recognised');
export const LINE_TOO_LONG: PreparedReply = prepareReply(500, '5.5.2', 'Line too long');
export const BARE_LF: PreparedReply = prepareReply(500, '5.5.2', 'Lines end in CR LF');
export const NOT_ASCII: PreparedReply = prepareReply(500, '5.5.2', 'Only ASCII, or UTF-8 with SMTPUTF8');
export const RESPONSE_TOO_LONG: PreparedReply = prepareReply(500, '5.5.6', 'Authentication response too long');
export const BAD_CHARACTER: PreparedReply = prepareReply(501, '5.5.2', 'Control character in command');
/** RFC 2034 §3: replies to a hello have no status. */
export const WRONG_HELLO: PreparedReply = prepareReply(500, undefined, 'LMTP says LHLO, SMTP says EHLO');
export const BAD_NAME: PreparedReply = prepareReply(501, undefined, 'A domain or address literal is needed');
export const NO_ARGUMENT: PreparedReply = prepareReply(501, '5.5.4', 'This command takes no argument');
export const BAD_ARGUMENT: PreparedReply = prepareReply(501, '5.5.4', 'Bad argument');
export const BAD_BASE64: PreparedReply = prepareReply(501, '5.5.2', 'Not base64');
export const CANCELLED: PreparedReply = prepareReply(501, '5.7.0', 'Authentication cancelled');
export const NOT_OFFERED: PreparedReply = prepareReply(502, '5.5.1', 'Command not offered');
export const HELLO_FIRST: PreparedReply = prepareReply(503, '5.5.1', 'Say hello first');
export const MAIL_FIRST: PreparedReply = prepareReply(503, '5.5.1', 'MAIL first');
/** To what was sent behind a refused MAIL, and behind LMTP recipients that were all refused. */
export const NO_SENDER: PreparedReply = prepareReply(503, '5.5.1', 'No sender accepted');
export const NO_RECIPIENTS: PreparedReply = prepareReply(503, '5.5.1', 'No valid recipients');
export const RCPT_FIRST: PreparedReply = prepareReply(503, '5.5.1', 'RCPT first');
export const ALREADY_SENDER: PreparedReply = prepareReply(503, '5.5.1', 'Sender already given');
export const CHUNKS_BEGUN: PreparedReply = prepareReply(503, '5.5.1', 'Chunks have begun, only BDAT or RSET');
export const BDAT_NEEDED: PreparedReply = prepareReply(503, '5.5.1', 'BODY=BINARYMIME needs BDAT');
export const CHUNK_FAILED: PreparedReply = prepareReply(503, '5.5.1', 'An earlier chunk was refused, RSET first');
export const NOT_IN_TRANSACTION: PreparedReply = prepareReply(503, '5.5.1', 'Not during a mail transaction');
export const ALREADY_AUTHENTICATED: PreparedReply = prepareReply(503, '5.5.1', 'Already authenticated');
export const ALREADY_SECURE: PreparedReply = prepareReply(503, '5.5.1', 'TLS is active');
export const NO_SERVICE: PreparedReply = prepareReply(503, '5.5.1', 'No service here, QUIT');
export const UNKNOWN_MECHANISM: PreparedReply = prepareReply(504, '5.5.4', 'Mechanism not offered');
/** RFC 3207 §4. */
export const TLS_FIRST: PreparedReply = prepareReply(530, '5.7.0', 'Must issue a STARTTLS command first');
/** RFC 4954 §6. */
export const MECHANISM_NEEDS_TLS: PreparedReply = prepareReply(538, '5.7.11', 'This mechanism is for use inside TLS');
export const TOO_LARGE: PreparedReply = prepareReply(552, '5.3.4', 'Message larger than the limit');
export const NO_VALID_RECIPIENTS: PreparedReply = prepareReply(554, '5.5.1', 'No valid recipients');
/** RFC 5321 §2.3.8: such content could end elsewhere for the next hop. */
export const BARE_LINE_END: PreparedReply = prepareReply(554, '5.6.0', 'Content with bare CR or LF refused');
/** RFC 2045 §2.7, §2.8: no text has NUL, and a hop that drops it would see another line than we do. */
export const NUL_IN_CONTENT: PreparedReply = prepareReply(554, '5.6.0', 'Content with NUL refused');
