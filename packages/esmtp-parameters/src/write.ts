import { type XtextError, encodeXtext, encodeXtextOctets } from '@dsnkit/xtext';
import { badValue } from './error.ts';
import { type MailParameters, readMailParameters } from './mail-parameters.ts';
import { ENVID_GENERATED } from './mail-values.ts';
import { formatNotify } from './notify.ts';
import { type Utf8Context, formatOrcpt } from './orcpt.ts';
import { type EsmtpParameter, formatParameters } from './parameter.ts';
import { type RcptParameters, readRcptParameters } from './rcpt-parameters.ts';

/**
 * Write what a client wants to say with MAIL as parameters: the inverse of {@link readMailParameters}.
 *
 * A relay has no use for it: what was received goes on as it came (RFC 3461 §5.2.1).
 *
 * @throws {EsmtpParameterError} for a value outside its grammar, and `too-long` for an ENVID beyond 94 octets of xtext;
 * never truncates. RFC 3461 §5.4(a).
 *
 * @example
 * ```ts
 * writeMailParameters({ ret: 'HDRS', envid: 'a+b' }); // [{ keyword: 'RET', value: 'HDRS' }, … 'a+2Bb' }]
 * ```
 */
export function writeMailParameters(mail: Partial<MailParameters>): EsmtpParameter[] {
  const parameters: EsmtpParameter[] = [];
  for (const [keyword, write] of MAIL) {
    const value = write(mail);
    if (value !== undefined) parameters.push(value === '' ? { keyword } : { keyword, value });
  }
  for (const extension of mail.extensions ?? []) parameters.push(extension);
  // What we would not take ourselves we don't send.
  formatParameters(parameters);
  readMailParameters(parameters);
  return parameters;
}

/**
 * Write what a client wants to say with RCPT as parameters: the inverse of {@link readRcptParameters}. A `utf-8` ORCPT
 * gets the form that the transaction can carry. RFC 3461 §4.1, §4.2; RFC 6533 §3.
 *
 * @throws {EsmtpParameterError} as {@link writeMailParameters}, with 494 octets for ORCPT. RFC 3461 §5.4(c).
 *
 * @example
 * ```ts
 * writeRcptParameters({ notify: notifyOn('success', 'failure') }); // [{ keyword: 'NOTIFY', value: 'SUCCESS,FAILURE' }]
 * ```
 */
export function writeRcptParameters(
  rcpt: Partial<RcptParameters>,
  context: Utf8Context = { smtputf8: false },
): EsmtpParameter[] {
  const { notify, orcpt, rrvs, conNeg } = rcpt;
  const parameters: EsmtpParameter[] = [];
  if (notify !== undefined) parameters.push({ keyword: 'NOTIFY', value: formatNotify(notify) });
  if (orcpt !== undefined) parameters.push({ keyword: 'ORCPT', value: formatOrcpt(orcpt, context) });
  if (rrvs !== undefined) {
    const action = rrvs.unsupported === 'continue' ? ';C' : ';R';
    parameters.push({ keyword: 'RRVS', value: formatSeconds(rrvs.since, 'RRVS') + action });
  }
  if (conNeg === true) parameters.push({ keyword: 'CONNEG' });
  for (const extension of rcpt.extensions ?? []) parameters.push(extension);
  formatParameters(parameters);
  readRcptParameters(parameters, undefined, context);
  return parameters;
}

/** In order of emission; '' is a flag that is set, undefined is not sent. */
const MAIL: readonly (readonly [string, (mail: Partial<MailParameters>) => string | undefined])[] = [
  ['SIZE', ({ size }) => (size === undefined ? undefined : formatInteger(size))],
  ['BODY', ({ body }) => body],
  ['SMTPUTF8', ({ smtputf8 }) => flag(smtputf8)],
  ['RET', ({ ret }) => ret],
  ['ENVID', ({ envid }) => (envid === undefined ? undefined : formatEnvid(envid))],
  ['AUTH', ({ auth }) => (auth === undefined ? undefined : formatAuth(auth))],
  ['REQUIRETLS', ({ requireTls }) => flag(requireTls)],
  ['MT-PRIORITY', ({ mtPriority }) => mtPriority?.toString()],
  ['BY', ({ by }) => by && `${by.seconds};${by.mode}${by.trace ? 'T' : ''}`],
  ['HOLDFOR', ({ holdFor }) => holdFor?.toString()],
  ['HOLDUNTIL', ({ holdUntil }) => holdUntil && formatSeconds(holdUntil, 'HOLDUNTIL')],
  ['MTRK', ({ mtrk }) => mtrk && [mtrk.certifier, mtrk.timeoutSeconds].filter((part) => part !== undefined).join(':')],
  ['TRANSID', ({ transId }) => transId],
  ['SOLICIT', ({ solicit }) => solicit?.join(',')],
  ['CONPERM', ({ conPerm }) => flag(conPerm)],
  ['SUBMITTER', ({ submitter }) => (submitter === undefined ? undefined : formatXtext(submitter, 'SUBMITTER'))],
];

function flag(set: boolean | undefined): '' | undefined {
  return set === true ? '' : undefined;
}

function formatXtext(text: string, keyword: string): string {
  try {
    return encodeXtext(text);
  } catch (error) {
    throw badValue(keyword, (error as XtextError).offset);
  }
}

function formatEnvid(envid: string): string {
  const value = formatXtext(envid, 'ENVID');
  if (value.length > ENVID_GENERATED) throw badValue('ENVID', ENVID_GENERATED, 'too-long');
  return value;
}

function formatAuth(mailbox: string): string {
  return mailbox === '' ? '<>' : encodeXtextOctets(new TextEncoder().encode(mailbox));
}

/** Digits alone, also where a number would be written with an exponent. */
function formatInteger(size: number): string {
  if (!Number.isInteger(size)) throw badValue('SIZE');
  return BigInt(size).toString();
}

/** RFC 3339 in UTC without fraction, which RFC 7293 §3.1 forbids. */
function formatSeconds(date: Date, keyword: string): string {
  if (Number.isNaN(date.getTime())) throw badValue(keyword);
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
