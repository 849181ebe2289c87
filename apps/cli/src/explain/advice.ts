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
  const found = BY_DETAIL.get(`${subject}.${detail}`) ?? BY_SUBJECT[subject]?.[digit] ?? GENERAL[digit];
  if (action === 'delayed') return { ...(LOST.has(found) ? PASSING : found), sender: WAIT };
  return action === 'failed' ? (AFTER_WAITING.get(found) ?? found) : found;
}

const advice = (sender: string, operator: string): Advice => ({ sender, operator });

const ADDRESS = advice(
  'Check the spelling of the address, or reach the recipient in another way and ask for the right one.',
  'Take the address off your lists; sending on to it harms your reputation.',
);
const DOMAIN = advice(
  'Check the part after the @ sign.',
  'Look up MX and A of the domain; if they are gone for good, take the address off your lists.',
);
const FULL = advice(
  'Ask the recipient in another way to make room, then send again.',
  'Try again later; after some weeks of full mailbox take the address for abandoned.',
);
const SIZE = advice(
  'Send a smaller message, or a link instead of the attachment.',
  'Compare SIZE of the next host with your own limit, so that your users are told at once.',
);
const CONTENT = advice(
  'Read the words of the other system; mostly a link, an attachment or the wording was taken for spam.',
  'Look for the cause in the content, then for your address on block lists; the words of the reply often hold a link.',
);
const AUTHENTICATION = advice(
  'Ask the administrator of your domain; there is nothing wrong with your message.',
  'Check SPF, DKIM and DMARC of the domain in From, and that they pass for the host that sends.',
);
const PTR = advice(
  'Ask the administrator of your mail system.',
  'Give the sending address a name in reverse DNS that leads back to it, and say that name in EHLO.',
);
const WAIT = 'Wait: the mail system goes on trying by itself.';
const PASSING = advice(WAIT, 'Nothing, unless it lasts; then look at the next host and the network.');
const LOOP = advice(
  'Tell the administrator of the address.',
  'Follow the Received fields: two systems each think that the other one is responsible.',
);
const UTF8 = advice(
  'Ask the recipient for an address in plain ASCII.',
  'The next host lacks SMTPUTF8; only an address in ASCII gets through.',
);
const TLS = advice(
  'Ask the administrator of your mail system; the message was not sent over an unsafe connection.',
  'Check STARTTLS and the certificate of the next host, and what MTA-STS, DANE or REQUIRETLS demand.',
);
const POLICY = advice(
  'Read the words of the other system; ask the recipient to allow your address.',
  'Read the words of the other system; sender, host and content may each be the cause.',
);
const RATE = advice(WAIT, 'Send more slowly to this system; open fewer connections at once.');
const RECIPIENTS = advice('Send to fewer recipients at a time.', 'Send fewer recipients per transaction to this host.');
const MX = advice(
  'Reach the recipient in another way: the domain takes no mail.',
  'The domain says by a null MX that it takes no mail; take the address off your lists.',
);

const CLOSED = advice('Reach the recipient in another way; the account is closed.', 'Take the address off your lists.');
const NAMES = advice(
  'Wait, or tell your administrator.',
  'Look at the DNS servers of the domain and at your resolver.',
);

const BY_DETAIL: ReadonlyMap<string, Advice> = new Map([
  ['1.1', ADDRESS],
  ['1.2', DOMAIN],
  ['1.3', ADDRESS],
  ['1.4', advice('Use the full address of the recipient.', 'Ask the other system which address it means.')],
  ['1.6', ADDRESS],
  ['1.8', advice('Ask the administrator of your mail system.', 'Check MX and A of the domain of the reverse-path.')],
  ['1.10', MX],
  ['2.1', CLOSED],
  ['2.2', FULL],
  ['2.3', SIZE],
  ['3.4', SIZE],
  ['4.1', PASSING],
  ['4.3', NAMES],
  ['4.4', DOMAIN],
  ['4.6', LOOP],
  ['4.7', advice('Send again, or reach the recipient in another way.', 'Look why the next host did not take the message for so long.')],
  ['5.3', RECIPIENTS],
  ['5.4', advice('Tell your administrator.', 'Look at the dialogue: a parameter was sent that the next host does not take.')],
  ['6.7', UTF8],
  ['6.9', UTF8],
  ['7.1', POLICY],
  ['7.10', TLS],
  ['7.20', AUTHENTICATION],
  ['7.21', AUTHENTICATION],
  ['7.22', AUTHENTICATION],
  ['7.23', AUTHENTICATION],
  ['7.24', AUTHENTICATION],
  ['7.25', PTR],
  ['7.26', AUTHENTICATION],
  ['7.27', advice('Ask the administrator of your mail system.', 'The domain of the reverse-path has a null MX, so nobody could answer it.')],
  ['7.28', RATE],
  ['7.30', TLS],
]); // prettier-ignore

/** What gives an address up. */
const LOST: ReadonlySet<Advice> = new Set([ADDRESS, DOMAIN, CLOSED, MX]);

/** What to do instead of waiting once nobody tries any more. */
const AFTER_WAITING: ReadonlyMap<Advice, Advice> = new Map([
  [PASSING, advice('Send again later.', 'Look at the next host and the network.')],
  [RATE, { ...RATE, sender: 'Send again later.' }],
  [NAMES, { ...NAMES, sender: 'Send again later, or tell your administrator.' }],
]);

const BY_SUBJECT: readonly (Partial<Record<4 | 5, Advice>> | undefined)[] = [
  undefined,
  { 5: ADDRESS },
  { 4: FULL, 5: ADDRESS },
  { 4: PASSING },
  { 4: PASSING, 5: DOMAIN },
  undefined,
  { 4: CONTENT, 5: CONTENT },
  { 4: RATE, 5: POLICY },
];

const GENERAL: Readonly<Record<4 | 5, Advice>> = {
  4: PASSING,
  5: advice(
    'Read the words of the other system, and ask its postmaster if they do not help.',
    'Read the words of the other system; the code itself tells no more.',
  ),
};
