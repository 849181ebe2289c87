import type { Reason } from '../reasons.ts';

/** What exact codes say of the reason, by subject and detail. Those that are used for everything are missing. RFC 3463 §3, RFC 5248 §4. */
export const STATUS_REASONS: ReadonlyMap<string, Reason> = new Map([
  ['1.1', 'user-unknown'], ['1.2', 'host-unknown'], ['1.3', 'user-unknown'], ['1.4', 'user-unknown'], ['1.6', 'user-moved'],
  ['1.7', 'sender-rejected'], ['1.8', 'sender-rejected'], ['1.9', 'not-compliant'], ['1.10', 'host-accepts-no-mail'],
  ['2.1', 'mailbox-disabled'], ['2.2', 'mailbox-full'], ['2.3', 'message-too-large'], ['2.4', 'delivery-program'],
  ['3.1', 'system-full'], ['3.2', 'mail-system'], ['3.4', 'message-too-large'], ['3.5', 'mail-system'],
  ['4.1', 'expired'], ['4.2', 'network-error'], ['4.3', 'mail-system'], ['4.4', 'network-error'], ['4.5', 'too-many-connections'],
  ['4.6', 'routing-loop'], ['4.7', 'expired'], ['4.14', 'routing-loop'],
  ['5.1', 'protocol'], ['5.2', 'protocol'], ['5.3', 'rate-limited'], ['5.4', 'protocol'], ['5.5', 'protocol'], ['5.6', 'protocol'],
  ['6.1', 'content'], ['6.2', 'content'], ['6.3', 'content'], ['6.6', 'content'], ['6.7', 'protocol'], ['6.9', 'protocol'],
  ['7.2', 'sender-rejected'], ['7.4', 'security'], ['7.5', 'security'], ['7.6', 'security'], ['7.7', 'policy'],
  ['7.8', 'security'], ['7.9', 'security'], ['7.10', 'tls-required'], ['7.13', 'mailbox-disabled'], ['7.17', 'user-moved'],
  ['7.20', 'authentication-failed'], ['7.21', 'authentication-failed'], ['7.22', 'authentication-failed'],
  ['7.23', 'authentication-failed'], ['7.24', 'authentication-failed'], ['7.25', 'no-reverse-dns'],
  ['7.26', 'authentication-failed'], ['7.27', 'host-accepts-no-mail'], ['7.28', 'rate-limited'], ['7.30', 'tls-required'],
]); // prettier-ignore

/** The same by subject alone, where nothing else tells. */
export const SUBJECT_REASONS: readonly (Reason | undefined)[] = [
  undefined,
  'user-unknown',
  undefined,
  'mail-system',
  'network-error',
  'protocol',
  'content',
  'policy',
];

/** What a bare reply code says. RFC 5321 §4.2.3. */
export const REPLY_REASONS: ReadonlyMap<number, Reason> = new Map([
  [421, 'mail-system'], [450, 'undefined'], [451, 'mail-system'], [452, 'system-full'], [454, 'security'],
  [500, 'protocol'], [501, 'protocol'], [502, 'protocol'], [503, 'protocol'], [504, 'protocol'], [521, 'host-accepts-no-mail'],
  [523, 'message-too-large'], [530, 'security'], [535, 'security'], [551, 'user-moved'], [552, 'mailbox-full'],
  [553, 'user-unknown'], [555, 'protocol'], [556, 'host-accepts-no-mail'],
]); // prettier-ignore
