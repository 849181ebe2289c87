import { judgeRecipient, type BouncedRecipient } from '@dsnkit/bounce';
import type { RecipientFields } from '@dsnkit/delivery-status';

/** What is told of a recipient beyond its fields. */
export interface Judgement extends Pick<BouncedRecipient, 'reason' | 'permanence' | 'advice'> {
  /** The reply code in its diagnostic. */
  readonly replyCode: number | null;
}

const KEPT = 4096;
let kept = new Map<string, Judgement>();

/** Judges a recipient of a standard report. Servers say the same again and again, so the last judgements are kept. */
export function judgementOf(fields: Partial<RecipientFields>): Judgement {
  const { action, status, diagnosticCode, statusComment, remoteMta } = fields;
  const key = `${action}\0${status}\0${diagnosticCode?.type}\0${diagnosticCode?.value}\0${statusComment}\0${remoteMta?.value}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const { reason, permanence, advice, reply } = judgeRecipient(fields);
  if (kept.size >= KEPT) kept = new Map();
  const judgement = { reason, permanence, advice, replyCode: reply?.replyCode ?? null };
  kept.set(key, judgement);
  return judgement;
}
