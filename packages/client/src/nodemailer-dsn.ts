import { parseNotify } from '@dsnkit/esmtp-parameters';
import type { Occasion } from './message.ts';
import type { ReportRequest } from './nodemailer.ts';

/**
 * Nodemailer's own `dsn` of a message, which counts for all recipients alike. Its ORCPT is one for all, which is right
 * for one recipient at most (RFC 3461 §4.2), so that each recipient gets its own address instead.
 *
 * @throws {EsmtpParameterError} for a `notify` outside its grammar
 */
export function requestOfDsn(dsn: object): ReportRequest {
  const given = new Map<string, unknown>(Object.entries(dsn));
  const ret = textOf(given.get('ret') ?? given.get('return'));
  const envid = textOf(given.get('envid') ?? given.get('id'));
  const notify = textOf(given.get('notify'));
  return {
    ...(ret === undefined ? {} : { ret: /^h/i.test(ret) ? ('HDRS' as const) : ('FULL' as const) }),
    ...(envid === undefined ? {} : { envid }),
    ...(notify === undefined ? {} : { notify: occasionsOf(notify) }),
    ...((given.get('orcpt') ?? given.get('recipient')) === undefined ? {} : { orcpt: 'same' as const }),
  };
}

function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : undefined;
}

function occasionsOf(text: string): readonly Occasion[] {
  const notify = parseNotify(text.toUpperCase().replace(/[\s,]+/g, ','));
  return (['success', 'failure', 'delay'] as const).filter((occasion) => notify[occasion]);
}
