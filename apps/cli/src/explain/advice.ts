import { REASONS, type Reason } from '@dsnkit/bounce';
import { parseStatusCode, type StatusCode } from '@dsnkit/delivery-status';

/** What may be done about a failure. */
export interface Advice {
  /** By the person who wrote the message. */
  readonly sender: string;
  /** By the person who runs the system that sends. */
  readonly operator: string;
}

/**
 * What to do about a status code, by its subject and detail, or by its class where nothing finer is known. Undefined for
 * a success.
 *
 * @param action what a report says that became of the message: of one that is delayed nothing is lost yet, and of one that
 *   failed nothing is tried any more, whatever the code. RFC 3464 §2.3.3
 */
export function adviceOn(code: StatusCode, action: string | null = null): Advice | undefined {
  const { class: digit, subject, detail } = parseStatusCode(code);
  if (digit === 2) return undefined;
  const found =
    BY_CODE.get(code) ?? BY_DETAIL.get(`${subject}.${detail}`) ?? BY_SUBJECT[subject]?.[digit] ?? GENERAL[digit];
  return inTime(found, digit, action);
}

/**
 * What to do about a recipient of whom a bounce tells: by the status code where it says why, else by the reason that the
 * rest of the bounce gave. 5.0.0 with the words "user unknown" is a wrong address, and no riddle.
 */
export function adviceOnRecipient(
  code: StatusCode,
  reason: Reason | undefined,
  action: string | null = null,
): Advice | undefined {
  const { class: digit } = parseStatusCode(code);
  const found = digit === 2 || reason === undefined || saysReason(code, reason) ? undefined : BY_REASON[reason];
  return found === undefined || digit === 2 ? adviceOn(code, action) : inTime(found, digit, action);
}

/**
 * Whether a status code tells by itself why, and just that: one without a detail tells its subject only, and 7.1 no more than
 * that somebody did not want the message. RFC 3463 §3.2 to §3.8.
 */
export function saysReason(code: StatusCode, reason: Reason): boolean {
  const { subject, detail } = parseStatusCode(code);
  const own = `${subject}.${detail}`;
  return detail !== 0 && own !== '7.1' && REASONS[reason].statuses.includes(own);
}

function inTime(found: Advice, digit: 4 | 5, action: string | null): Advice {
  if (action === 'delayed') return whileTrying(found, WAIT);
  if (digit === 5) return found;
  // RFC 3463 §2: class 4 says that sending in the future may succeed, so no address is lost yet.
  if (action === 'failed') return LOST.has(found) ? { ...found, operator: GIVE_UP_LATER } : found;
  return whileTrying(found, `${WAIT} If it gives up: ${lowerFirst(found.sender)}`);
}

