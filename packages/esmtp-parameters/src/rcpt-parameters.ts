import { parseDateTime } from './date-time.ts';
import { badValue } from './error.ts';
import { type Notify, parseNotify } from './notify.ts';
import { type TypedAddress, type Utf8Context, parseOrcpt } from './orcpt.ts';
import type { EsmtpParameter } from './parameter.ts';
import { NONE, type Table, readEach, tableOf } from './reader.ts';
import { type Announced, MAIL_PARAMETERS, RCPT_PARAMETERS, type RcptKeyword } from './registry.ts';

/** Since when the recipient must have been valid. RFC 7293 §3.1. */
export interface RecipientValidSince {
  readonly since: Date;
  /** What to do at a hop without RRVS: C goes on, R (also if unsaid) returns the message. */
  readonly unsupported: 'continue' | 'reject';
}

/** What the parameters of a RCPT command say. The wire form stays the truth; this is a view of it. */
export interface RcptParameters {
  /** Absent: the sender leaves it to the server. RFC 3461 §4.1. */
  readonly notify?: Notify;
  /** RFC 3461 §4.2. */
  readonly orcpt?: TypedAddress;
  readonly rrvs?: RecipientValidSince;
  /** RFC 4141 §5.1. */
  readonly conNeg?: boolean;
  /** Parameters that the registry does not know, in order. */
  readonly extensions: readonly EsmtpParameter[];
}

/**
 * Read the parameters of a RCPT command; `announced` as in {@link readMailParameters}, `context` says whether the
 * transaction was begun with SMTPUTF8. RFC 3461 §5.1(b), RFC 6533 §3, RFC 5321 §4.1.1.11.
 *
 * @throws {EsmtpParameterError} `unknown` (555 5.5.4), `duplicate`, `bad-value` or `too-long` (501 5.5.4)
 *
 * @example
 * ```ts
 * readRcptParameters([{ keyword: 'NOTIFY', value: 'DELAY' }]).notify; // { success: false, failure: false, delay: true }
 * ```
 */
export function readRcptParameters(
  parameters: readonly EsmtpParameter[],
  announced?: Announced,
  context: Utf8Context = { smtputf8: false },
): RcptParameters {
  const read: Draft = { extensions: NONE };
  if (parameters.length === 0) return read;
  read.extensions = readEach(parameters, context.smtputf8 ? UTF8_TABLE : ASCII_TABLE, announced, read);
  return read;
}

type Draft = { -readonly [key in keyof RcptParameters]: RcptParameters[key] };

const table = (context: Utf8Context): Table<Draft> =>
  tableOf<Draft, RcptKeyword>(RCPT_PARAMETERS, MAIL_PARAMETERS, {
    NOTIFY: { read: (into, value) => (into.notify = parseNotify(value)) },
    ORCPT: { read: (into, value) => (into.orcpt = parseOrcpt(value, context)) },
    RRVS: { read: (into, value) => (into.rrvs = readRrvs(value)) },
    CONNEG: { flag: true, read: (into) => (into.conNeg = true) },
  });
const ASCII_TABLE = table({ smtputf8: false });
const UTF8_TABLE = table({ smtputf8: true });

/** `RRVS=` date-time [ ";" ( "C" / "R" ) ], without fraction. RFC 7293 §3.1. */
function readRrvs(value: string): RecipientValidSince {
  const [, date = '', action] = /^([^.;]+)(?:;([CR]))?$/i.exec(value) ?? [];
  const since = parseDateTime(date);
  if (since === undefined) throw badValue('RRVS');
  return { since, unsupported: action?.toUpperCase() === 'C' ? 'continue' : 'reject' };
}
