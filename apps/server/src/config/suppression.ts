import * as v from 'valibot';
import { durationOrNever } from './duration.ts';
import type { SuppressionConfig } from './model.ts';
import { listOf, optional, table, text, whole } from './settings.ts';

const pattern = text('an enhanced status such as "5.1.1" or "5.2.x"', (value) =>
  /^5(?:\.(?:0|[1-9]\d{0,2}|x)){2}$/.test(value) ? value : undefined,
);

const keep = durationOrNever('30d', '1m', ' to keep it for good');

/** RFC 3463 §3.2: what is wrong is the address of the recipient. X.1.7 and X.1.8 are about the sender's. */
const WRONG_ADDRESS = ['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10'];

/** The `[suppression]` table. */
export const suppression: v.GenericSchema<unknown, SuppressionConfig> = v.pipe(
  table({
    statuses: optional(listOf(pattern, 0), WRONG_ADDRESS),
    failures: optional(whole(1, 1000), 1),
    keep: optional(keep, 30 * 86_400_000),
  }),
  v.transform((file): SuppressionConfig => ({
    statuses: file.statuses,
    failures: file.failures,
    ...(file.keep === 'never' ? {} : { keepMs: file.keep }),
  })),
);
