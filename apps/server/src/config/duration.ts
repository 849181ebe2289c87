import { text, type Setting } from './settings.ts';
import { parseDuration } from './units.ts';

/** Longest span, a hundred years: what lies further ahead than JavaScript's dates go could be told in no report and no event. */
const LONGEST = '36500d';

/**
 * A span of time in milliseconds, within limits.
 *
 * @param examples - What such a span looks like, for messages.
 * @example
 * ```ts
 * duration('90s or 5d', '1s').allowed // 'a time such as 90s or 5d, at least 1s and at most 36500d'
 * ```
 */
export function duration(examples: string, least: string, most: string = LONGEST): Setting<number> {
  const read = within(least, most);
  return text(describe(examples, least, most), read);
}

/**
 * The same, or `never`.
 *
 * @param meaning - What `never` does, if that has to be said.
 */
export function durationOrNever(examples: string, least: string, meaning = ''): Setting<number | 'never'> {
  const read = within(least, LONGEST);
  return text(`${describe(examples, least, LONGEST)}, or "never"${meaning}`, (value): number | 'never' | undefined =>
    value === 'never' ? value : read(value),
  );
}

function describe(examples: string, least: string, most: string): string {
  return `a time such as ${examples}, at least ${least} and at most ${most}`;
}

function within(least: string, most: string): (value: string) => number | undefined {
  const leastMs = parseDuration(least) ?? 0;
  const mostMs = parseDuration(most) ?? 0;
  return (value) => {
    const ms = parseDuration(value);
    return ms === undefined || ms < leastMs || ms > mostMs ? undefined : ms;
  };
}
