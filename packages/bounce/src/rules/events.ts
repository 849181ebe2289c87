import type { Advice, BounceKind } from '../types.ts';
import type { Reason } from '../reasons.ts';

/** How a sending service tells events in JSON, as data. Paths are names with dots between; the first one that leads somewhere counts. */
export interface EventFormat {
  readonly name: string;
  /** A path that only this service has, or several that must all lead somewhere. */
  readonly has: readonly string[];
  /** What kind of event it is. */
  readonly type: readonly string[];
  /** Events by the value at `type`, in lower case. */
  readonly types: Readonly<Record<string, EventMeaning>>;
  /** A second value that narrows the first, as in Bounce/Transient. */
  readonly subtype?: readonly string[];
  readonly subtypes?: Readonly<Record<string, EventMeaning>>;
  /** The list of recipients, if there is one; paths of a recipient then start in its entries. */
  readonly recipients?: readonly string[];
  readonly address: readonly string[];
  readonly status?: readonly string[];
  readonly replyCode?: readonly string[];
  readonly diagnostic?: readonly string[];
  readonly host?: readonly string[];
  readonly messageId?: readonly string[];
  readonly subject?: readonly string[];
  readonly from?: readonly string[];
  readonly reportingHost?: readonly string[];
}

/** What an event means; `reason` where words tell nothing better. */
export interface EventMeaning {
  readonly kind: Extract<BounceKind, 'bounce' | 'delay' | 'success' | 'feedback' | 'other'>;
  readonly reason?: Reason;
  readonly advice?: Advice;
  /** The words of the event are not looked at: the type says all. */
  readonly final?: boolean;
}

const failed: EventMeaning = { kind: 'bounce' };
const late: EventMeaning = { kind: 'delay' };
const done: EventMeaning = { kind: 'success' };
const complaint: EventMeaning = { kind: 'feedback', reason: 'complaint', final: true };
const suppressed: EventMeaning = { kind: 'bounce', reason: 'suppressed', final: true };

/** Amazon SES: `notificationType` with SNS, `eventType` with event publishing. */
const SES_TYPES: EventFormat['types'] = {
  bounce: failed,
  complaint,
  delivery: done,
  deliverydelay: late,
  reject: { kind: 'bounce', reason: 'virus' },
  'rendering failure': { kind: 'bounce', reason: 'content', final: true },
};
const SES_SUBTYPES: EventFormat['types'] = {
  noemail: { kind: 'bounce', reason: 'user-unknown' },
  suppressed,
  onaccountsuppressionlist: suppressed,
  mailboxfull: { kind: 'bounce', reason: 'mailbox-full' },
  messagetoolarge: { kind: 'bounce', reason: 'message-too-large' },
  contentrejected: { kind: 'bounce', reason: 'content' },
  attachmentrejected: { kind: 'bounce', reason: 'content' },
}; // prettier-ignore

