import type { Action, Field, RecipientFields } from '@dsnkit/delivery-status';
import type { AddressedRecipient, Entry } from '@dsnkit/dsn-policy';
import { decodeHeaderText } from '@dsnkit/multipart-report';
import type { OriginalFacts, RecipientFacts, SubjectFacts, Texts } from './texts/texts.ts';
import { visible, wrap } from './visible.ts';

/** One recipient of a report, with what goes into its two readings. */
export interface Told {
  readonly entry: Entry<AddressedRecipient>;
  readonly fields: RecipientFields;
  readonly facts: RecipientFacts;
}

/** In this order a person wants to know: first what is wrong. */
const order: readonly Action[] = ['failed', 'delayed', 'expanded', 'relayed', 'delivered'];

/** The subject line: the outcome and, if it is one, the recipient. */
export function subjectLine(texts: Texts, told: readonly Told[]): string {
  const counts = new Map<Action, number>();
  for (const action of order) {
    const count = told.filter(({ entry }) => entry.action === action).length;
    if (count > 0) counts.set(action, count);
  }
  const [only] = told.length === 1 ? told : [];
  const facts: SubjectFacts = {
    counts,
    ...(counts.size === 1 && told[0] !== undefined ? { action: told[0].entry.action } : {}),
    ...(only === undefined ? {} : { address: visible(only.entry.recipient.address, 300) }),
  };
  return texts.subject(facts);
}

/**
 * The part of a report that a person reads: whose message it was, for each action the recipients with what happened,
 * why, what to do, and what the remote system said. Recipients of whom the same is to be said stand together.
 *
 * @param headers - The header of the original.
 */
export function humanText(texts: Texts, hostname: string, headers: readonly Field[], told: readonly Told[]): string {
  const sections = order.flatMap((action) => section(texts, action, told));
  return [opening(texts, hostname, headers), ...sections, wrap(texts.closing, ''), ''].join('\n\n').trimEnd() + '\n';
}

function opening(texts: Texts, hostname: string, headers: readonly Field[]): string {
  const subject = shownField(headers, 'subject');
  const date = shownField(headers, 'date');
  const facts: OriginalFacts = { hostname, ...(subject && { subject }), ...(date && { date }) };
  const { labels } = texts;
  return [
    wrap(texts.opening(facts), ''),
    ...(subject === undefined ? [] : ['', wrap(`${labels.subject}: ${subject}`, '    ')]),
    ...(date === undefined ? [] : [...(subject === undefined ? [''] : []), wrap(`${labels.date}: ${date}`, '    ')]),
  ].join('\n');
}

function shownField(headers: readonly Field[], name: string): string | undefined {
  const value = headers.find((field) => field.name.toLowerCase() === name)?.value.slice(0, 2000);
  const shown = value === undefined ? '' : visible(decodeHeaderText(value), 200).trim();
  return shown === '' ? undefined : shown;
}

/** One action: its heading, then the recipients in groups. */
function section(texts: Texts, action: Action, told: readonly Told[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const each of told) {
    if (each.entry.action !== action) continue;
    const body = account(texts, each);
    const names = groups.get(body) ?? [];
    names.push(name(texts, each));
    groups.set(body, names);
  }
  const blocks = [...groups].map(([body, names]) => [...names, ...(body === '' ? [] : ['', body])].join('\n'));
  return blocks.length === 0 ? [] : [wrap(texts.headings[action], ''), ...blocks];
}

/** The address as it was accepted; beside it the one that the sender had given, if it is another. */
function name(texts: Texts, { entry }: Told): string {
  const { address, rcpt } = entry.recipient;
  const original = rcpt.orcpt?.address;
  const own = wrap(visible(address, 300), '  ');
  return original === undefined || original === address
    ? own
    : `${own}\n${wrap(texts.originally(visible(original, 500)), '  ')}`;
}

function account(texts: Texts, { entry, facts }: Told): string {
  const { remote } = entry.outcome;
  const paragraphs = texts.account(facts).map((paragraph) => wrap(paragraph, '      '));
  if (remote === undefined || entry.action === 'delivered' || entry.action === 'expanded')
    return paragraphs.join('\n\n');
  const said = remote.lines.map((line) => wrap(visible(line, 1000).trimEnd(), '          '));
  return [...paragraphs, [wrap(texts.said(visible(remote.mta, 300)), '      '), '', ...said].join('\n')].join('\n\n');
}
