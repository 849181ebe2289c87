import { readForwarded } from '@dsnkit/bounce';
import type { InputMessage } from '../input/messages.ts';
import { summarize, type Summary } from './summary.ts';

/**
 * What a message tells; or, where it tells of no delivery, the reports that are attached to it or quoted in it, since people forward a
 * bounce to whoever may explain it.
 */
export function reportsIn(message: InputMessage): readonly Summary[] {
  const summary = summarize(message);
  if (summary.kind !== 'other') return [summary];
  let found = 0;
  const reports = readForwarded(message.octets, ({ octets, quoted }) => {
    const attached = summarize({ ...message, octets, attached: found + 1, ...(quoted && { quoted }) });
    if (attached.kind === 'other') return undefined;
    found++;
    return attached;
  });
  return reports.length === 0 ? [summary] : reports;
}
