import { parseDate } from '@dsnkit/delivery-status';
import { isoTime } from '../input/iso-time.ts';
import { UsageError } from '../usage-error.ts';
import type { Filter } from './filter.ts';

/** The options that choose what is told. */
export interface FilterOptions {
  readonly kind?: readonly string[];
  readonly status?: readonly string[];
  readonly action?: readonly string[];
  readonly recipient?: readonly string[];
  readonly since?: string;
  readonly until?: string;
}

const KINDS = ['dsn', 'bounce', 'delay', 'success', 'auto-reply', 'challenge', 'feedback', 'mdn', 'other'];
const ACTIONS = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'];

/**
 * The filter that the options describe; lists may be repeated or joined by commas.
 *
 * @throws {UsageError} one line that names the option
 */
export function filterOf(options: FilterOptions, nowMs: number): Filter {
  const kinds = list(options.kind, '--kind', (text) => KINDS.includes(text), KINDS.join(', '));
  const actions = list(options.action, '--action', (text) => ACTIONS.includes(text), ACTIONS.join(', '));
  const statuses = list(options.status, '--status', (text) => STATUS.test(text), 'codes such as 5.1.1, 5.1.* or 4');
  const sinceMs = options.since === undefined ? undefined : moment(options.since, '--since', nowMs, false);
  const untilMs = options.until === undefined ? undefined : moment(options.until, '--until', nowMs, true);
  if (options.recipient?.some((text) => text.trim() === '') === true)
    throw new UsageError('--recipient: expected an address, @domain, or either with *');
  return {
    ...(kinds && { kinds }),
    ...(actions && { actions }),
    ...(statuses && { statuses }),
    ...(options.recipient && { recipients: options.recipient }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
  };
}

const STATUS = /^(?:[245]|\*|x)(?:\.(?:\d{1,3}|\*)){0,2}$/i;

function list(
  texts: readonly string[] | undefined,
  option: string,
  allows: (text: string) => boolean,
  allowed: string,
): readonly string[] | undefined {
  const all = texts?.flatMap((text) => text.split(',')).map((text) => text.trim().toLowerCase());
  const wrong = all?.find((text) => !allows(text));
  if (wrong !== undefined) throw new UsageError(`${option} ${wrong}: expected ${allowed}`);
  return all;
}

/** `2024-03-07`, a date with time, or an age: `36h`, `7d`, `2w`. A day that ends is over when the next one begins. */
function moment(text: string, option: string, nowMs: number, end: boolean): number {
  const [, number, unit = ''] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  if (number !== undefined) return nowMs - Number(number) * (UNITS[unit] ?? 0);
  const day = /^\d{4}-\d\d-\d\d$/.test(text);
  const date = /^\d{4}-\d\d-\d\d/.test(text) ? isoTime(text) : fromHeader(text);
  if (Number.isNaN(date))
    throw new UsageError(`${option} ${text}: expected a date such as 2024-03-07, or an age such as 36h or 7d`);
  return day && end ? date + 86_400_000 : date;
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

function fromHeader(text: string): number {
  try {
    return parseDate(text).date.getTime();
  } catch {
    return Number.NaN;
  }
}