/** Every service; a new one is one more entry. */
export const EVENT_FORMATS: readonly EventFormat[] = [
  ...(['bounce.bouncedRecipients', 'complaint.complainedRecipients', 'deliveryDelay.delayedRecipients'] as const).map(
    (list): EventFormat => ({
      name: 'amazon-ses',
      has: [list],
      type: ['notificationType', 'eventType'],
      types: SES_TYPES,
      subtype: ['bounce.bounceSubType'],
      subtypes: SES_SUBTYPES,
      recipients: [list],
      address: ['emailAddress'],
      status: ['status'],
      diagnostic: ['diagnosticCode'],
      messageId: ['mail.commonHeaders.messageId', 'mail.messageId'],
      subject: ['mail.commonHeaders.subject'],
      from: ['mail.source'],
      reportingHost: ['bounce.reportingMTA', 'deliveryDelay.reportingMTA'],
    }),
  ),
  {
    name: 'amazon-ses',
    has: ['delivery.recipients', 'mail.messageId'],
    type: ['notificationType', 'eventType'],
    types: SES_TYPES,
    recipients: ['delivery.recipients'],
    address: [''],
    diagnostic: ['/delivery.smtpResponse'],
    host: ['/delivery.remoteMtaIp'],
    messageId: ['mail.commonHeaders.messageId', 'mail.messageId'],
    subject: ['mail.commonHeaders.subject'],
    from: ['mail.source'],
    reportingHost: ['delivery.reportingMTA'],
  },
  {
    name: 'sendgrid',
    has: ['sg_message_id', 'email', 'event'],
    type: ['event'],
    types: { bounce: failed, dropped: suppressed, deferred: late, delivered: done, spamreport: complaint, blocked: failed },
    subtype: ['bounce_classification'],
    subtypes: {
      'invalid address': { kind: 'bounce', reason: 'user-unknown' },
      'mailbox unavailable': { kind: 'bounce', reason: 'mailbox-full' },
      reputation: { kind: 'bounce', reason: 'bad-reputation' },
      content: { kind: 'bounce', reason: 'content' },
      technical: { kind: 'bounce', reason: 'mail-system' },
    },
    address: ['email'],
    status: ['status'],
    diagnostic: ['reason', 'response'],
    messageId: ['smtp-id'],
  },
  {
    name: 'mailgun',
    has: ['event-data.recipient'],
    type: ['event-data.event'],
    types: { failed, delivered: done, complained: complaint, rejected: suppressed },
    subtype: ['event-data.severity'],
    subtypes: { temporary: late },
    address: ['event-data.recipient'],
    status: ['event-data.delivery-status.enhanced-code'],
    replyCode: ['event-data.delivery-status.code'],
    diagnostic: ['event-data.delivery-status.message', 'event-data.delivery-status.description'],
    host: ['event-data.delivery-status.mx-host'],
    messageId: ['event-data.message.headers.message-id'],
    subject: ['event-data.message.headers.subject'],
    from: ['event-data.message.headers.from'],
  },
  {
    name: 'mailgun',
    has: ['event', 'recipient', 'message-headers'],
    type: ['event'],
    types: { bounced: failed, dropped: suppressed, delivered: done, complained: complaint },
    address: ['recipient'],
    replyCode: ['code'],
    diagnostic: ['error', 'description', 'notification'],
    messageId: ['Message-Id', 'message-id'],
  },
  {
    name: 'postmark',
    has: ['RecordType', 'Email'],
    type: ['RecordType'],
    types: { bounce: failed, spamcomplaint: complaint },
    subtype: ['Type'],
    subtypes: { transient: late, spamnotification: { kind: 'bounce', reason: 'spam' }, autoresponder: { kind: 'other' }, dnserror: { kind: 'bounce', reason: 'network-error' }, virusnotification: { kind: 'bounce', reason: 'virus' }, challengeverification: { kind: 'other' } },
    address: ['Email'],
    diagnostic: ['Details', 'Description'],
    messageId: ['MessageID'],
    subject: ['Subject'],
    from: ['From'],
  },
  {
    name: 'postmark',
    has: ['RecordType', 'Recipient'],
    type: ['RecordType'],
    types: { delivery: done },
    address: ['Recipient'],
    diagnostic: ['Details'],
    messageId: ['MessageID'],
  },
  {
    name: 'sparkpost',
    has: ['msys.message_event.rcpt_to'],
    type: ['msys.message_event.type'],
    types: { bounce: failed, out_of_band: failed, policy_rejection: { kind: 'bounce', reason: 'policy' }, delay: late, delivery: done, spam_complaint: complaint },
    address: ['msys.message_event.rcpt_to'],
    replyCode: ['msys.message_event.error_code'],
    diagnostic: ['msys.message_event.raw_reason', 'msys.message_event.reason'],
    messageId: ['msys.message_event.message_id'],
    subject: ['msys.message_event.subject'],
    from: ['msys.message_event.msg_from'],
  },
  {
    name: 'mandrill',
    has: ['event', 'msg.email'],
    type: ['event'],
    types: { hard_bounce: failed, soft_bounce: failed, reject: suppressed, deferral: late, delivered: done, spam: complaint },
    address: ['msg.email'],
    diagnostic: ['msg.diag', 'msg.bounce_description'],
    messageId: ['msg._id'],
    subject: ['msg.subject'],
    from: ['msg.sender'],
  },
]; // prettier-ignore
