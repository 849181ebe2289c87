import { autoSubmitted, decodeHeaderText } from '@dsnkit/multipart-report';
import type { Field } from '@dsnkit/delivery-status';
import { addressesOf, addressOf } from './text/address.ts';

/** What the header of a message says about its being a bounce. */
export interface HeaderSignals {
  readonly subject: string;
  /** The address that sent it. */
  readonly from: string;
  /** Addresses it was sent to: the sender of the original message. */
  readonly to: readonly string[];
  /** X-Failed-Recipients. */
  readonly failedRecipients: readonly string[];
  /** A mail system sent it, by name or by the null reverse-path. */
  readonly fromMailSystem: boolean;
  readonly nullReturnPath: boolean;
  /** The subject is one of a bounce. */
  readonly subjectSaysBounce: boolean;
  /** Somebody answers or forwards, or a program sums up what it held back. */
  readonly answersOrForwards: boolean;
  /** A person wrote it to a mailing list. RFC 2369 §3, RFC 2919 §3. */
  readonly postedToList: boolean;
  readonly autoSubmitted: string;
}

/** Read the header in one pass. */
export function readSignals(headers: readonly Field[]): HeaderSignals {
  const values = new Map<string, string>();
  for (const { name, value } of headers) {
    const key = KEYS.get(name.length) === undefined ? undefined : name.toLowerCase();
    if (key !== undefined && WANTED.has(key) && !values.has(key)) values.set(key, value);
  }
  const subject = decodeHeaderText((values.get('subject') ?? '').slice(0, LONGEST_VALUE));
  const fromField = (values.get('from') ?? '').slice(0, LONGEST_VALUE);
  const returnPath = values.get('return-path');
  const failed = values.get('x-failed-recipients') ?? values.get('x-failed-recipient');
  const system = SYSTEM_SENDERS.test(fromField);
  return {
    subject,
    from: addressOf(fromField),
    to: [
      ...addressesOf((values.get('to') ?? '').slice(0, LONGEST_VALUE)),
      ...addressesOf((values.get('x-envelope-to') ?? '').slice(0, LONGEST_VALUE)),
    ],
    failedRecipients: failed === undefined ? [] : splitList(failed.slice(0, LONGEST_LIST)),
    fromMailSystem: system || (returnPath !== undefined && /^<?mailer-daemon\b/i.test(returnPath)),
    nullReturnPath: returnPath?.replace(/\s/g, '') === '<>',
    subjectSaysBounce: BOUNCE_SUBJECTS.test(subject) && !ANSWERS.test(subject),
    answersOrForwards: (ANSWERS.test(subject) && !system) || SUMMARIES.test(subject),
    postedToList: (values.has('list-id') || values.has('list-post')) && !system && returnPath?.trim() !== '<>',
    autoSubmitted: autoSubmitted(headers),
  };
}

/** A value is looked at this far; those of mail systems are short. */
const LONGEST_VALUE = 2000;

/** Exim writes all its recipients into one field. */
const LONGEST_LIST = 100_000;

const WANTED: ReadonlySet<string> = new Set([
  'subject',
  'from',
  'to',
  'return-path',
  'x-failed-recipients',
  'x-failed-recipient',
  'x-envelope-to',
  'list-id',
  'list-post',
]);

/** The lengths of those names: most fields are passed by without a look at their letters. */
const KEYS: ReadonlyMap<number, true> = new Map([...WANTED].map((name) => [name.length, true]));

/** Who mail systems say they are. */
const SYSTEM_SENDERS =
  /mailer[-_ ]?daemon|postmaster|post_master|mail ?deliver|mail administrator|mail (?:delivery )?(?:sub)?system|system administrator|mail server|mailsystem|delivery system|double-bounce|bounce@|no-?reply@sns\.amazonaws|maildelivery|mail-daemon|microsoft outlook|microsoft exchange|message(?:s)? ?delivery|returned mail/i;

/** Whether a line names a mail system as the one who wrote. */
export function namesMailSystem(line: string): boolean {
  return SYSTEM_SENDERS.test(line.slice(0, LONGEST_VALUE));
}

const BOUNCE_SUBJECTS =
  /undeliver|returned? (?:mail|message|to sender|e-?mail)|delivery (?:status|fail|error|problem|report|has failed|notification|delay|incomplete|has been)|mail deliver|mail (?:system )?(?:fail|error)|failure (?:notice|notification)|failed (?:mail|delivery)|non.?deliver|could ?n(?:o|')t be (?:delivered|sent)|could not send|cannot send|delivery.*fail|message (?:delivery|status|not|fail|could|expired|delayed)|not delivered|unzustell|unable to deliver|warning: (?:could|message)|delayed mail|mail delay|bounced? (?:e-?mail|message|notif)|mail bounce|rejected (?:mail|posting|message)|error sending|\berror\b.*\bmail|problem (?:with|delivering)|permanent (?:delivery )?fail|not be delivered|loop alert|mail loop|nicht zugestellt|non remis|no se (?:ha )?pud|não (?:foi|entregue)|mancat|onbestelbaar|недоставл|不達|配信|退信|エラー|送信でき|配送|returning message|undelivred|postmaster notify|system error|mail non|automatic(?:ally)? reject|invalid recipient|user unknown|notification.*(?:fail|deliver)/i;

const ANSWERS = /^\s*(?:re|fwd?|aw|wg|sv|antw|vs|tr|rv)\s*(?:\[\d+\])?:/i;

/** Also what Postfix tells its postmaster of sessions that went wrong: nobody's message came back. */
const SUMMARIES =
  /\b(?:quarantine|digest|summary|newsletter|aggregate)\b|^report domain:|\b[sl]mtp (?:server|client): errors from\b/i;

function splitList(value: string): string[] {
  return value
    .split(',')
    .map((item) => addressOf(item) || item.trim())
    .filter((item) => item !== '');
}
