import * as v from 'valibot';
import type { HistoryConfig } from './model.ts';
import { oneOf, optional, table, text, whole } from './settings.ts';
import { parseDuration } from './units.ts';

const keep = text('a time such as 12h or 7d, at least 1m', (value) => {
  const ms = parseDuration(value);
  return ms === undefined || ms < 60_000 ? undefined : ms;
});

/** The `[history]` table. */
export const history: v.GenericSchema<unknown, HistoryConfig> = v.pipe(
  table({
    keep: optional(keep, 7 * 86_400_000),
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
