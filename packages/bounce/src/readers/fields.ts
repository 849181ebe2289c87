import { parseDeliveryStatus, plainAddress, plainMtaName, type ParsedDeliveryStatus } from '@dsnkit/delivery-status';
import type { Mail } from '../mail.ts';
import { judge } from '../recipient.ts';
import { addressOf } from '../text/address.ts';
import type { Window } from '../text/window.ts';
import type { BouncedRecipient, Evidence } from '../types.ts';
import { besideOf, factsOf } from './report.ts';

/** Fields of a delivery status that stand in text. */
export interface FieldsInText {
  readonly recipients: readonly BouncedRecipient[];
  readonly reportingHost?: string;
}

/** The first line that opens the fields. RFC 3464 §2.2, §2.3. */
const FIRST_FIELD =
  /^[ \t]*(?:reporting-mta|original-envelope-id|final-recipient|original-recipient|arrival-date|received-from-mta|action)[ \t]*:/im;
const RECIPIENT_FIELD = /^[ \t]*(?:final|original)-recipient[ \t]*:/im;

/**
 * Read a delivery status that a gateway or a mail program has turned into text.
 *
 * @param end where the original message begins
 */
export function readFieldsInText(window: Window, end: number, mail: Mail): FieldsInText | undefined {
  const { text } = window;
  if (!RECIPIENT_FIELD.test(text)) return undefined;
  const start = text.search(FIRST_FIELD);
  if (start < 0) return undefined;
  const stop = end > start ? end : text.length;
  const status = parseDeliveryStatus(text.slice(start, stop).replace(/^[ \t]+(?=[A-Za-z-]+[ \t]*:)/gm, ''));
  const recipients = readGroups(status, window, start, mail);
  if (recipients.length === 0) return undefined;
  const { reportingMta } = status.message;
  return { recipients, ...(reportingMta === undefined ? {} : { reportingHost: plainMtaName(reportingMta) }) };
}

function readGroups(
  status: ParsedDeliveryStatus,
  window: Window,
  start: number,
  { signals }: Mail,
): BouncedRecipient[] {
  const before = window.text.slice(0, start);
  const beside = besideOf(before, window.place);
  const recipients: BouncedRecipient[] = [];
  for (const group of status.recipients) {
    const named = group.finalRecipient ?? group.originalRecipient;
    const address = named === undefined ? '' : addressOf(plainAddress(named)) || plainAddress(named);
    if (
      address === '' ||
      (group.action === undefined && group.status === undefined && group.diagnosticCode === undefined)
    )
      continue;
    const at = window.place(Math.max(start, window.text.indexOf(address, start)));
    const evidence: Evidence[] = [{ of: 'address', source: 'field', ...at, by: 'final-recipient' }];
    if (group.status !== undefined)
      evidence.push({
        of: 'status',
        source: 'field',
        ...window.place(Math.max(start, window.text.indexOf(group.status, start))),
        by: 'status',
      });
    recipients.push(
      judge(
        factsOf(
          group,
          address,
          beside,
          { list: evidence, diagnostic: (by) => ({ of: 'reason', source: 'field', ...at, by }) },
          signals.subject.toLowerCase().includes('delay') ? 'delayed' : 'failed',
        ),
      ),
    );
  }
  return recipients;
}
