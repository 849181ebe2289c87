import { parseNotify, readMailParameters } from '@dsnkit/esmtp-parameters';
import type { Occasion } from './message.ts';
import type { ReportRequest } from './nodemailer.ts';

/**
 * Nodemailer's own `dsn` of a message, which counts for all recipients alike. Its ORCPT is one for all, which is right
 * for one recipient at most (RFC 3461 §4.2), so that each recipient gets its own address instead.
 *
 * @throws {EsmtpParameterError} for a `ret` or `notify` outside its grammar
 */
export function requestOfDsn(dsn: object): ReportRequest {
  const given = new Map<string, unknown>(Object.entries(dsn));
  const ret = retOf(textOf(given.get('ret') ?? given.get('return')) ?? '');
  const envid = textOf(given.get('envid') ?? given.get('id'));
  const notify = textOf(given.get('notify'));
  return {
    ...(ret === undefined ? {} : { ret }),
    ...(envid === undefined ? {} : { envid }),
    ...(notify === undefined ? {} : { notify: occasionsOf(notify) }),
    ...((given.get('orcpt') ?? given.get('recipient')) === undefined ? {} : { orcpt: 'same' as const }),
  };
}

function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : undefined;
}

/** What nodemailer takes for RET. An empty text is none. */
function retOf(text: string): 'FULL' | 'HDRS' | undefined {
  if (text === '') return undefined;
  const word = text.toUpperCase();
  const value = word === 'HEADERS' ? 'HDRS' : word === 'BODY' ? 'FULL' : text;
  return readMailParameters([{ keyword: 'RET', value }]).ret;
}

function occasionsOf(text: string): readonly Occasion[] {
  const notify = parseNotify(text.toUpperCase().replace(/[\s,]+/g, ','));
  return (['success', 'failure', 'delay'] as const).filter((occasion) => notify[occasion]);
}
