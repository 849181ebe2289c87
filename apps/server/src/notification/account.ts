import { parseStatusCode, type Action, type StatusCode } from '@dsnkit/delivery-status';
import { fill, type Advice, type Texts } from './texts/texts.ts';
import type { When } from './when.ts';

/** What is known of one recipient. */
export interface RecipientFacts {
  readonly action: Action;
  readonly status: StatusCode;
  /** When this server took the message. */
  readonly arrived: Date;
  /** Until when it tries. */
  readonly retryUntil?: Date;
  /** The address is an alias; what happened, happened to an address behind it, which is not told. */
  readonly forwarded: boolean;
  /** Its own words on the last failure, in English. */
  readonly reason?: string;
}

/** What happened to a recipient, why, and what its sender can do now: paragraphs. */
export function accountOf(texts: Texts, facts: RecipientFacts, when: When): readonly string[] {
  const { account } = texts;
  const { retryUntil } = facts;
  switch (facts.action) {
    case 'failed':
      return [
        ...causes(texts, facts),
        // A failure of class 4 is one that passed the time limit. RFC 3464 §2.3.3
        ...(facts.status.startsWith('4') ? [fill(account.gaveUp, { date: when(facts.arrived) })] : []),
        fill(account.advice, { advice: texts.advice[adviceFor(facts)] }),
      ];
    case 'delayed':
      return [
        retryUntil === undefined ? account.keepsTrying : fill(account.keepsTryingUntil, { date: when(retryUntil) }),
        ...causes(texts, facts),
      ];
    case 'relayed':
      return [account.relayed];
    case 'expanded':
      return [account.expanded];
    case 'delivered':
      return [];
  }
}

function causes(texts: Texts, facts: RecipientFacts): readonly string[] {
  const { status, reason, forwarded } = facts;
  const { account, outlook } = texts;
  const cause = fill(account.cause, {
    explanation: explain(texts, status),
    outlook: status.startsWith('5') && !passing.has(adviceFor(facts)) ? outlook.permanent : outlook.temporary,
    status,
  });
  return [
    ...(forwarded ? [account.forwarded] : []),
    cause,
    ...(reason === undefined || account.detail === undefined ? [] : [fill(account.detail, { reason })]),
  ];
}

/** Advice to send the same again, which must not stand below words that this will not help. */
const passing: ReadonlySet<Advice> = new Set<Advice>(['full', 'later']);

/** RFC 3463 §2: an unknown detail is told by its subject, an unknown subject as no exact reason. */
function explain({ explanations }: Texts, status: StatusCode): string {
  const { subject, detail } = parseStatusCode(status);
  return explanations[`${subject}.${detail}`] ?? explanations[`${subject}.0`] ?? explanations['0.0'];
}

function adviceFor({ status, forwarded }: RecipientFacts): Advice {
  const { class: digit, subject, detail } = parseStatusCode(status);
  if (forwarded && subject === 1) return 'alias-owner';
  return advices[`${subject}.${detail}`] ?? (digit === 4 ? 'later' : (advices[`${subject}.0`] ?? 'otherwise'));
}

/** By subject and detail of the status; `N.0` is for all others of that subject. */
const advices: Readonly<Record<string, Advice>> = {
  '0.0': 'otherwise',
  '1.0': 'address',
  '1.2': 'domain',
  '1.6': 'moved',
  '1.7': 'sender',
  '1.8': 'sender',
  '1.10': 'no-mail',
  '2.0': 'otherwise',
  '2.1': 'disabled',
  '2.2': 'full',
  '2.3': 'smaller',
  '2.4': 'list',
  '3.0': 'later',
  '3.1': 'later',
  '3.4': 'smaller',
  '4.0': 'later',
  '4.6': 'loop',
  '4.7': 'later',
  '5.0': 'postmaster',
  '5.3': 'fewer',
  '6.0': 'simpler',
  '6.7': 'plain-address',
  '6.9': 'plain-header',
  '7.0': 'policy',
  '7.1': 'refused',
  '7.2': 'members',
  '7.8': 'own-server',
  '7.10': 'protected',
  '7.13': 'account',
  '7.15': 'later',
  '7.16': 'smaller',
  '7.17': 'new-owner',
  '7.18': 'new-domain',
  '7.19': 'unknown-owner',
  '7.20': 'unproven',
  '7.21': 'unproven',
  '7.22': 'unproven',
  '7.23': 'unproven',
  '7.25': 'own-server',
  '7.26': 'unproven',
  '7.27': 'sender',
  '7.28': 'later',
  '7.30': 'protected',
};
