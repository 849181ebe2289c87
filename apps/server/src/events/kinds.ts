import type { EventKind } from '../model.ts';

/** Each kind of event, and when it comes. */
export const eventKinds: Readonly<Record<EventKind, string>> = {
  accepted: 'A message was stored and its client told so: from now on this server answers for it.',
  attempted: 'A transaction with one next hop has ended, for some recipients; what it gave for each follows.',
  delivered: 'A recipient has the message: it lies in a mailbox, or a program or gateway has taken it.',
  relayed: 'The next hop took the message for a recipient and answers for it now.',
  expanded: 'An alias or list was put in place of a recipient; what becomes of its members is told apart.',
  deferred: 'An attempt failed for now; there will be another one. This is never a bounce.',
  delayed: 'The time has come at which senders may learn that a message is late. This is never a bounce.',
  failed: 'A recipient was given up: the next hop refused it for good, or no way leads there.',
  expired: 'A recipient was given up after the time for attempts had run out.',
  bounced: 'An operator gave a recipient up.',
  held: 'Recipients are kept until they are released: an operator said so, or their content is not there any more.',
  released: 'An operator let held recipients go on.',
  retried: 'An operator wanted an attempt now.',
  dropped: 'An operator took recipients out of the queue; nobody is told.',
  rerouted:
    'Recipients go to another next hop: an operator sent them there, or a new route leads to it and it is paused.',
  paused: 'An operator told the queue to leave a destination alone.',
  resumed: 'An operator let a destination go on.',
  'report-issued': 'A report about a message was stored; it goes to the sender as a message of its own.',
  'report-held':
    'A report is owed, but waits to be told with others: too many go to this sender. What is told then is in `report-issued`: of a delay only who waits at that time still; of others it is over.',
  'report-received': 'A report, or some other answer, about a message that went through here came back.',
  'digest-issued': 'The postmaster is told of failures that no sender was told of.',
  'not-reported': 'A recipient was given up, and nobody is told: nobody asked, or nobody can be told.',
  suppressed: 'A recipient was refused at submission: its address is on the suppression list.',
  'suppression-added': 'An address came onto the suppression list.',
  'suppression-removed': 'An address was taken from the suppression list.',
};
