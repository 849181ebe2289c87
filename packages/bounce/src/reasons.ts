import type { Advice, Permanence } from './types.ts';

/** Why a message failed or is late: a closed list. */
export type Reason =
  | 'user-unknown'
  | 'user-moved'
  | 'mailbox-disabled'
  | 'mailbox-full'
  | 'recipient-filtered'
  | 'message-too-large'
  | 'host-unknown'
  | 'host-accepts-no-mail'
  | 'network-error'
  | 'expired'
  | 'routing-loop'
  | 'sender-rejected'
  | 'address-blocked'
  | 'bad-reputation'
  | 'no-reverse-dns'
  | 'too-many-connections'
  | 'rate-limited'
  | 'authentication-failed'
  | 'relaying-denied'
  | 'security'
  | 'tls-required'
  | 'policy'
  | 'spam'
  | 'virus'
  | 'content'
  | 'not-compliant'
  | 'protocol'
  | 'mail-system'
  | 'system-full'
  | 'delivery-program'
  | 'greylisted'
  | 'suppressed'
  | 'complaint'
  | 'delivered'
  | 'undefined';

/** What a reason means, and what others call it. */
export interface ReasonDefinition {
  readonly definition: string;
  /** Subject and detail of the RFC 3463 §3 codes that say it, most usual first. */
  readonly statuses: readonly string[];
  /** Whether the fault lasts; `class` leaves it to the class of the status. RFC 3463 §3.1. */
  readonly nature: Permanence | 'class';
  readonly advice: Advice;
  /** Sisimai's names for it. */
  readonly sisimai: readonly string[];
  /** KumoMTA's classes for it. */
  readonly kumomta: readonly string[];
}

/**
 * Every reason with its definition.
 *
 * @example REASONS['mailbox-full'].advice // 'retry-later'
 */
