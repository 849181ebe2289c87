import type { Content, Failure, Message, NewEvent, Recipient } from '../../model.ts';
import { bundleSubject, composeBundle } from '../../notification/bundle.ts';
import { composeReport, type ComposedReport, type ReportStyle } from '../../notification/compose.ts';
import { dkimFields } from '../../notification/dkim.ts';
import { makeLanguages } from '../../notification/language.ts';
import { toHeaderAlone, toSevenBit } from '../../notification/seven-bit.ts';
import type { Texts } from '../../notification/texts/texts.ts';
import type { DkimKey, IdSource, NewMessage } from '../../ports.ts';
import type { Router } from '../../routing/router.ts';
import { readStart, readWhole } from '../content.ts';
import { makeFlood } from './flood.ts';
import { heldNote, MOST_IN_BUNDLE, recipientKey, type HeldReport } from './held-report.ts';
import type { Owed, Told } from './tell.ts';
import type { Turns } from '../turns.ts';

/** What the files hold that reports and return paths need. */
export interface ReportFiles {
  readonly texts: readonly Texts[];
  readonly dkimKeys: readonly DkimKey[];
  /** The secret of our return paths, if there is one. */
  readonly returnPathKey?: Uint8Array;
}

/** What making reports works with. */
export interface ReporterParts {
  readonly hostname: string;
  readonly ids: IdSource;
  readonly router: Router;
  readonly now: () => number;
  /** Without it: all languages that come with the server, plain text and HTML. */
  readonly style?: ReportStyle;
  /** Reports are signed with each of them. */
  readonly dkimKeys?: readonly DkimKey[];
  /** Reports to one reverse-path in a minute; further ones are held. Default: no limit. */
  readonly maxPerMinute?: number;
  /** Makes each report or note: where very many are owed at once, clients go before them. Without it: at once. */
  readonly turn?: Turns;
  /** Told when a report could not be signed, or what it is to return could not be read: it goes without, since it is owed. */
  readonly trouble: (error: unknown) => void;
}

/** Makes reports into messages for the queue. */
export interface Reporter {
  /** The report that is owed, or a note to hold it where too many go to its sender at once; and the events that tell of it. */
  readonly report: (message: Message, owed: Owed, content: () => Promise<Content>) => Promise<Told>;
  /** What was held for one sender, as few messages as can be. Events are those of the messages that were reported about. */
  readonly release: (held: readonly HeldReport[]) => Promise<Released>;
  /**
   * A report of ours in a form that the next hop may take which refused it: in 7 bits (RFC 6533 §4.5: it must not be lost for
   * that), or with the header alone of what it returned. Undefined if it is in that form, can't be, or that is not why.
   */
  readonly simplify: (
    message: Message,
    recipient: Recipient,
    failure: Failure,
    content: () => Promise<Content>,
  ) => Promise<NewMessage | undefined>;
  /** A message of this server's own making, signed if it can be. */
  readonly post: (message: Omit<Message, 'sizeOctets'>, to: string, content: Uint8Array) => Promise<NewMessage>;
}

/** What held reports became. */
export interface Released {
  readonly messages: readonly NewMessage[];
  readonly events: readonly { readonly messageId: string; readonly event: NewEvent }[];
}

/** A header longer than this is not looked at to its end. */
const HEADER_MAX_OCTETS = 262_144;

const NOTHING = new Uint8Array();

/** What a report asks of the way for the sake of its form. */
const EXTENDED = / ?\b(?:BODY=8BITMIME|SMTPUTF8)\b/gi;

