import { parseStatusCode } from '../status-code.ts';
import type { StatusCode } from '../types.ts';
import { STATUS_ENTRIES, type StatusEntry } from './entries.ts';

/** What is known of a status code; of an unknown one, what its subject and class say. RFC 3463 §2. */
export interface StatusMeaning {
  readonly class: 2 | 4 | 5;
  /** `Success`, `Persistent Transient Failure` or `Permanent Failure`. RFC 3463 §2. */
  readonly className: string;
  /** The name of the subject, if that is known. RFC 3463 §3. */
  readonly subjectName?: string;
  /** The row of the registry, if subject and detail are registered. */
  readonly entry?: StatusEntry;
  /** Whether the code is meant to come with this class; true for codes that are not registered. */
  readonly usualClass: boolean;
}

/**
 * Look a status code up. A code that is not registered still has a class, and mostly a subject: report these.
 *
 * RFC 3463 §2, RFC 5248 §2.
 *
 * @throws {DeliveryStatusError} `bad-status` if this is not a status code.
 * @example lookupStatus('5.1.250').subjectName // 'Addressing Status'
 */
export function lookupStatus(code: StatusCode): StatusMeaning {
  const { class: digit, subject, detail } = parseStatusCode(code);
  const entry = BY_CODE.get(`${subject}.${detail}`);
  const subjectName = SUBJECTS[subject]?.name;
  return {
    class: digit,
    className: CLASS_NAMES[digit],
    ...(subjectName === undefined ? {} : { subjectName }),
    ...(entry === undefined ? {} : { entry }),
    usualClass: entry?.classes.includes(digit) ?? true,
  };
}

/**
 * Say in plain words what a status code means, for the person who wrote the message.
 *
 * RFC 3463 §2: an unknown detail is told by its subject, an unknown subject by its class.
 *
 * @throws {DeliveryStatusError} `bad-status` if this is not a status code.
 * @example explainStatus('5.2.2') // 'The mailbox is full. Sending the message again will help only once that has changed.'
 */
export function explainStatus(code: StatusCode): string {
  const { class: digit, entry } = lookupStatus(code);
  const { subject } = parseStatusCode(code);
  const general = SUBJECTS[subject] ?? UNDEFINED_SUBJECT;
  if (digit === 2) return entry?.success ?? general.success;
  return `${entry?.sentence ?? general.sentence} ${digit === 5 && passes(entry) ? PASSES : OUTLOOK[digit]}`;
}

/** Whether a code is meant for troubles that pass without a change to the message: RFC 3463 §3 gives it to class 4 alone. */
function passes(entry: StatusEntry | undefined): boolean {
  return entry !== undefined && entry.classes.length > 0 && entry.classes.every((digit) => digit === 4);
}

const BY_CODE: ReadonlyMap<string, StatusEntry> = new Map(STATUS_ENTRIES.map((entry) => [entry.code, entry]));

const CLASS_NAMES: Readonly<Record<2 | 4 | 5, string>> = {
  2: 'Success',
  4: 'Persistent Transient Failure',
  5: 'Permanent Failure',
};

const OUTLOOK: Readonly<Record<4 | 5, string>> = {
  4: 'This may be temporary.',
  5: 'Sending the message again unchanged will not help.',
};

/** RFC 3463 §2: with class 5 the message or the destination must change; here it is the destination. */
const PASSES = 'Sending the message again will help only once that has changed.';

interface Subject {
  readonly name: string;
  readonly sentence: string;
  readonly success: string;
}

const UNDEFINED_SUBJECT: Subject = {
  name: 'Other or Undefined Status',
  sentence: 'The receiving system gave no exact reason.',
  success: 'The message went through.',
};

const SUBJECTS: readonly Subject[] = [
  UNDEFINED_SUBJECT,
  {
    name: 'Addressing Status',
    sentence: 'Something is wrong with one of the addresses.',
    success: 'The address was accepted.',
  },
  {
    name: 'Mailbox Status',
    sentence: 'Something is wrong with the mailbox.',
    success: 'The message reached the mailbox.',
  },
  {
    name: 'Mail System Status',
    sentence: 'The receiving system had a problem.',
    success: 'The receiving system took the message.',
  },
  {
    name: 'Network and Routing Status',
    sentence: 'There was a problem on the network or on the way to the receiving system.',
    success: 'The message found its way.',
  },
  {
    name: 'Mail Delivery Protocol Status',
    sentence: 'The two mail systems did not understand each other.',
    success: 'The mail systems agreed on the delivery.',
  },
  {
    name: 'Message Content or Media Status',
    sentence: 'Something in the content of the message kept it from being delivered.',
    success: 'The content of the message was taken.',
  },
  {
    name: 'Security or Policy Status',
    sentence: 'The message was stopped for a reason of security or policy.',
    success: 'The security check was passed.',
  },
];
