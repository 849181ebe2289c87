import type { SmtpStage } from '@dsnkit/delivery-status';
import { TEXT_FORMATS, type TextFormat } from '../formats/index.ts';
import { PhraseBook } from './phrase-book.ts';
import { readNews } from './undelivered.ts';

/** What structures a text for people. */
type Mark =
  /** The original message begins. */
  | { readonly what: 'end' }
  | { readonly what: 'format'; readonly format: TextFormat }
  | { readonly what: 'delay' }
  | { readonly what: 'failure' }
  | { readonly what: 'success' }
  | { readonly what: 'challenge' }
  | { readonly what: 'permanent' }
  | { readonly what: 'gaveUp' };

/** The marks of a text up to where the original message begins. */
export interface Marks {
  /** The format whose mark comes first. */
  readonly format: TextFormat | undefined;
  /** Where the original message begins, or the end of the text. */
  readonly end: number;
  readonly delay: boolean;
  readonly failure: boolean;
  /** It says that it failed, and only in words that no table holds as a whole. */
  readonly inOtherWords: boolean;
  readonly success: boolean;
  readonly challenge: boolean;
  /** It says that it is over for good. */
  readonly permanent: boolean;
  /** It says that it was tried until time ran out. */
  readonly gaveUp: boolean;
}

/** Lines that introduce the original message; rules, bars and stars around them don't count. */
const END_MARKS: readonly string[] = [
  'original message*', 'original mail as follows', 'original mail follows', 'original mail info', 'your original message', 'the original message is', 'the original message follows', 'the header of the original message*', 'headers of the original message', 'header of the original', 'below this line is*', 'below is a copy of', 'this is a copy of*', 'a copy of the original message', 'a copy of the message', 'copy of the message', 'copy of your message', 'copy of your mail', 'included is a copy of', 'included below is', 'unsent message follows', 'unsent message below', 'message text follows', 'message headers follow', 'message header follows', 'message follows', 'header follows', 'returned message', 'returned mail follows', 'returned content', 'the original message headers', 'original headers', 'original header', 'original email', 'text of your message', 'the text of your message', 'start of original message', 'begin original message', 'begin message', 'forwarded message', 'here is listed the initial part of the message', 'here is the message', 'contents of your message', 'content of the original', 'message contents follow', 'attached to this message are the original mail headers', 'message non-deliverable', 'here follows the original', 'message header section', 'message body follows',
  'received: from', 'received: by', 'received: (qmail', 'received: (from', 'return-path:', 'content-type: message/rfc822', 'content-type: text/rfc822-headers', 'dkim-signature:', 'arc-seal:', 'x-google-smtp-source:', 'x-received:',
]; // prettier-ignore

const DELAY_MARKS: readonly string[] = [
  'this is a warning*', 'warning message only', 'this is only a warning', 'warning: could not send', 'warning only', 'do not need to resend', 'no need to resend', 'need not resend', 'not need to re-send', 'has not yet been delivered', 'not yet been delivered', 'not yet received your message', 'has been delayed', 'is delayed', 'was delayed', 'been delayed', 'delayed for', 'delivery delayed', 'mail delivery delayed', 'delay in the delivery', 'delivery incomplete', 'delivery status notification (delay)', 'delayed mail', 'still being retried', 'will be retried until', 'it will be retried', 'will retry for', 'will keep trying', 'will continue trying', 'delivery will continue to be attempted', 'delivery attempts will continue', 'will continue to try', 'temporary problem delivering', 'only a temporary failure report', 'this is a delivery delay', 'message delayed', 'warning: message', 'could not be delivered for more than', 'we will continue', 'mail queued', 'noch nicht zugestellt', 'verzögert', 'retardée', 'délai de distribution',
]; // prettier-ignore

