import type { Content, Message, NewEvent } from '../model.ts';
import { composeReport, type ReportStyle } from '../notification/compose.ts';
import { makeLanguages } from '../notification/language.ts';
import type { Texts } from '../notification/texts/texts.ts';
import type { DkimKey, IdSource, NewMessage } from '../ports.ts';
import { dkimFields } from '../notification/dkim.ts';
import type { Router } from '../routing/router.ts';
import { readStart, readWhole } from './content.ts';
import type { Owed } from './work.ts';

/** What the files hold that `[report]` names. */
export interface ReportFiles {
  readonly texts: readonly Texts[];
  readonly dkimKeys: readonly DkimKey[];
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
  /** Told when a report could not be signed: it goes without, since it is owed. */
  readonly trouble: (error: unknown) => void;
}

/** A header longer than this is not looked at to its end. */
const HEADER_MAX_OCTETS = 262_144;

/** Makes the report that is owed into a message for the queue, and the event that tells of it. */
export function makeReporter(
  parts: ReporterParts,
): (
  message: Message,
  owed: Owed,
  content: () => Promise<Content>,
) => Promise<{ readonly message: NewMessage; readonly event: NewEvent }> {
  const style = parts.style ?? { languages: makeLanguages(), html: true };
  return async (message, { entries, returned }, load) => {
    const kept = await load();
    const original = returned === 'full-message' ? await readWhole(kept) : await readStart(kept, HEADER_MAX_OCTETS);
    const { hostname, ids } = parts;
    const input = { message, entries, returned, original, hostname, nowMs: parts.now(), reportId: ids.next(), style };
    const report = composeReport(input);
    if (report === undefined) throw new Error('a report was owed to a null reverse-path');
    const recipient = { ...report.recipient, destination: destinationOf(parts.router, report.recipient.address) };
    const signature = await signatureOf(parts, report.content);
    const sizeOctets = signature.length + report.content.length;
    const content = signature.length === 0 ? [report.content] : [signature, report.content];
    return {
      message: { message: { ...report.message, sizeOctets }, recipients: [recipient], content },
      event: {
        kind: 'report-issued',
        reportId: report.message.id,
        to: report.recipient.address,
        actions: entries.map((entry) => ({
          recipient: entry.recipient.shownAs ?? entry.recipient.address,
          action: entry.action,
          status: entry.outcome.status ?? '',
        })),
      },
    };
  };
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

/** A sender to whom no route leads: the attempt will fail, and be told as an event. */
function destinationOf(router: Router, address: string): string {
  const route = router.resolve(address);
  return route.kind === 'refuse' ? 'none:' : route.destination;
}
