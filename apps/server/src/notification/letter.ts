import type { Action, Field, RecipientFields } from '@dsnkit/delivery-status';
import type { AddressedRecipient, Entry } from '@dsnkit/dsn-policy';
import { decodeHeaderText } from '@dsnkit/multipart-report';
import { accountOf, type RecipientFacts } from './account.ts';
import { fill, type Texts } from './texts/texts.ts';
import { visible } from './visible.ts';
import { sentInWords, whenFor } from './when.ts';

/** One recipient of a report, with what goes into its two readings. */
export interface Told {
  readonly entry: Entry<AddressedRecipient>;
  readonly fields: RecipientFields;
  readonly facts: RecipientFacts;
}

/** The part of a report that a person reads, before it is plain text or HTML. */
export interface Letter {
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  readonly subject: string;
  readonly opening: string;
  /** What tells the message from others. */
  readonly original: readonly string[];
  readonly sections: readonly Section[];
  readonly closing: string;
}

/** All of whom one action is told. */
export interface Section {
  readonly heading: string;
  readonly groups: readonly Group[];
}

/** Recipients of whom the same is told. */
export interface Group {
  readonly recipients: readonly { readonly address: string; readonly originally?: string }[];
  readonly paragraphs: readonly string[];
  /** What the remote system said: a line that names it, and its words. */
  readonly said?: { readonly by: string; readonly lines: readonly string[] };
}

/** In this order a person wants to know: first what is wrong. */
const order: readonly Action[] = ['failed', 'delayed', 'expanded', 'relayed', 'delivered'];

/**
 * Writes the letter: whose message it was, for each action the recipients with what happened, why, what to do, and what
 * the remote system said. Recipients of whom the same is to be said stand together.
 *
 * @param headers - The header of the original.
 */
export function writeLetter(texts: Texts, hostname: string, headers: readonly Field[], told: readonly Told[]): Letter {
  const { language, direction, labels } = texts;
  const subject = shown(headers.find((field) => field.name.toLowerCase() === 'subject')?.value);
  const date = shown(sentInWords(language, headers));
  const original = [
    ...(subject === undefined ? [] : [fill(labels.subject, { value: subject })]),
    ...(date === undefined ? [] : [fill(labels.date, { value: date })]),
  ];
  const opening = original.length === 0 ? texts.opening.unknown : texts.opening.message;
  return {
    language,
    direction,
    subject: subjectLine(texts, told),
    opening: fill(opening, { hostname }),
    original,
    sections: order.flatMap((action) => section(texts, action, told, headers)),
    closing: texts.closing,
  };
}

/** The outcome and, if it is one, the recipient. */
function subjectLine({ subject }: Texts, told: readonly Told[]): string {
  const counts = order.flatMap((action) => {
    const count = told.filter(({ entry }) => entry.action === action).length;
    return count > 0 ? [{ action, count }] : [];
  });
  const [first, second] = counts;
  if (first === undefined) return '';
  if (second !== undefined) {
    const list = counts.map(({ action, count }) => fill(subject.counted[action], { count })).join(subject.separator);
    return fill(subject.mixed, { list });
  }
  const [only] = told;
  return first.count === 1 && only !== undefined
    ? fill(subject.one[first.action], { address: visible(only.entry.recipient.address, 300) })
    : fill(subject.several[first.action], { count: first.count });
}

function shown(value: string | undefined): string | undefined {
  const text = value === undefined ? '' : visible(decodeHeaderText(value.slice(0, 2000)), 200).trim();
  return text === '' ? undefined : text;
}

/** One action: its heading, then the recipients in groups. */
function section(texts: Texts, action: Action, told: readonly Told[], headers: readonly Field[]): readonly Section[] {
  const groups = new Map<string, Omit<Group, 'recipients'> & { recipients: Group['recipients'][number][] }>();
  const when = whenFor(texts.language, headers);
  for (const { entry, facts } of told) {
    if (entry.action !== action) continue;
    const said = words(texts, entry);
    const account = { paragraphs: accountOf(texts, facts, when), ...(said === undefined ? {} : { said }) };
    const key = JSON.stringify(account);
    const group = groups.get(key) ?? { ...account, recipients: [] };
    groups.set(key, group);
    group.recipients.push(name(texts, entry));
  }
  return groups.size === 0 ? [] : [{ heading: texts.headings[action], groups: [...groups.values()] }];
}

/** The address as it was accepted; beside it the one that the sender had given, if it is another. */
function name(texts: Texts, { recipient }: Told['entry']): Group['recipients'][number] {
  const original = recipient.rcpt.orcpt?.address;
  const address = visible(recipient.address, 300);
  return original === undefined || original === recipient.address
    ? { address }
    : { address, originally: fill(texts.originally, { address: visible(original, 500) }) };
}

function words(texts: Texts, { action, outcome }: Told['entry']): Group['said'] {
  const { remote } = outcome;
  if (remote === undefined || action === 'delivered' || action === 'expanded') return undefined;
  return {
    by: fill(texts.said, { mta: visible(remote.mta, 300) }),
    lines: remote.lines.map((line) => visible(line, 1000).trimEnd()),
  };
}
