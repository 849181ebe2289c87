import { parseSmtpReply, statusForReply } from '@dsnkit/delivery-status';
import { explainStatus } from '@dsnkit/delivery-status/registry';
import { adviceOn, adviceOnReply } from './advice.ts';
import type { Explanation } from './explanation.ts';

/** An SMTP reply, or its code alone. RFC 5321 §4.2. */
export function explainReply(text: string): Explanation {
  const reply = parseSmtpReply(text);
  const { replyCode = 0, status, lines } = reply;
  const words = lines.filter((line) => line !== '');
  const facts: (readonly [string, string | readonly string[]])[] = [
    [
      'code',
      `${replyCode}: ${CODES.get(replyCode)?.[0] ?? 'not a code of RFC 5321; its first digit counts (RFC 5321 §4.2)'}`,
    ],
    ['class', FIRST_DIGIT[Math.floor(replyCode / 100)] ?? 'not a class of SMTP replies'],
  ];
  const read = replyCode >= 200 && (replyCode < 300 || replyCode >= 400) ? statusForReply(reply) : undefined;
  if (status !== undefined) facts.push(['status', status]);
  else if (read !== undefined) facts.push(['status', `none; best read as ${read}`]);
  if (status !== undefined && !status.startsWith(String(replyCode).charAt(0)))
    facts.push(['note', 'code and status contradict each other; the reply code counts (RFC 2034 §4)']);
  if (words.length > 0) facts.push(['words', words]);
  const meaning = read && explainStatus(read);
  const advice = (status === undefined ? adviceOnReply(replyCode) : undefined) ?? (read && adviceOn(read));
  if (advice !== undefined) facts.push(['sender', advice.sender], ['operator', advice.operator]);
  facts.push(['clause', CODES.get(replyCode)?.[1] ?? 'RFC 5321 §4.2.1']);
  return {
    kind: 'reply',
    subject: `${replyCode}${status === undefined ? '' : ` ${status}`}`,
    // A status that was only guessed says more than the server did.
    headline: (status === undefined ? CODES.get(replyCode)?.[0] : undefined) ?? meaning ?? 'a reply of an unknown code',
    facts,
  };
}

const FIRST_DIGIT: Readonly<Record<number, string>> = {
  2: '2, done',
  3: '3, go on: the server waits for more',
  4: '4, not now: try again later',
  5: '5, no: do not try again unchanged',
};

/** What each code says, in our words, and where it is defined. */
const CODES: ReadonlyMap<number, readonly [meaning: string, clause: string]> = new Map([
  [211, ['status of the system, or an answer to HELP', 'RFC 5321 §4.2.3']],
  [214, ['help text', 'RFC 5321 §4.2.3']],
  [220, ['the server is ready', 'RFC 5321 §4.2.3']],
  [221, ['the server closes the connection, as asked', 'RFC 5321 §4.2.3']],
  [235, ['authentication succeeded', 'RFC 4954 §6']],
  [250, ['done; behind the end of data: the server has taken over responsibility for the message', 'RFC 5321 §4.2.3']],
  [251, ['the address has moved; the server will forward the message', 'RFC 5321 §3.4']],
  [252, ['the server will not verify the address, but takes mail for it and tries', 'RFC 5321 §3.5.3']],
  [334, ['a challenge of AUTH; the client answers in base64', 'RFC 4954 §4']],
  [354, ['send the content, ended by a line with a dot alone', 'RFC 5321 §4.2.3']],
  [421, ['the service is not available; the server closes the connection', 'RFC 5321 §3.8']],
  [432, ['the password has to be changed to another form first', 'RFC 4954 §6']],
  [450, ['the mailbox is not available now, or policy puts the message off (greylisting)', 'RFC 5321 §4.2.3']],
  [451, ['given up over an error in the server; later it may work', 'RFC 5321 §4.2.3']],
  [452, ['no room left, or too many recipients in one transaction', 'RFC 5321 §4.5.3.1.10']],
  [454, ['TLS or authentication is not available now', 'RFC 4954 §6']],
  [455, ['the server can not take the parameters now', 'RFC 5321 §4.1.1.11']],
  [500, ['the command was not recognised, or its line is too long', 'RFC 5321 §4.2.3']],
  [501, ['the command is known, its arguments are not right', 'RFC 5321 §4.2.3']],
  [502, ['the command is not implemented', 'RFC 5321 §4.2.4']],
  [503, ['the command comes at the wrong time', 'RFC 5321 §4.2.3']],
  [504, ['the parameter of the command is not implemented', 'RFC 5321 §4.2.3']],
  [521, ['the host takes no mail at all', 'RFC 7504 §3']],
  [530, ['authenticate, or start TLS, first', 'RFC 4954 §6']],
  [534, ['the mechanism is too weak for this user', 'RFC 4954 §6']],
  [535, ['user name or password are not right', 'RFC 4954 §6']],
  [538, ['the mechanism is allowed under TLS only', 'RFC 4954 §6']],
  [550, ['the mailbox does not exist or is not open to you, or policy says no', 'RFC 5321 §4.2.3']],
  [551, ['the recipient is not here; the reply may name another address', 'RFC 5321 §3.4']],
  [552, ['over the storage allowed, or the message is too big', 'RFC 5321 §4.5.3.1.9']],
  [553, ['the address is not allowed, mostly for its syntax', 'RFC 5321 §4.2.3']],
  [554, ['the transaction failed; as greeting: no SMTP service here for you', 'RFC 5321 §3.1']],
  [555, ['parameters of MAIL or RCPT that the server does not know', 'RFC 5321 §4.1.1.11']],
  [556, ['the domain of the recipient takes no mail (null MX)', 'RFC 7504 §4']],
]);
