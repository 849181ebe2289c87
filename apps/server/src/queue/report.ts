import type { Content, Message, NewEvent } from '../model.ts';
import { composeReport, type ReportStyle } from '../notification/compose.ts';
import { makeLanguages } from '../notification/language.ts';
import type { IdSource, NewMessage } from '../ports.ts';
import type { Router } from '../routing/router.ts';
import { readStart, readWhole } from './content.ts';
import type { Owed } from './work.ts';

/** What making reports works with. */
export interface ReporterParts {
  readonly hostname: string;
  readonly ids: IdSource;
  readonly router: Router;
  readonly now: () => number;
  /** Without it: all languages that come with the server, plain text and HTML. */
  readonly style?: ReportStyle;
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
  return async (message, { entries, returned }, content) => {
    const kept = await content();
    const original = returned === 'full-message' ? await readWhole(kept) : await readStart(kept, HEADER_MAX_OCTETS);
    const { hostname, ids } = parts;
    const input = { message, entries, returned, original, hostname, nowMs: parts.now(), reportId: ids.next(), style };
    const report = composeReport(input);
    if (report === undefined) throw new Error('a report was owed to a null reverse-path');
    const recipient = { ...report.recipient, destination: destinationOf(parts.router, report.recipient.address) };
    return {
      message: { message: report.message, recipients: [recipient], content: [report.content] },
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

/** A sender to whom no route leads: the attempt will fail, and be told as an event. */
function destinationOf(router: Router, address: string): string {
  const route = router.resolve(address);
  return route.kind === 'refuse' ? 'none:' : route.destination;
}