/** Makes the reporter. */
export function makeReporter(parts: ReporterParts): Reporter {
  const { hostname, ids, router, now, turn = atOnce } = parts;
  const style = parts.style ?? { languages: makeLanguages(), html: true };
  const flood = makeFlood(parts.maxPerMinute ?? Infinity);

  function compose({ message, entries, returned, original }: HeldReport): ComposedReport {
    const input = { message, entries, returned, original, hostname, nowMs: now(), reportId: ids.next(), style };
    const report = composeReport(input);
    if (report === undefined) throw new Error('a report was owed to a null reverse-path');
    return report;
  }

  async function post(message: Omit<Message, 'sizeOctets'>, to: string, content: Uint8Array): Promise<NewMessage> {
    const nowMs = now();
    const signature = await signatureOf(parts, content);
    const sizeOctets = signature.length + content.length;
    const recipient = {
      ...{ n: 0, address: to, parameters: 'NOTIFY=NEVER', destination: destinationOf(router, to), attempts: 0 },
      ...{ dueAtMs: nowMs, retryAtMs: nowMs, delayReported: false },
    };
    return {
      message: { ...message, sizeOctets },
      recipients: [recipient],
      content: signature.length === 0 ? [content] : [signature, content],
    };
  }

  const issue = ({ message, recipient, content }: ComposedReport) => post(message, recipient.address, content);

  function issued({ message, entries }: HeldReport, { message: report }: NewMessage, subject: string): NewEvent {
    return {
      ...{ kind: 'report-issued', reportId: report.id, to: message.reversePath },
      actions: entries.map((entry) => ({
        recipient: entry.recipient.shownAs ?? entry.recipient.address,
        action: entry.action,
        status: entry.outcome.status ?? '',
      })),
      ...{ headerMessageId: `<${report.id}@${hostname}>`, subject, sizeOctets: report.sizeOctets },
    };
  }

  function told(owed: HeldReport, posted: NewMessage, subject: string): Released['events'][number] {
    return { messageId: owed.message.id, event: issued(owed, posted, subject) };
  }

  return {
    post,
    async simplify(message, { address, destination }, failure, content) {
      const plainParameters = message.mailParameters.replace(EXTENDED, '').trim();
      const isPlain = plainParameters === message.mailParameters;
      const simpler = isForm(failure) && !isPlain ? toSevenBit : isContent(failure) ? toHeaderAlone : undefined;
      if (message.origin !== 'report' || simpler === undefined) return undefined;
      const id = ids.next();
      const plain = simpler(await readWhole(await content()), id);
      if (plain === undefined) return undefined;
      const posted = await post({ ...message, id, mailParameters: plainParameters }, address, plain);
      return { ...posted, recipients: posted.recipients.map((recipient) => ({ ...recipient, destination })) };
    },
    async report(message, { entries, returned }, load) {
      const original = await load()
        .then((kept) => (returned === 'full-message' ? readWhole(kept) : readStart(kept, HEADER_MAX_OCTETS)))
        .catch((error: unknown) => {
          parts.trouble(error);
          return NOTHING;
        });
      const owed: HeldReport = { message, entries, returned, original };
      const nowMs = now();
      const hold = flood.admit(message.reversePath, nowMs);
      if (hold !== undefined) {
        const note = await turn(() => heldNote(owed, ids.next(), hold, nowMs));
        return { messages: [note], events: [heldEvent(owed, hold.untilMs)] };
      }
      const report = await turn(() => compose(owed));
      const posted = await issue(report);
      return { messages: [posted], events: [issued(owed, posted, report.subject)] };
    },
    async release(held) {
      const perMessage = mergeByMessage(held);
      const [only, ...others] = perMessage;
      if (only === undefined) return { messages: [], events: [] };
      if (others.length === 0) {
        const report = await turn(() => compose(only));
        const posted = await issue(report);
        return { messages: [posted], events: [told(only, posted, report.subject)] };
      }
      const messages: NewMessage[] = [];
      const events: { messageId: string; event: NewEvent }[] = [];
      const composed = await Promise.all(
        perMessage.map((owed) =>
          turn((): Composed => ({ owed, report: inSevenBits(compose({ ...owed, returned: 'headers' })) })),
        ),
      );
      for (const [first, ...rest] of portions(composed)) {
        const id = ids.next();
        const reports = [first.report, ...rest.map(({ report }) => report)] as const;
        const { texts } = first.report;
        const bundle = await turn(() => composeBundle({ reports, texts, hostname, id, nowMs: now() }));
        const posted = await post({ ...first.report.message, id }, first.report.recipient.address, bundle);
        messages.push(posted);
        const subject = bundleSubject(texts, reports.length);
        events.push(...[first, ...rest].map(({ owed }) => told(owed, posted, subject)));
      }
      return { messages, events };
    },
  };
}

