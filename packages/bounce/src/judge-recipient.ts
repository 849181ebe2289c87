import { parseDiagnostic, plainMtaName, type RecipientFields } from '@dsnkit/delivery-status';
import { ownReason } from './own-reason.ts';
import { judge } from './recipient.ts';
import { recipientAddress } from './recipient-address.ts';
import type { BouncedRecipient } from './types.ts';

/**
 * What the fields of one recipient mean, for a report that has been read already. Only they count: the words for people,
 * in which {@link readBounce} finds commands and what fields leave out, are not looked at. RFC 3464 §2.3.
 *
 * @example
 * judgeRecipient({ finalRecipient: { type: 'rfc822', value: 'ann@example.org' }, action: 'failed', status: '5.2.2' }).advice; // 'retry-later'
 */
export function judgeRecipient(fields: Partial<RecipientFields>): BouncedRecipient {
  const { diagnosticCode, statusComment, remoteMta } = fields;
  const words = [diagnosticCode?.value, ownReason(fields), statusComment].filter((text) => text !== undefined);
  const host = remoteMta === undefined ? '' : plainMtaName(remoteMta);
  return judge({
    address: recipientAddress(fields),
    fields,
    action: fields.action ?? 'failed',
    reply: diagnosticCode === undefined ? undefined : parseDiagnostic(diagnosticCode),
    words: words.map((text) => ({ text, evidence: (by) => ({ of: 'reason', source: 'field', by }) })),
    host: host === '' ? undefined : host,
    confidence: 'high',
    evidence: [],
  });
}
