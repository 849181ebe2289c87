import { parseParameters, readMailParameters, readRcptParameters } from '@dsnkit/esmtp-parameters';
import { decideNotifications, type Notifications, type Outcome as PolicyOutcome } from '@dsnkit/dsn-policy';
import type { Content, Message, NewEvent, Recipient } from '../../model.ts';
import type { NewMessage } from '../../ports.ts';
import type { Unreported } from '../../notification/digest.ts';

/** A recipient with what its RCPT command asked for, as the policy reads it, and why it failed in our own words. */
export interface AskingRecipient extends Recipient {
  readonly rcpt: ReturnType<typeof readRcptParameters>;
  readonly reason?: string;
}

/** The report that the policy found owed. */
export type Owed = NonNullable<Notifications<AskingRecipient>['sender']>;

/** What became of one recipient, as far as somebody may be told. */
export interface Settled {
  readonly recipient: Recipient;
  readonly outcome?: PolicyOutcome;
  readonly event: NewEvent;
}

/** What telling adds to a settlement. */
export interface Told {
  readonly messages: readonly NewMessage[];
  readonly events: readonly NewEvent[];
}

/** What telling works with. */
export interface TellParts {
  readonly returnedMaxOctets: number;
  readonly now: () => number;
  /** Makes the report that is owed to a sender. */
  readonly report: (message: Message, owed: Owed, content: () => Promise<Content>) => Promise<Told>;
  /** Keeps for the postmaster what no sender is told. */
  readonly keep: (
    message: Message,
    failures: readonly Unreported[],
    content: () => Promise<Content>,
  ) => Promise<readonly NewMessage[]>;
  readonly trouble: (error: unknown) => void;
}

/**
 * Decides who is told what of recipients that are settled together, and makes the messages that tell it. Undefined: nobody
 * is told anything.
 */
export type Teller = (
  message: Message,
  settled: readonly Settled[],
  content: () => Promise<Content>,
) => Promise<Told> | undefined;

/** Makes the teller. It never rejects: what was delivered is settled whatever happens here. */
export function makeTeller(parts: TellParts): Teller {
  return (message, settled, content) => {
    const results = settled.flatMap(({ recipient, outcome, event }) =>
      outcome === undefined ? [] : [{ recipient: asking(recipient, event), outcome }],
    );
    if (results.length === 0) return undefined;
    const mail = readMailParameters(parseParameters(message.mailParameters));
    const envelope = { reversePath: message.reversePath, mail, sizeOctets: message.sizeOctets };
    const { returnedMaxOctets } = parts;
    const notifications = decideNotifications(envelope, results, { returnedMaxOctets });
    if (notifications.sender === undefined && notifications.postmaster.length === 0) return undefined;
    return notify(parts, message, notifications, content);
  };
}

async function notify(
  parts: TellParts,
  message: Message,
  { sender, postmaster }: Notifications<AskingRecipient>,
  content: () => Promise<Content>,
): Promise<Told> {
  const untold = postmaster.map((notice) => unreported(parts, message, notice));
  let told: Told = { messages: [], events: [] };
  if (sender !== undefined) {
    try {
      told = await parts.report(message, sender, content);
    } catch (error) {
      // To give the claim back would deliver again what was delivered.
      parts.trouble(error);
      untold.push(...sender.entries.map((entry) => unreported(parts, message, { ...entry, reason: 'trouble' })));
    }
  }
  const events = untold.map(({ recipient, why }): NewEvent => ({ kind: 'not-reported', recipient, reason: why }));
  return {
    messages: [...told.messages, ...(await kept(parts, message, untold, content))],
    events: [...events, ...told.events],
  };
}

async function kept(
  { keep, trouble }: TellParts,
  message: Message,
  failures: readonly Unreported[],
  content: () => Promise<Content>,
): Promise<readonly NewMessage[]> {
  if (failures.length === 0) return [];
  try {
    return await keep(message, failures, content);
  } catch (error) {
    trouble(error);
    return [];
  }
}

function unreported(
  { now }: TellParts,
  message: Message,
  notice: { readonly recipient: AskingRecipient; readonly outcome: PolicyOutcome; readonly reason: Unreported['why'] },
): Unreported {
  const { recipient, outcome, reason: why } = notice;
  const { remote, status } = outcome;
  return {
    messageId: message.id,
    reversePath: message.reversePath,
    isReport: message.origin === 'report',
    recipient: recipient.shownAs ?? recipient.address,
    why,
    atMs: now(),
    ...(status === undefined ? {} : { status }),
    ...(recipient.reason === undefined ? {} : { reason: recipient.reason }),
    ...(remote === undefined ? {} : { remote: { mta: remote.mta, line: remote.lines.join(' ') } }),
  };
}

function asking(recipient: Recipient, event: NewEvent): AskingRecipient {
  // What was accepted is known to be right, native UTF-8 of an SMTPUTF8 message included.
  const rcpt = readRcptParameters(parseParameters(recipient.parameters), undefined, { smtputf8: true });
  const failure = 'failure' in event ? event.failure : undefined;
  return { ...recipient, rcpt, ...(failure === undefined ? {} : { reason: failure.reason }) };
}