function whileTrying(found: Advice, sender: string): Advice {
  return { sender, operator: (LOST.has(found) ? TROUBLE : found).operator };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

const WAIT = 'Wait: the mail system goes on trying by itself.';
const GIVE_UP_LATER = 'Try again later; if it fails for weeks, take the address off your lists.';

const advice = (sender: string, operator: string): Advice => ({ sender, operator });

const ADDRESS = advice(
  'Check the spelling of the address, or reach the recipient in another way and ask for the right one.',
  'Take the address off your lists; sending on to it harms your reputation.',
);
const MOVED = advice('Reach the recipient in another way, and ask for the new address.', ADDRESS.operator);
const DOMAIN = advice(
  'Check the part after the @ sign.',
  'Look up MX and A of the domain; if they are gone for good, take the address off your lists.',
);
const MX = advice(
  'Reach the recipient in another way: the domain takes no mail.',
  'The domain says by a null MX that it takes no mail; take the address off your lists.',
);
const CLOSED = advice('Reach the recipient in another way; the account is closed.', 'Take the address off your lists.');
const OWNER = advice(
  'Reach the recipient in another way, and ask for an address of their own.',
  'Take the address off your lists; whoever has it now never asked for your mail.',
);
/** What gives an address up. */
const LOST: ReadonlySet<Advice> = new Set([ADDRESS, MOVED, DOMAIN, MX, CLOSED, OWNER]);

const SENDER = advice(
  'Check your own address in the settings of your mail program, or ask the administrator of your mail system.',
  'Look at the reverse-path of the message: the address in MAIL FROM.',
);
const FULL = advice(
  'Ask the recipient in another way to make room, then send again.',
  'Try again later; after some weeks of full mailbox take the address for abandoned.',
);
const SIZE = advice(
  'Send a smaller message, or a link instead of the attachment.',
  'Compare SIZE of the next host with your own limit, so that your users are told at once.',
);
const LIST = advice(
  'Tell the owner of the mailing list.',
  'Tell the owner of the list: the fault is with the list, not on the way to it.',
);
const TROUBLE = advice('Send again later.', 'Nothing, unless it lasts; then look at the next host and the network.');
const NAMES = advice(
  'Send again later, or tell the administrator of your mail system.',
  'Look at the DNS servers of the domain and at your resolver.',
);
const FEATURE = advice(
  'Tell the administrator of your mail system.',
  'Look at what the message asked for: a parameter or an extension that the next host does not have.',
);
const DIALOGUE = advice(
  'Tell the administrator of your mail system.',
  'Look at the dialogue: the words of the other system say which command it did not take, and mostly why.',
);
const RECIPIENTS = advice('Send to fewer recipients at a time.', 'Send fewer recipients per transaction to this host.');
const CONTENT = advice(
  'Read the words of the other system; mostly a link, an attachment or the wording was taken for spam.',
  'Look for the cause in the content, then for your address on block lists; the words of the reply often hold a link.',
);
const CONVERSION = advice(
  'Send it in a simpler form: as plain text, or in an attachment.',
  'The next host can not take the content as it is: see which of 8BITMIME, BINARYMIME and SMTPUTF8 it offers, and encode for it.',
);
const UTF8 = advice(
  'Ask the recipient for an address in plain ASCII, and send from one.',
  'The next host lacks SMTPUTF8; only addresses and header fields in ASCII get through.',
);
const UTF8_REPLY = advice(
  'Ask the administrator of your mail system.',
  'The command has to say SMTPUTF8: without it the server can not say what it has to.',
);
const FETCH = advice(
  'Attach the content itself, in place of what points to it.',
  'The server could not fetch what BURL points to: check the URL, and whether it may.',
);
const POLICY = advice(
  'Read the words of the other system; ask the recipient to allow your address.',
  'Read the words of the other system; sender, host and content may each be the cause.',
);
const RATE = advice('Send again later.', 'Send more slowly to this system; open fewer connections at once.');
const FLOOD = advice('Ask the administrator of your mail system: too much mail like this one was sent.', RATE.operator);
const CLOSED_LIST = advice(
  'Ask the owner of the mailing list to let you write, or write from the address that you joined with.',
  'The list takes mail of certain senders only; nothing is wrong with your system.',
);
const SECURITY = advice(
  'Ask the administrator of your mail system.',
  'Look which encryption, signature or certificate was used; the words of the other system say what it misses.',
);
const INTEGRITY = advice(
  'Ask the administrator of your mail system.',
  'Look for what changes messages on their way: filters, footers, repaired line ends.',
);
const SIGN_IN = advice(
  'Check how your mail program signs in; if it does not, ask the administrator of your mail system.',
  'Check user name, password, mechanism and TLS for the server that was signed in to.',
);
const TLS = advice(
  'Ask the administrator of your mail system; the message was not sent over an unsafe connection.',
  'Check STARTTLS and the certificate of the next host, and what MTA-STS, DANE or REQUIRETLS demand.',
);
const AUTHENTICATION = advice(
  'Ask the administrator of your domain; there is nothing wrong with your message.',
  'Check SPF, DKIM and DMARC of the domain in From, and that they pass for the host that sends.',
);
const PTR = advice(
  'Ask the administrator of your mail system.',
  'Give the sending address a name in reverse DNS that leads back to it, and say that name in EHLO.',
);

const FORM = advice(
  'Send it in a simpler form: as plain text, or without the attachment.',
  'Read the words of the other system: they mostly say which header field or part it does not take.',
);
const THEIRS = advice(
  'Reach the recipient in another way, and tell them that their mail system has a fault.',
  'Tell the postmaster of the other system what its words say.',
);
const NO_MAIL = advice(
  'Check the part after the @ sign, or reach the recipient in another way.',
  'Look up MX of the domain: does it name the right host? This one says that it takes no mail.',
);
const LOOP = advice(
  'Tell the administrator of the address.',
  'Follow the Received fields: two systems each think that the other one is responsible.',
);
const TIME_OUT = advice(
  'Reach the recipient in another way, or ask the administrator of your mail system.',
  'Look why the next host did not take the message for so long.',
);

/** Where the class makes another matter of it. RFC 7504 §3: a host that takes no mail at all, not one that is shut down. */
const BY_CODE: ReadonlyMap<string, Advice> = new Map([['5.3.2', NO_MAIL]]);

const BY_DETAIL: ReadonlyMap<string, Advice> = new Map([
  ['1.1', ADDRESS],
  ['1.2', DOMAIN],
  ['1.3', ADDRESS],
  ['1.4', advice('Use the full address of the recipient.', 'Ask the other system which address it means.')],
  ['1.6', MOVED],
  ['1.7', SENDER],
  ['1.8', advice('Ask the administrator of your mail system.', 'Check MX and A of the domain of the reverse-path.')],
  ['1.10', MX],
  ['2.1', CLOSED],
  ['2.2', FULL],
  ['2.3', SIZE],
  ['2.4', LIST],
  ['3.1', TROUBLE],
  ['3.3', FEATURE],
  ['3.4', SIZE],
  ['3.5', advice('Reach the recipient in another way, and tell them.', 'Tell the postmaster of the other system what its words say.')],
  ['4.1', TROUBLE],
  ['4.2', TROUBLE],
  ['4.3', NAMES],
  ['4.4', DOMAIN],
  ['4.5', TROUBLE],
  ['4.6', LOOP],
  ['4.7', TIME_OUT],
  ['5.1', DIALOGUE],
  ['5.2', DIALOGUE],
  ['5.3', RECIPIENTS],
  ['5.4', FEATURE],
  ['5.5', DIALOGUE],
  ['5.6', SIGN_IN],
  ['6.1', advice('Send the content in another format, or a link to it.', 'The words of the other system may say which kind of content it does not take.')],
  ['6.2', CONVERSION],
  ['6.3', CONVERSION],
  ['6.4', CONVERSION],
  ['6.5', CONVERSION],
  ['6.6', FETCH],
  ['6.7', UTF8],
  ['6.8', UTF8_REPLY],
  ['6.9', UTF8],
  ['6.10', UTF8_REPLY],
  ['7.1', POLICY],
  ['7.2', CLOSED_LIST],
  ['7.3', SECURITY],
  ['7.4', SECURITY],
  ['7.5', SECURITY],
  ['7.6', SECURITY],
  ['7.7', INTEGRITY],
  ['7.8', SIGN_IN],
  ['7.9', SIGN_IN],
  ['7.10', TLS],
  ['7.11', SIGN_IN],
  ['7.12', SIGN_IN],
  ['7.13', SIGN_IN],
  ['7.14', FETCH],
  ['7.15', advice('Send it with a higher priority.', 'MT-PRIORITY of the message is below what the next host takes now.')],
  ['7.16', advice('Send a smaller message, or with a higher priority.', 'The next host takes large messages with a higher MT-PRIORITY only.')],
  ['7.17', OWNER],
  ['7.18', OWNER],
  ['7.19', advice('Ask the recipient in another way whether the address is still theirs.', 'The next host does not know since when the mailbox has its owner; without RRVS it takes the message.')],
  ['7.20', AUTHENTICATION],
  ['7.21', AUTHENTICATION],
  ['7.22', AUTHENTICATION],
  ['7.23', AUTHENTICATION],
  ['7.24', AUTHENTICATION],
  ['7.25', PTR],
  ['7.26', AUTHENTICATION],
  ['7.27', advice('Ask the administrator of your mail system.', 'The domain of the reverse-path has a null MX, so nobody could answer it.')],
  ['7.28', FLOOD],
  ['7.29', advice('Ask whoever forwards your mail; there is nothing wrong with your message.', 'Look which host broke the ARC chain: mostly one that forwards and changes messages.')],
  ['7.30', TLS],
]); // prettier-ignore

const GENERAL: Readonly<Record<4 | 5, Advice>> = {
  4: TROUBLE,
  5: advice(
    'Read the words of the other system, and ask its postmaster if they do not help.',
    'Read the words of the other system; the code itself tells no more.',
  ),
};

/** Where the detail says nothing: RFC 3463 §2 lets the subject count then. */
const BY_SUBJECT: readonly (Partial<Record<4 | 5, Advice>> | undefined)[] = [
  undefined,
  { 5: advice('Check the addresses of the message, your own too.', 'Read the words of the other system: they say which address it means.') },
  { 5: advice('Read the words of the other system, or reach the recipient in another way.', 'Read the words of the other system: something is wrong with the mailbox, though it may exist.') },
  undefined,
  { 5: DOMAIN },
  { 5: DIALOGUE },
  { 4: CONTENT, 5: CONTENT },
  { 4: RATE, 5: POLICY },
]; // prettier-ignore

/** Where the words say why, and the status does not. */
const BY_REASON: Readonly<Partial<Record<Reason, Advice>>> = {
  'user-unknown': ADDRESS,
  'user-moved': MOVED,
  'mailbox-disabled': CLOSED,
  'mailbox-full': FULL,
  'recipient-filtered': advice(
    'Ask the recipient in another way to let your messages in; check the address, too.',
    'Nothing: the recipient, or a filter behind the server, refused it. Some systems say so of addresses that do not exist.',
  ),
  'message-too-large': SIZE,
  'host-unknown': DOMAIN,
  'host-accepts-no-mail': NO_MAIL,
  'network-error': advice(
    'Ask the administrator of your mail system whether the other system can be reached now.',
    'Look at the next host, its DNS and the network on the way there, then let it be sent anew.',
  ),
  expired: TIME_OUT,
  'routing-loop': LOOP,
  'sender-rejected': advice(
    'Check your own address, and ask the recipient in another way to let it write.',
    'Look at the reverse-path and From of the message: their domain has to exist, and this recipient may not want it.',
  ),
  'address-blocked': advice(
    'Ask the administrator of your mail system; there is nothing wrong with your message.',
    'Look for the address of the sending host on block lists; the words of the reply often name the list or hold a link.',
  ),
  'bad-reputation': advice(
    'Ask the administrator of your mail system; there is nothing wrong with your message.',
    'Send less, and only to who wants it: the reputation of host and domain comes from complaints, dead addresses and spam.',
  ),
  'no-reverse-dns': PTR,
  'too-many-connections': RATE,
  'rate-limited': RATE,
  'authentication-failed': AUTHENTICATION,
  'relaying-denied': advice(
    'Ask the administrator of your mail system.',
    'Look where mail of this sender and for this domain goes: the host takes it only from who may relay through it.',
  ),
  security: SECURITY,
  'tls-required': TLS,
  policy: POLICY,
  spam: CONTENT,
  virus: advice(
    'Look for malware in what you sent, its attachments first.',
    'Look for malware on the machine of the sender; who is sure that there is none tells the other postmaster.',
  ),
  content: FORM,
  'not-compliant': FORM,
  protocol: DIALOGUE,
  'mail-system': THEIRS,
  'system-full': THEIRS,
  'delivery-program': THEIRS,
  greylisted: TROUBLE,
  suppressed: advice(
    'Reach the recipient in another way: your mail system has given this address up.',
    'Look why the address is on the suppression list, and take it off there if it works again.',
  ),
};

/**
 * What to do about a reply without a status code, where the reply code says more or less than the status that it is best read
 * as; undefined for all others.
 */
export function adviceOnReply(replyCode: number): Advice | undefined {
  return BY_REPLY.get(replyCode);
}

const BY_REPLY: ReadonlyMap<number, Advice> = new Map([
  // RFC 4954 §6, RFC 3207 §4
  [454, advice(WAIT, 'Nothing, unless it lasts; then try STARTTLS and AUTH with this server by hand.')],
  [
    530,
    advice(
      SIGN_IN.sender,
      'Give the login for this server, or start TLS first; if you have no login, mail for its domain goes to another host: its MX.',
    ),
  ],
  [
    552,
    advice(
      'Read the words of the other system: send a smaller message, or ask the recipient in another way to make room.',
      'Read the words of the other system: a full mailbox passes, a limit on size does not.',
    ),
  ],
]);
