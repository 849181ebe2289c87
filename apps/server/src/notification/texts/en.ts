import { parseStatusCode, type Action } from '@dsnkit/delivery-status';
import { explainStatus } from '@dsnkit/delivery-status/registry';
import type { RecipientFacts, SubjectFacts, Texts } from './texts.ts';

/** English. */
export const en: Texts = {
  language: 'en',
  sender: 'Mail Delivery System',
  subject,
  opening: ({ hostname, subject, date }) =>
    `This is the mail system at ${hostname}. It reports on ${subject === undefined && date === undefined ? 'a message that you sent.' : 'your message:'}`,
  labels: { subject: 'Subject', date: 'Sent' },
  headings: {
    failed: 'Your message could not be delivered to:',
    delayed: 'Your message has not been delivered yet to:',
    expanded: 'Your message was passed on to the several recipients behind:',
    relayed: 'Your message was passed on to a mail system that does not confirm delivery, for:',
    delivered: 'Your message was delivered to:',
  },
  originally: (address) => `(you wrote to ${address})`,
  account,
  said: (mta) => `The mail system ${mta} said:`,
  closing:
    'Attached are the details in a form for mail programs, and your message or its header. Nobody reads replies to this report but the postmaster.',
};

function subject({ action, counts, address }: SubjectFacts): string {
  if (action !== undefined) {
    const count = counts.get(action) ?? 0;
    return `${titles[action]}: ${address ?? `${count} recipient${count === 1 ? '' : 's'}`}`;
  }
  return `Delivery report: ${[...counts].map(([each, count]) => `${count} ${titles[each].toLowerCase()}`).join(', ')}`;
}

const titles: Readonly<Record<Action, string>> = {
  failed: 'Not delivered',
  delayed: 'Delayed',
  expanded: 'Passed on to several',
  relayed: 'Passed on',
  delivered: 'Delivered',
};

function account(facts: RecipientFacts): readonly string[] {
  switch (facts.action) {
    case 'failed':
      return [...forwarding(facts), ...cause(facts), ...gaveUp(facts), `What you can do: ${advice(facts)}`];
    case 'delayed': {
      const until = facts.retryUntil === undefined ? '' : ` until ${facts.retryUntil}`;
      return [
        `There is nothing that you need to do: this server keeps trying${until}.`,
        ...forwarding(facts),
        ...cause(facts),
      ];
    }
    case 'relayed':
      return ['That system does not tell when it has delivered: you may get no further report.'];
    case 'expanded':
      return ['You will not be told when it is delivered to each of them.'];
    case 'delivered':
      return [];
  }
}

function forwarding({ forwarded }: RecipientFacts): readonly string[] {
  return forwarded ? ['Mail to this address is forwarded to another, and this happened there:'] : [];
}

function cause({ status, reason }: RecipientFacts): readonly string[] {
  const why = `${explainStatus(status)} (Status code ${status})`;
  return reason === undefined ? [why] : [why, `In detail: ${reason}.`];
}

/** A failure of class 4 is one that passed the time limit. RFC 3464 §2.3.3 */
function gaveUp({ status, arrived }: RecipientFacts): readonly string[] {
  return status.startsWith('4') ? [`This server has tried since ${arrived} and has now given up.`] : [];
}

function advice({ status, forwarded }: RecipientFacts): string {
  const { class: digit, subject, detail } = parseStatusCode(status);
  if (forwarded && subject === 1) return 'Tell the owner of the address, or its postmaster, about this report.';
  const exact = advices[`${subject}.${detail}`];
  if (exact !== undefined) return exact;
  if (digit === 4) return advices['4.7'] ?? '';
  return advices[`${subject}.0`] ?? advices['0.0'] ?? '';
}

const askPostmaster = "Ask the postmaster of the recipient's domain, and pass this report on.";
const reachOtherwise = 'Try to reach the recipient in another way, and tell them about this report.';
const notYours =
  'There is nothing wrong with your message. Send it again later, or reach the recipient in another way.';

/** By subject and detail of the status; `N.0` is for all others of that subject. */
const advices: Readonly<Record<string, string>> = {
  '0.0': reachOtherwise,
  '1.0': 'Check the address for mistakes in its spelling, or ask the recipient for the right one.',
  '1.2':
    'Check the part of the address after the @ sign for mistakes in its spelling, or ask the recipient for the right address.',
  '1.6': 'The recipient has moved: ask for the new address.',
  '1.7': 'Check the sender address that is set up in your mail program.',
  '1.8': 'Check the sender address that is set up in your mail program.',
  '1.10': 'The domain takes no mail: ask the recipient for another address.',
  '2.0': reachOtherwise,
  '2.1': 'The mailbox is switched off: ask the recipient in another way for the right address.',
  '2.2': 'Tell the recipient in another way that the mailbox is full, and send the message again when there is room.',
  '2.3': 'Send a smaller message, or put large attachments in a place from which the recipient can fetch them.',
  '2.4': 'Tell the owner of the list about this report.',
  '3.0': notYours,
  '3.1': notYours,
  '3.4': 'Send a smaller message, or put large attachments in a place from which the recipient can fetch them.',
  '4.0': notYours,
  '4.6': "The mail is sent in a circle: tell the postmaster of the recipient's domain, and pass this report on.",
  '4.7': notYours,
  '5.0': askPostmaster,
  '5.3': 'Send the message to fewer recipients at once.',
  '6.0': 'Send the message in a simpler form: plain text, without attachments or unusual characters.',
  '6.7': 'The way to the recipient takes only addresses of plain letters: ask the recipient for such an address.',
  '6.9': 'The way to the recipient takes only messages with plain letters in subject and addresses: use these.',
  '7.0': "The recipient's side does not want this message as it is. Read its words below, or ask its postmaster.",
  '7.1':
    "The recipient's side does not want this message, or not from you. Read its words below, or ask its postmaster.",
  '7.2': 'You may not send to this list: ask its owner to let you.',
  '7.8': 'Check user name and password in your mail program.',
  '7.10':
    'The message may travel only over protected connections, and the way to the recipient has none. Ask the recipient for another address.',
  '7.13': 'The account is switched off: ask your postmaster.',
  '7.17': 'The mailbox has a new owner: ask the person whom you meant for the present address.',
  '7.18': 'The domain has a new owner: ask the person whom you meant for the present address.',
  '7.19':
    'It could not be made sure that the mailbox still has the owner whom you meant: reach the recipient in another way.',
  '7.23': "Your domain's mail is not recognised as genuine: tell your postmaster, and pass this report on.",
  '7.25': 'The sending server is not set up well: tell your postmaster, and pass this report on.',
  '7.26': "Your domain's mail is not recognised as genuine: tell your postmaster, and pass this report on.",
  '7.30':
    'The message may travel only over protected connections, and the way to the recipient has none. Ask the recipient for another address.',
};
