/** What has become of a recipient, as the history knows it. */
export const RECIPIENT_STATES = [
  'queued',
  'deferred',
  'held',
  'delivered',
  'relayed',
  'expanded',
  'failed',
  'expired',
  'bounced',
  'dropped',
] as const;

/** One of {@link RECIPIENT_STATES}. */
export type RecipientState = (typeof RECIPIENT_STATES)[number];
