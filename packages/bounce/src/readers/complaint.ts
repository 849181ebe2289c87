import type { ParsedReport } from '@dsnkit/multipart-report';
import type { Mail } from '../mail.ts';
import { REASONS } from '../reasons.ts';
import { addressOf } from '../text/address.ts';
import type { BouncedRecipient } from '../types.ts';

/** Who complained, where the report says it. RFC 5965 §3.2. */
export function readComplaint({ feedback, ranges }: ParsedReport, { lines }: Mail): BouncedRecipient[] {
  const offset = ranges.machine?.bodyStart ?? ranges.report.start;
  return (feedback?.originalRcptTo ?? []).map((value): BouncedRecipient => ({
    address: addressOf(value) || value,
    reason: 'complaint',
    permanence: 'permanent',
    confidence: 'high',
    advice: REASONS.complaint.advice,
    evidence: [{ of: 'address', source: 'field', offset, line: lines.lineAt(offset), by: 'original-rcpt-to' }],
  }));
}
