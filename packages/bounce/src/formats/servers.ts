import type { TextFormat } from './format.ts';

/** DragonFly Mail Agent. */
export const DRAGONFLY: TextFormat = {
  name: 'dragonfly',
  marks: ['this is the dragonfly mail agent', 'there was an error delivering your mail to'],
};

/** IMail Server. */
export const IMAIL: TextFormat = {
  name: 'imail',
  marks: [
    'unknown user:',
    'undeliverable to',
    'user mailbox exceeds allowed size',
    'delivery failed 20 attempts',
    'delivery userid',
  ],
};

/** XMail. */
export const XMAIL: TextFormat = {
  name: 'xmail',
  marks: ['xmail bounce', 'the reason of the delivery failure was', 'here is listed the message log file'],
};

/** Apache James. */
export const JAMES: TextFormat = {
  name: 'james',
  marks: [
    'failed recipient(s)',
    'this is the james mail server',
    "i'm afraid i wasn't able to deliver your message to the following addresses. this is a permanent error",
  ],
};

/** PowerMTA and what relays with it. */
export const POWERMTA: TextFormat = {
  name: 'powermta',
  marks: [
    'hello, this is the mail server on',
    'delivery failed; will not continue trying',
    'has delayed delivery',
    'i am sending you this message to inform you on the delivery status',
  ],
};

/** PMDF, Sun and Oracle Messaging Server. */
export const MESSAGING_SERVER: TextFormat = {
  name: 'messaging-server',
  marks: [
    'this report relates to a message you sent with the following header fields',
    'your message cannot be delivered to the following recipients',
    'your message is being returned',
    'recipient address:',
  ],
};

/** Mail2000 and other gateways. */
export const MAIL2000: TextFormat = {
  name: 'mail2000',
  marks: [
    'had delivery errors---',
    'we had trouble delivering your message',
    'the following recipients returned permanent errors',
    'no valid recipients were found for this message',
    'failed addresses follow',
    'message could not be delivered to mobile',
    'no valid recipients for this mm',
    'the following message could not be delivered',
    'messages without any valid recipients',
  ],
};