export const REASONS: Readonly<Record<Reason, ReasonDefinition>> = {
  'user-unknown': of('No mailbox has this address.', ['1.1', '1.0', '1.3', '1.4', '1.6'], 'class', 'suppress', 'userunknown', 'InvalidRecipient'),
  'user-moved': of('The mailbox has moved, and mail for it is not forwarded.', ['1.6'], 'class', 'correct-address', 'hasmoved', 'InvalidRecipient'),
  'mailbox-disabled': of('The mailbox exists, and takes no mail: closed, suspended or out of use.', ['2.1', '2.0'], 'class', 'suppress', 'suspend', 'InactiveMailbox'),
  'mailbox-full': of('The mailbox has no room left.', ['2.2'], 'transient', 'retry-later', 'mailboxfull', 'QuotaIssues'),
  'recipient-filtered': of('The address was taken, and the recipient’s own settings or a step behind the server refused the message.', ['2.0', '2.1'], 'class', 'contact-postmaster', 'filtered', 'PolicyRelated'),
  'message-too-large': of('The message is larger than the recipient or the system takes.', ['3.4', '2.3'], 'permanent', 'reduce-size', 'mesgtoobig exceedlimit emailtoolarge', 'ContentRelated'),
  'host-unknown': of('The domain of the address does not exist.', ['1.2'], 'class', 'suppress', 'hostunknown', 'DNSFailure'),
  'host-accepts-no-mail': of('The domain exists, and takes no mail: no mail exchanger, a null MX, or a refusal of everything.', ['1.10', '4.4', '3.2', '7.27'], 'class', 'suppress', 'notaccept', 'BadDomain'),
  'network-error': of('The next host could not be looked up or reached.', ['4.4', '4.3', '4.0', '4.2'], 'transient', 'retry-later', 'networkerror', 'NoAnswerFromHost DNSFailure'),
  expired: of('It was tried for as long as it may be, or a connection ran out of time.', ['4.7', '4.1'], 'transient', 'retry-later', 'expired', 'MessageExpired'),
  'routing-loop': of('The message went in a circle, or over too many hops.', ['4.6', '4.14'], 'class', 'contact-postmaster', 'networkerror systemerror', 'RoutingErrors'),
  'sender-rejected': of('The sender’s address is refused, or may not write to this recipient.', ['7.1', '1.8', '1.7', '7.2'], 'class', 'fix-sender', 'rejected', 'InvalidSender'),
  'address-blocked': of('The network address or name of the sending host is on a list, or refused by the host.', ['7.1', '7.0'], 'class', 'fix-reputation', 'blocked', 'SpamBlock'),
  'bad-reputation': of('The sending host or domain has a bad or no reputation.', ['7.1', '7.0', '7.23'], 'class', 'fix-reputation', 'badreputation', 'SpamBlock'),
  'no-reverse-dns': of('The network address of the sending host has no matching name.', ['7.25', '7.1'], 'class', 'fix-configuration', 'requireptr', 'BadConfiguration'),
  'too-many-connections': of('The sending host opened too many connections, or sent too often.', ['7.0', '4.5', '5.3'], 'transient', 'slow-down', 'toomanyconn ratelimited speeding', 'TransientFailure'),
  'rate-limited': of('The recipient or the sender got or sent too much in too short a time.', ['7.28', '7.0', '2.1'], 'transient', 'slow-down', 'speeding ratelimited toomanyconn', 'TransientFailure'),
  'authentication-failed': of('SPF, DKIM or DMARC failed, or the message carries no authentication.', ['7.26', '7.20', '7.23', '7.515'], 'class', 'fix-authentication', 'authfailure', 'AuthenticationFailed'),
  'relaying-denied': of('The host takes no mail for this domain from this sender.', ['7.1'], 'class', 'fix-configuration', 'norelaying', 'RelayDenied'),
  security: of('A credential or a permission is missing, by no rule named more exactly.', ['7.0', '7.8', '7.9', '7.6'], 'class', 'contact-postmaster', 'securityerror', 'PolicyRelated'),
  'tls-required': of('An encrypted connection is asked for and could not be had.', ['7.10', '7.30'], 'class', 'fix-configuration', 'failedstarttls', 'BadConfiguration'),
  policy: of('A rule of the host or its domain refuses the message.', ['7.0', '7.1', '7.7'], 'class', 'contact-postmaster', 'policyviolation', 'PolicyRelated'),
  spam: of('The content is taken for spam.', ['7.1', '7.0'], 'class', 'fix-content', 'spamdetected', 'SpamContent'),
  virus: of('The content is taken for malware.', ['7.1', '6.0'], 'permanent', 'fix-content', 'virusdetected', 'VirusDetected'),
  content: of('The form of the content is refused: a header, a part, an attachment.', ['6.0', '6.1', '6.3'], 'permanent', 'fix-content', 'contenterror', 'ContentRelated ProhibitedAttachment'),
  'not-compliant': of('The message breaks RFC 5322, or a rule built on it such as one From field.', ['7.7', '6.0', '5.0'], 'permanent', 'fix-content', 'notcompliantrfc', 'ContentRelated'),
  protocol: of('The two hosts misunderstood each other.', ['5.0', '5.1', '5.2', '5.4'], 'class', 'contact-postmaster', 'syntaxerror', 'ProtocolErrors'),
  'mail-system': of('The receiving system is at fault, or set up wrongly.', ['3.0', '3.2', '3.5'], 'class', 'retry-later', 'systemerror', 'BadConfiguration'),
  'system-full': of('The receiving system has no room left.', ['3.1'], 'transient', 'retry-later', 'systemfull', 'TransientFailure'),
  'delivery-program': of('The program that should take the message failed.', ['3.0', '2.0'], 'class', 'contact-postmaster', 'mailererror', 'BadConfiguration'),
  greylisted: of('The host asks an unknown sender to come again.', ['7.1', '7.0', '2.0'], 'transient', 'wait', 'onhold', 'TransientFailure'),
  suppressed: of('The sending service did not try: the address is on its list.', ['1.1', '0.0'], 'permanent', 'suppress', 'suppressed', 'Suppressed'),
  complaint: of('The recipient called the message unwanted.', [], 'permanent', 'unsubscribe', 'feedback', 'SpamContent'),
  delivered: of('Nothing failed.', ['0.0', '1.5'], 'unknown', 'nothing', 'delivered', ''),
  undefined: of('Nothing tells.', ['0.0'], 'class', 'contact-postmaster', 'undefined onhold', 'Uncategorized'),
}; // prettier-ignore

function of(
  definition: string,
  statuses: readonly string[],
  nature: ReasonDefinition['nature'],
  advice: Advice,
  sisimai: string,
  kumomta: string,
): ReasonDefinition {
  return { definition, statuses, nature, advice, sisimai: words(sisimai), kumomta: words(kumomta) };
}

function words(text: string): readonly string[] {
  return text === '' ? [] : text.split(' ');
}
