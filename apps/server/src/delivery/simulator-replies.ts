import type { StatusCode } from '@dsnkit/delivery-status';
import type { RemoteReply } from '../model.ts';

/** A reply of the simulator, and to which command it is given. */
export interface SimulatedReply {
  readonly code: number;
  readonly status: StatusCode;
  readonly lines: readonly string[];
  readonly stage: RemoteReply['stage'];
}

/** Replies as servers give them: reply code, status, stage, text. The first one with a code or status stands for it. */
const known: readonly (readonly [number, StatusCode, RemoteReply['stage'], string])[] = [
  [250, '2.1.5', 'content', 'Delivered'],
  [421, '4.3.2', 'connect', 'Service not available, closing transmission channel'],
  [450, '4.2.1', 'rcpt', 'The mailbox is busy or receiving mail at too high a rate, try again later'],
  [450, '4.7.1', 'rcpt', 'Greylisted, try again in 5 minutes'],
  [451, '4.3.0', 'rcpt', 'Local error in processing, try again later'],
  [451, '4.4.1', 'rcpt', 'The destination of this recipient does not answer'],
  [451, '4.4.3', 'rcpt', 'Temporary lookup failure'],
  [452, '4.3.1', 'mail', 'Insufficient system storage'],
  [452, '4.2.2', 'rcpt', 'The mailbox is full, but its owner may make room'],
  [452, '4.5.3', 'rcpt', 'Too many recipients in this transaction'],
  [454, '4.7.0', 'mail', 'Temporary authentication failure'],
  [455, '4.5.4', 'mail', 'Server unable to accommodate parameters'],
  [500, '5.5.2', 'mail', 'Syntax error, command unrecognized'],
  [501, '5.5.4', 'rcpt', 'Syntax error in parameters'],
  [502, '5.5.1', 'mail', 'Command not implemented'],
  [503, '5.5.1', 'rcpt', 'Bad sequence of commands'],
  [504, '5.5.4', 'mail', 'Command parameter not implemented'],
  [521, '5.3.2', 'connect', 'This host accepts no mail'],
  [530, '5.7.0', 'mail', 'Authentication required'],
  [535, '5.7.8', 'mail', 'Authentication credentials invalid'],
  [550, '5.1.1', 'rcpt', 'No such user here'],
  [550, '5.1.2', 'rcpt', 'The domain of this address is not known'],
  [550, '5.2.1', 'rcpt', 'The mailbox is disabled'],
  [550, '5.7.1', 'content', 'The message was refused by policy'],
  [550, '5.7.26', 'content', 'Neither SPF nor DKIM vouches for the sender'],
  [551, '5.1.6', 'rcpt', 'User not local, the mailbox has moved without a forwarding address'],
  [552, '5.2.2', 'rcpt', 'The mailbox is full'],
  [552, '5.3.4', 'mail', 'The message is larger than this server accepts'],
  [552, '5.2.3', 'mail', 'The message is larger than this mailbox accepts'],
  [553, '5.1.3', 'rcpt', 'The address has a syntax that is not allowed'],
  [553, '5.1.7', 'mail', 'The address of the sender has a syntax that is not allowed'],
  [554, '5.0.0', 'content', 'Transaction failed'],
  [554, '5.4.6', 'content', 'Too many hops, mail is looping'],
  [554, '5.6.0', 'content', 'The message is malformed'],
  [554, '5.6.3', 'content', '8-bit content would need a conversion that is not done here'],
  [550, '5.6.7', 'rcpt', 'Addresses beyond ASCII are not accepted here'],
  [555, '5.5.4', 'mail', 'Parameters of MAIL or RCPT not recognized or not implemented'],
  [556, '5.1.10', 'rcpt', 'The domain accepts no mail'],
];

/** What a reply code says when nothing more is known of it. */
export function replyForCode(code: number): SimulatedReply {
  const entry = known.find(([knownCode]) => knownCode === code);
  if (entry !== undefined) return reply(entry);
  const digit = code < 300 ? 2 : code < 500 ? 4 : 5;
  return {
    code,
    status: `${digit}.0.0`,
    lines: [`Reply ${code}, as the recipient asks for`],
    stage: digit === 2 ? 'content' : 'rcpt',
  };
}

/** A reply with that enhanced status code and a reply code that fits it (RFC 2034 §4, RFC 5248 §2). */
export function replyForStatus(status: StatusCode): SimulatedReply {
  const entry = known.find(([, knownStatus]) => knownStatus === status);
  if (entry !== undefined) return reply(entry);
  const isFinal = status.startsWith('5');
  const subject = status.split('.')[1];
  // Subjects of RFC 3463 §3: 6 speaks of the content, 5 of the dialogue, the others are said of the recipient.
  const stage = subject === '6' ? 'content' : subject === '5' ? 'mail' : 'rcpt';
  const code = isFinal
    ? subject === '5'
      ? 501
      : subject === '6'
        ? 554
        : 550
    : subject === '2' || subject === '7'
      ? 450
      : 451;
  return { code, status, lines: [`Status ${status}, as the recipient asks for`], stage };
}

function reply([code, status, stage, text]: (typeof known)[number]): SimulatedReply {
  return { code, status, lines: [text], stage };
}