/** It asked more of the way than that can do. RFC 3463 §3.7 */
function isForm({ status }: Failure): boolean {
  return status.startsWith('5.6.');
}

/** It was too large, or refused once it was seen: what it returned may be spam, or have a virus. */
function isContent({ status, remote }: Failure): boolean {
  return status === '5.3.4' || status === '5.2.3' || remote?.stage === 'content';
}

const atOnce: Turns = (work) => Promise.resolve(work());

/** Recipients of one message share a report. What was to be returned of it at the last is returned. */
function mergeByMessage(held: readonly HeldReport[]): readonly HeldReport[] {
  const merged = new Map<string, HeldReport>();
  for (const each of held) {
    const before = merged.get(each.message.id);
    if (before === undefined) merged.set(each.message.id, each);
    else {
      const whole = before.returned === 'full-message' ? before : each;
      merged.set(each.message.id, { ...whole, entries: lastWords(before.entries, each.entries) });
    }
  }
  return [...merged.values()];
}

/** Who failed, or was reached after all, while the report of a delay was held, is told of once (RFC 3464 §2.3). */
function lastWords(before: HeldReport['entries'], added: HeldReport['entries']): HeldReport['entries'] {
  const entries = [...before, ...added];
  const final = new Set(
    entries.filter(({ action }) => action !== 'delayed').map(({ recipient }) => recipientKey(recipient)),
  );
  const [first, ...rest] = entries.filter(
    (entry) => entry.action !== 'delayed' || !final.has(recipientKey(entry.recipient)),
  );
  return first === undefined ? before : [first, ...rest];
}

/** Reports that go together can't be made simpler later on: they ask nothing of the way that they can do without. */
function inSevenBits(report: ComposedReport): ComposedReport {
  const { message, content } = report;
  const mailParameters = message.mailParameters.replace(EXTENDED, '').trim();
  const plain = mailParameters === message.mailParameters ? undefined : toSevenBit(content, message.id);
  if (plain === undefined) return report;
  return { ...report, message: { ...message, mailParameters, sizeOctets: plain.length }, content: plain };
}

interface Composed {
  readonly owed: HeldReport;
  readonly report: ComposedReport;
}

/** What goes into one message: what asks the same of the way back. */
function portions(composed: readonly Composed[]): readonly (readonly [Composed, ...Composed[]])[] {
  const byPath = new Map<string, [Composed, ...Composed[]][]>();
  for (const each of composed) {
    const key = each.report.message.mailParameters;
    const lists = byPath.get(key) ?? [];
    byPath.set(key, lists);
    const last = lists.at(-1);
    if (last === undefined || last.length >= MOST_IN_BUNDLE) lists.push([each]);
    else last.push(each);
  }
  return [...byPath.values()].flat();
}

function heldEvent({ message, entries }: HeldReport, untilMs: number): NewEvent {
  const recipients = entries.map(({ recipient }) => recipient.shownAs ?? recipient.address);
  return { kind: 'report-held', to: message.reversePath, recipients, untilMs };
}

/** The fields that sign a report; none if there is no key, or none that works. */
async function signatureOf({ dkimKeys, now, trouble }: ReporterParts, content: Uint8Array): Promise<Uint8Array> {
  const [first, ...others] = dkimKeys ?? [];
  if (first === undefined) return new Uint8Array();
  try {
    return await dkimFields(content, [first, ...others], now());
  } catch (error) {
    trouble(error);
    return new Uint8Array();
  }
}

/** A sender to whom no route leads: the attempt will fail, and the postmaster is told. */
function destinationOf(router: Router, address: string): string {
  const route = router.resolve(address);
  return route.kind === 'refuse' ? 'none:' : route.destination;
}
