import { judgeRecipient, type BouncedRecipient } from '@dsnkit/bounce';
import type { RecipientFields } from '@dsnkit/delivery-status';
import { copyOf } from './statistics.ts';

/** What is told of a recipient beyond its fields. */
export interface Judgement extends Pick<BouncedRecipient, 'reason' | 'permanence' | 'advice'> {
  /** The reply code in its diagnostic. */
  readonly replyCode: number | null;
}

/** A judgement, and all that it depends on besides the diagnostic. */
interface Known {
  readonly action: string | undefined;
  readonly status: string | undefined;
  readonly comment: string | undefined;
  readonly type: string | undefined;
  readonly host: string | undefined;
  readonly judgement: Judgement;
}

const KEPT = 4096;
/** One diagnostic with so many different hosts and codes is looked through. */
const MOST_ALIKE = 16;
/** By the words of the diagnostic. */
let kept = new Map<string, Known[]>();

/**
 * Judges a recipient of a standard report. Servers say the same again and again, so the last judgements are kept; but what
 * names an address is seldom said twice.
 */
export function judgementOf(fields: Partial<RecipientFields>): Judgement {
  const { action, status, diagnosticCode, statusComment: comment, remoteMta } = fields;
  const words = diagnosticCode?.value ?? '';
  if (words.includes('@')) return judged(fields);
  const type = diagnosticCode?.type;
  const host = remoteMta?.value;
  const alike = kept.get(words);
  for (const known of alike ?? []) {
    const isSame = known.status === status && known.action === action && known.type === type;
    if (isSame && known.host === host && known.comment === comment) return known.judgement;
  }
  const judgement = judged(fields);
  const made = { action, status, type, judgement, comment: comment && copyOf(comment), host: host && copyOf(host) };
  if (alike !== undefined) {
    if (alike.length < MOST_ALIKE) alike.push(made);
    return judgement;
  }
  if (kept.size >= KEPT) kept = new Map();
  kept.set(copyOf(words), [made]);
  return judgement;
}

function judged(fields: Partial<RecipientFields>): Judgement {
  const { reason, permanence, advice, reply } = judgeRecipient(fields);
  return { reason, permanence, advice, replyCode: reply?.replyCode ?? null };
}
