import {
  mailboxValue,
  type RecipientFields,
  type SmtpReply,
  type SmtpStage,
  type StatusCode,
} from '@dsnkit/delivery-status';
import { classify, type Finding } from './classify.ts';
import { REASONS, type Reason } from './reasons.ts';
import type { Advice, BouncedRecipient, Confidence, Evidence, Permanence } from './types.ts';

/** What a reader knows of a recipient before it is judged. */
export interface Facts {
  readonly address: string;
  /** Declared fields, if there are any. */
  readonly fields?: Partial<RecipientFields>;
  /** Where no field says it: what the message is about. */
  readonly action: NonNullable<RecipientFields['action']>;
  /** A status that words give, for where no field and no reply has one. */
  readonly status?: StatusCode | undefined;
  readonly reply?: SmtpReply | undefined;
  /** Words to find the reason in, best first. */
  readonly words: readonly Words[];
  readonly command?: SmtpStage | undefined;
  readonly host?: string | undefined;
  /** Reason of the format, where nothing tells. */
  readonly usual?: Reason | undefined;
  /** The text says that it is over for good. */
  readonly permanent?: boolean;
  /** The text says that it was tried until time ran out: the trouble was one that may pass. */
  readonly gaveUp?: boolean;
  /** How surely the recipient is one. */
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
}

/** Words, and how a place in them becomes evidence. */
export interface Words {
  readonly text: string;
  readonly evidence: (by: string, at: number | undefined) => Evidence;
}

/** Judge a recipient: reason, permanence, advice. */
export function judge(facts: Facts): BouncedRecipient {
  const { fields, reply, command, host } = facts;
  const action = fields?.action ?? facts.action;
  const status = pickStatus(facts);
  const { finding, evidence } = findReason(facts, status, action);
  const reason = finding?.reason ?? 'undefined';
  const own = status ?? assumedStatus(reason, action, facts);
  const judged: { -readonly [K in keyof BouncedRecipient]: BouncedRecipient[K] } = {
    ...fields,
    address: facts.address,
    finalRecipient: fields?.finalRecipient ?? mailboxValue(facts.address),
    action,
    status: fields?.status ?? own,
    reason,
    permanence: permanenceOf(reason, own, action),
    confidence: weaker(facts.confidence, finding?.confidence ?? 'low'),
    advice: adviceFor(reason, own, action),
    evidence: evidence === undefined ? facts.evidence : [...facts.evidence, evidence],
  };
  if (command !== undefined) judged.command = command;
  if (host !== undefined) judged.remoteHost = host;
  if (reply !== undefined) judged.reply = reply;
  return judged;
}

/** A declared status that says more than its class; else the reply's; else what words gave; else the declared one. */
function pickStatus({ fields, reply, status }: Facts): StatusCode | undefined {
  const declared = fields?.status;
  if (declared !== undefined && !declared.endsWith('.0.0')) return declared;
  return reply?.status ?? status ?? declared ?? undefined;
}

function findReason(
  { words, reply, command, host, usual }: Facts,
  status: StatusCode | undefined,
  action: Facts['action'],
): { finding: Finding | undefined; evidence?: Evidence } {
  if (action === 'delivered' || action === 'relayed' || action === 'expanded') {
    return { finding: { reason: 'delivered', confidence: 'high', by: action } };
  }
  const replyCode = reply?.replyCode;
  const text = words[0]?.text ?? '';
  const first = classify({ text, status: reply?.status ?? status, replyCode, command, host });
  let finding = first;
  let from = words[0];
  // Weak or nothing: what stands around may say more.
  for (const more of first === undefined || first.confidence === 'low' ? words.slice(1) : []) {
    const other = classify({ text: more.text, command, host });
    if (other === undefined || (other.confidence === 'low' && finding !== undefined)) continue;
    finding = other;
    from = more;
    break;
  }
  if (finding === undefined && usual !== undefined)
    return { finding: { reason: usual, confidence: 'low', by: 'format' } };
  if (finding === undefined) return { finding };
  const { by, at } = finding;
  const evidence: Evidence =
    at === undefined || from === undefined ? { of: 'reason', source: 'conclusion', by } : from.evidence(by, at);
  return { finding, evidence };
}

/** Reasons that mail systems give up on with a status of class 4, as they tried for long. */
const GIVEN_UP: ReadonlySet<Reason> = new Set([
  'expired',
  'greylisted',
  'rate-limited',
  'too-many-connections',
  'system-full',
]);

/** The status that nobody declared: from the reason, in the class of the reply, else of the action. RFC 3463 §3.1. */
function assumedStatus(reason: Reason, action: Facts['action'], { reply, permanent, gaveUp }: Facts): StatusCode {
  if (action === 'delivered' || action === 'relayed' || action === 'expanded') return '2.0.0';
  // RFC 3463 §3.5: X.4.7 is for what was given up; what is still tried has not expired.
  if (action === 'delayed' && reason === 'expired') return '4.0.0';
  const digit = Math.floor((reply?.replyCode ?? 0) / 100);
  const isTransient =
    digit === 4 || digit === 5
      ? digit === 4
      : action === 'delayed' || gaveUp === true || (GIVEN_UP.has(reason) && permanent !== true);
  return `${isTransient ? '4' : '5'}.${REASONS[reason].statuses[0] ?? '0.0'}` as StatusCode;
}

function permanenceOf(reason: Reason, status: StatusCode, action: Facts['action']): Permanence {
  if (action === 'delayed') return 'transient';
  if (action !== 'failed') return 'unknown';
  const { nature } = REASONS[reason];
  if (nature !== 'class') return nature;
  if (reason === 'undefined' && status.endsWith('.0.0')) return status.startsWith('4') ? 'transient' : 'unknown';
  return status.startsWith('4') ? 'transient' : 'permanent';
}

function adviceFor(reason: Reason, status: StatusCode, action: Facts['action']): Advice {
  if (action === 'delayed') return 'wait';
  if (action !== 'failed') return 'nothing';
  const { advice } = REASONS[reason];
  // An address that a server is not sure of may yet be right.
  return advice === 'suppress' && status.startsWith('4') ? 'retry-later' : advice;
}

function weaker(one: Confidence, other: Confidence): Confidence {
  const order: readonly Confidence[] = ['low', 'medium', 'high'];
  return order.indexOf(one) < order.indexOf(other) ? one : other;
}
