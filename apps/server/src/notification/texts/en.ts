import { STATUS_ENTRIES } from '@dsnkit/delivery-status/registry';
import type { Texts } from './texts.ts';

/** English. */
export const en: Texts = {
  language: 'en',
  direction: 'ltr',
  sender: 'Mail Delivery System',
  subject: {
    one: {
      failed: 'Not delivered: {address}',
      delayed: 'Delayed: {address}',
      expanded: 'Passed on to several: {address}',
      relayed: 'Passed on: {address}',
      delivered: 'Delivered: {address}',
    },
    several: {
      failed: 'Not delivered: {count} recipients',
      delayed: 'Delayed: {count} recipients',
      expanded: 'Passed on to several: {count} recipients',
      relayed: 'Passed on: {count} recipients',
      delivered: 'Delivered: {count} recipients',
    },
    mixed: 'Delivery report: {list}',
    counted: {
      failed: '{count} not delivered',
      delayed: '{count} delayed',
      expanded: '{count} passed on to several',
      relayed: '{count} passed on',
      delivered: '{count} delivered',
    },
    separator: ', ',
  },
  opening: {
    message: 'This is the mail system at {hostname}. It reports on your message:',
    unknown: 'This is the mail system at {hostname}. It reports on a message that you sent.',
  },
  labels: { subject: 'Subject: {value}', date: 'Sent: {value}' },
  headings: {
    failed: 'Your message could not be delivered to:',
    delayed: 'Your message has not been delivered yet to:',
    expanded: 'Your message was passed on to the several recipients behind:',
    relayed: 'Your message was passed on to a mail system that does not confirm delivery, for:',
    delivered: 'Your message was delivered to:',
  },
  originally: '(you wrote to {address})',
  account: {
    cause: '{explanation} {outlook} (Status code {status})',
    detail: 'In detail: {reason}.',
    forwarded: 'Mail to this address is forwarded to another, and this happened there:',
    gaveUp: 'This server has tried since {date} and has now given up.',
    advice: 'What you can do: {advice}',
    keepsTrying: 'There is nothing that you need to do: this server keeps trying.',
    keepsTryingUntil: 'There is nothing that you need to do: this server keeps trying until {date}.',
    relayed: 'That system does not tell when it has delivered: you may get no further report.',
    expanded: 'You will not be told when it is delivered to each of them.',
  },
  outlook: {
    temporary: 'This may be temporary.',
    permanent: 'Sending the message again unchanged will not help.',
  },
  explanations: Object.fromEntries(
    STATUS_ENTRIES.map(({ code, sentence }) => [code, sentence]),
  ) as Texts['explanations'],
  advice: {
    otherwise: 'Try to reach the recipient in another way, and tell them about this report.',
    address: 'Check the address for mistakes in its spelling, or ask the recipient for the right one.',
    domain:
      'Check the part of the address after the @ sign for mistakes in its spelling, or ask the recipient for the right address.',
    moved: 'The recipient has moved: ask for the new address.',
    sender: 'Check the sender address that is set up in your mail program.',
    'no-mail': 'The domain takes no mail: ask the recipient for another address.',
    disabled: 'The mailbox is switched off: ask the recipient in another way for the right address.',
    full: 'Tell the recipient in another way that the mailbox is full, and send the message again when there is room.',
    smaller: 'Send a smaller message, or put large attachments in a place from which the recipient can fetch them.',
    list: 'Tell the owner of the list about this report.',
    later: 'There is nothing wrong with your message. Send it again later, or reach the recipient in another way.',
    loop: "The mail is sent in a circle: tell the postmaster of the recipient's domain, and pass this report on.",
    postmaster: "Ask the postmaster of the recipient's domain, and pass this report on.",
    fewer: 'Send the message to fewer recipients at once.',
    simpler: 'Send the message in a simpler form: plain text, without attachments or unusual characters.',
    'plain-address':
      'The way to the recipient takes only addresses of plain letters: ask the recipient for such an address.',
    'plain-header':
      'The way to the recipient takes only messages with plain letters in subject and addresses: use these.',
    policy: "The recipient's side does not want this message as it is. Read its words below, or ask its postmaster.",
    refused:
      "The recipient's side does not want this message, or not from you. Read its words below, or ask its postmaster.",
    members: 'You may not send to this list: ask its owner to let you.',
    protected:
      'The message may travel only over protected connections, and the way to the recipient has none. Ask the recipient for another address.',
    account: 'The account is switched off: ask your postmaster.',
    'new-owner': 'The mailbox has a new owner: ask the person whom you meant for the present address.',
    'new-domain': 'The domain has a new owner: ask the person whom you meant for the present address.',
    'unknown-owner':
      'It could not be made sure that the mailbox still has the owner whom you meant: reach the recipient in another way.',
    unproven: "Your domain's mail is not recognised as genuine: tell your postmaster, and pass this report on.",
    'own-server': 'The sending server is not set up well: tell your postmaster, and pass this report on.',
    'alias-owner': 'Tell the owner of the address, or its postmaster, about this report.',
  },
  said: 'The mail system {mta} said:',
  bundle: {
    subject: '{count} delivery reports',
    opening:
      'This is the mail system at {hostname}. So many reports were due to you within a short time that {count} of them come together. Each of them is attached as a message of its own:',
  },
  closing:
    'Attached are the details in a form for mail programs, and your message or its header. Nobody reads replies to this report but the postmaster.',
};