const FAILURE_MARKS: readonly string[] = [
  'undeliverable*', 'undelivered*', 'could not be delivered', 'couldn\'t be delivered', 'cannot be delivered', 'can\'t be delivered', 'not be delivered', 'was not delivered', 'wasn\'t delivered', 'not delivered', 'were not delivered', 'unable to deliver', 'not able to deliver', 'wasn\'t able to deliver', 'could not deliver', 'couldn\'t deliver', 'failed to deliver', 'cannot deliver', 'can\'t deliver', 'delivery fail*', 'delivery has failed', 'delivery to the following*', 'failed delivery', 'delivery error*', 'error delivering', 'error has occurred while', 'error occurred while', 'there was an error', 'error sending your mail', 'mail delivery failed', 'mail delivery failure', 'mail delivery problem*', 'mail system error', 'message not delivered', 'non-delivery', 'nondeliverable', 'non-deliverable', 'non deliverable', 'returned mail', 'returned to sender', 'return to sender', 'returning message to sender', 'returned to you', 'being returned', 'mail failed', 'failure notice', 'delivery status notification*', 'delivery notification', 'delivery report', 'did not reach', 'didn\'t reach', 'had delivery problems', 'had permanent fatal errors', 'had delivery errors', 'had transient non-fatal errors', 'failed addresses', 'following address* failed', 'permanent delivery failure', 'permanent error*', 'rejected by*', 'was rejected', 'bounced', 'bounce message', 'rejected mail', 'message rejected', 'trouble delivering', 'could not be sent', 'could not send', 'couldn\'t send', 'unzustellbar*', 'nicht zugestellt', 'unzustellbarkeit*', 'non remis', 'non distribu*', 'échec de la remise', 'no se pudo entregar', 'no entregado', 'no se ha podido', 'não foi possível entregar', 'não entregue', 'mancato recapito', 'non recapit*', 'impossibile recapitare', 'onbestelbaar*', 'kan ikke leveres', 'kunde inte levereras', 'недоставленное', 'не доставлено', 'не удалось доставить', '配信できません*', '送信できません*', '配信不能', '送信不能', 'エラーのため', '配送できません*', '系统退信', '退信', 'loop alert', 'duplicated message-id', 'may not exist, or you may not have permission', 'message could not', 'not accept*', 'has been rejected', 'unknown user', 'user unknown',
]; // prettier-ignore

const SUCCESS_MARKS: readonly string[] = [
  'successfully delivered', 'was successfully delivered', 'has been successfully delivered', 'successful mail delivery', 'delivery status notification (success)', 'delivered successfully', 'was delivered to', 'your message was delivered', 'your message has been delivered', 'successfully relayed', 'message was successfully',
]; // prettier-ignore

/** Said of this message; that the error is a permanent one is what Exim and qmail say of any. */
const PERMANENT_MARKS: readonly string[] = [
  'failed permanently',
  'envelope expired',
  'permanent failure',
  'permanently failed',
  'permanently rejected',
];

/** Said where every try met trouble that may pass. */
const GAVE_UP_MARKS: readonly string[] = [
  'retry timeout exceeded',
  'retry time not reached',
  'persistent transient',
  'in the queue too long',
  'too long in the queue',
  'could not be delivered for*',
  'deleted from queue',
  'deleted from the queue',
  'host not found, try again',
];

const CHALLENGE_MARKS: readonly string[] = [
  'challenge-response', 'challenge/response', 'confirm that you sent', 'confirm that you are a human', 'prove that you are human', 'verify that you are a human', 'verify that you are human', 'boxbe', 'spamarrest', 'spam arrest', 'confirmation is required to deliver', 'click the link below to have your message delivered', 'approve sender', 'to be delivered, please reply', 'awaiting your verification', 'sender verification required', 'not recognize your address as', 'you are not on my list of approved senders', 'reply to this message to confirm', 'tmda', 'qurb', 'bluebottle', 'mailblocks',
]; // prettier-ignore

/** The commands that words of a client tell. */
const COMMAND_MARKS: readonly (readonly [SmtpStage, readonly string[]])[] = [
  ['connect', ['refused to talk to me', 'after initial connection', 'while receiving the initial server greeting', 'but greeting failed', 'smtp connection refused', 'in reply to connect', 'connect to*']],
  ['hello', ['in reply to ehlo', 'in reply to helo', 'after ehlo', 'after helo', 'my name was rejected', 'while performing the ehlo handshake', 'while performing the helo handshake', '>>> ehlo', '>>> helo']],
  ['auth', ['in reply to auth', 'after auth', '>>> auth']],
  ['mail', ['in reply to mail from', 'after mail from', 'after pipelined mail from', 'after sender', 'but sender was rejected', 'while sending mail from', '>>> mail from', '>>> mail', 'sent >>> mail', '[mail_from]', '[mail from]', 'did not like our mail from', 'after mail command', 'smtp command mail', 'response to mail from*']],
  ['rcpt', ['in reply to rcpt to', 'after rcpt to', 'after pipelined rcpt to', 'does not like recipient', 'while sending rcpt to', '>>> rcpt to', '>>> rcpt', 'sent >>> rcpt', '[rcpt_to]', '[rcpt to]', 'did not like our rcpt to', 'after rcpt command', 'after recipient', 'smtp command rcpt', 'response to rcpt to*']],
  ['data', ['in reply to data', 'after data', 'failed on data command', 'while sending data command', '[data]', '(data command', 'did not like our data', 'smtp command data']],
  ['content', ['in reply to end of data', 'after end of data', 'after pipelined end of data', 'after sending data block', 'failed after i sent the message', 'while sending end of data', 'while sending message body', 'end of data', '[end_of_data]', 'step: data send', '>>> .', '>>> data', 'did not like our message', 'sent >>> .', 'response to end-of-data', '>>> bdat']],
]; // prettier-ignore

