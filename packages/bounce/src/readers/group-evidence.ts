import type { ParsedReport } from '@dsnkit/multipart-report';
import type { Mail } from '../mail.ts';
import type { Evidence } from '../types.ts';

/** Where the fields of a group stand. */
export interface GroupEvidence {
  readonly list: readonly Evidence[];
  /** For what is found in the diagnostic. */
  readonly diagnostic: (by: string) => Evidence;
}

/** What each field is evidence for. */
const FIELDS: ReadonlyMap<string, Evidence['of']> = new Map([
  ['final-recipient', 'address'],
  ['original-recipient', 'address'],
  ['action', 'action'],
  ['status', 'status'],
  ['diagnostic-code', 'reply'],
  ['remote-mta', 'host'],
]);

/** Find the fields of the groups of a report in the message. */
export function groupEvidence(
  { deliveryStatus, ranges }: ParsedReport,
  { opened, lines }: Mail,
): (index: number) => GroupEvidence {
  const base = ranges.machine?.bodyStart ?? 0;
  const starts: number[] = [];
  let at = base + (deliveryStatus?.message.source?.text.length ?? 0);
  for (const { source } of deliveryStatus?.recipients ?? []) {
    starts.push(at);
    at += source?.text.length ?? 0;
  }
  return (index) => {
    const text = deliveryStatus?.recipients[index]?.source?.text ?? '';
    const start = starts[index] ?? base;
    // Behind a transfer encoding, and after repairs, the part is all that can be pointed at.
    const exact = opened.text.startsWith(text.slice(0, 40), start);
    const list: Evidence[] = [];
    for (let at = 0; at < text.length; at = lineAfter(text, at)) {
      const name = nameAt(text, at);
      const of = FIELDS.get(name);
      if (of === undefined) continue;
      const offset = exact ? start + at : base;
      list.push({ of, source: 'field', offset, line: lines.lineAt(offset), by: name });
    }
    const own = list.find(({ of }) => of === 'reply');
    return {
      list,
      diagnostic: (by) => ({
        ...(own ?? { offset: base, line: lines.lineAt(base) }),
        of: 'reason',
        source: 'field',
        by,
      }),
    };
  };
}

function lineAfter(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

/** The name of the field that begins at an offset, in lower case; `''` if none of those wanted can. */
function nameAt(text: string, at: number): string {
  const head = text.slice(at, at + LONGEST_NAME);
  const colon = head.indexOf(':');
  return colon < 6 ? '' : head.slice(0, colon).trimEnd().toLowerCase();
}

const LONGEST_NAME = 24;
