import * as v from 'valibot';
import { duration } from './duration.ts';
import type { HistoryConfig } from './model.ts';
import { oneOf, optional, table, whole } from './settings.ts';

/** The `[history]` table. */
export const history: v.GenericSchema<unknown, HistoryConfig> = v.pipe(
  table({
    keep: optional(duration('12h or 7d', '1m'), 7 * 86_400_000),
    'max-messages': optional(whole(1), 1_000_000),
    contents: optional(oneOf(['none', 'reports', 'all']), 'reports'),
    'content-max-octets': optional(whole(0, 67_108_864), 65_536),
  }),
  v.transform((file): HistoryConfig => ({
    keepMs: file.keep,
    maxMessages: file['max-messages'],
    contents: file.contents,
    contentMaxOctets: file['content-max-octets'],
  })),
);