const MARKS = new PhraseBook<Mark>([
  ...TEXT_FORMATS.flatMap((format) =>
    format.marks.map((phrase): [string, Mark] => [phrase, { what: 'format', format }]),
  ),
  ...END_MARKS.map((phrase): [string, Mark] => [phrase, { what: 'end' }]),
  ...DELAY_MARKS.map((phrase): [string, Mark] => [phrase, { what: 'delay' }]),
  ...FAILURE_MARKS.map((phrase): [string, Mark] => [phrase, { what: 'failure' }]),
  ...SUCCESS_MARKS.map((phrase): [string, Mark] => [phrase, { what: 'success' }]),
  ...PERMANENT_MARKS.map((phrase): [string, Mark] => [phrase, { what: 'permanent' }]),
  ...GAVE_UP_MARKS.map((phrase): [string, Mark] => [phrase, { what: 'gaveUp' }]),
  ...CHALLENGE_MARKS.map((phrase): [string, Mark] => [phrase, { what: 'challenge' }]),
]);

const COMMANDS = new PhraseBook<SmtpStage>(
  COMMAND_MARKS.flatMap(([stage, phrases]) => phrases.map((phrase): [string, SmtpStage] => [phrase, stage])),
);

/** Read the marks of a text. One pass. */
export function readMarks(text: string): Marks {
  let format: TextFormat | undefined;
  let end = text.length;
  const seen = { delay: false, failure: false, success: false, challenge: false, permanent: false, gaveUp: false };
  MARKS.scan(text, 0, text.length, (mark, start) => {
    if (mark.what === 'end') {
      if (start === 0 || !opensLine(text, start)) return false;
      end = text.lastIndexOf('\n', start) + 1;
      return true;
    }
    if (mark.what !== 'format') seen[mark.what] = true;
    else if (format === undefined && !isQuoted(text, start)) ({ format } = mark);
    return false;
  });
  if (format !== undefined) return { format, end, ...seen, inOtherWords: false };
  // Words that nobody has listed are looked for only where none of the others is there.
  const isSilent = !seen.delay && !seen.failure && !seen.success;
  const news = isSilent || !seen.gaveUp ? readNews(text, end) : undefined;
  if (news === undefined) return { format, end, ...seen, inOtherWords: false };
  const gaveUp = seen.gaveUp || news.gaveUp;
  if (!isSilent) return { format, end, ...seen, gaveUp, inOtherWords: false };
  return { format, end, ...seen, ...news, gaveUp, inOtherWords: news.failure || news.delay };
}

/** The last command that a text names, and where. */
export function findCommand(text: string, from: number, to: number): { stage: SmtpStage; at: number } | undefined {
  let found: { stage: SmtpStage; at: number } | undefined;
  COMMANDS.scan(text, from, to, (stage, at) => {
    // Postfix says in which command it was told; what a reply quotes of an earlier hop comes before.
    if (found === undefined || stage !== 'connect') found = { stage, at };
    return false;
  });
  return found;
}

/**
 * The line begins with these words, and is set off from what people wrote: by a rule before it, by a blank line, or by
 * being a field.
 */
function opensLine(text: string, at: number): boolean {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  let drawn = false;
  for (let i = lineStart; i < at; i++) {
    const code = text.charCodeAt(i);
    if (code === 32 || code === 9) continue;
    // Letters, digits and beyond: the line says something else. `>` quotes.
    if (!RULE_MARKS.includes(code)) return false;
    drawn = true;
  }
  if (drawn || text.charCodeAt(lineStart - 2) === 10 || lineStart < 2) return true;
  if (/^\s*$/.test(text.slice(text.lastIndexOf('\n', lineStart - 2) + 1, lineStart))) return true;
  return /^[a-z-]{2,40}:/i.test(text.slice(at, at + 42));
}

/** `-=*|_#+.:~` and the quotation dash. */
const RULE_MARKS = Array.from('-=*|_#+.:~', (mark) => mark.charCodeAt(0));

/** The line is one that a person quotes in an answer. */
function isQuoted(text: string, at: number): boolean {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  return text.charCodeAt(start) === 62 && !text.startsWith('>>>', start);
}
