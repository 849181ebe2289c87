import type { EsmtpParameter } from '@dsnkit/esmtp-parameters';
import { isNullReversePath } from './envelope.ts';
import { isKeyword } from './parameters.ts';

/** The envelope in which a report travels. */
export interface ReportEnvelope {
  /** A report is never reported about. */
  readonly reversePath: '';
  readonly mailParameters: readonly EsmtpParameter[];
  readonly forwardPath: string;
  readonly rcptParameters: readonly EsmtpParameter[];
}

/**
 * The envelope of a report about a message.
 *
 * From `<>` to the address of the MAIL command, less a source route (RFC 5321 §6.1), with NOTIFY=NEVER and neither RET
 * nor ENVID (RFC 3461 §6.1). REQUIRETLS is carried over (RFC 8689 §5), so is the priority (RFC 6710 §4.6), never a
 * request to hold (RFC 4865 §5.1.1). BODY and SMTPUTF8 follow from the report itself and are for whoever formats it.
 *
 * @returns nothing for a null reverse-path: no report may be sent. RFC 3461 §5.2
 *
 * @example
 * ```ts
 * reportEnvelope('@relay.example:alice@example.org', []);
 * // { reversePath: '', mailParameters: [], forwardPath: 'alice@example.org',
 * //   rcptParameters: [{ keyword: 'NOTIFY', value: 'NEVER' }] }
 * ```
 */
export function reportEnvelope(
  reversePath: string,
  mailParameters: readonly EsmtpParameter[],
): ReportEnvelope | undefined {
  if (isNullReversePath(reversePath)) return undefined;
  return {
    reversePath: '',
    mailParameters: mailParameters.filter((parameter) => isKeyword(parameter, 'REQUIRETLS', 'MT-PRIORITY')),
    forwardPath: withoutSourceRoute(reversePath),
    rcptParameters: [{ keyword: 'NOTIFY', value: 'NEVER' }],
  };
}

/** `A-d-l ":"` stands before the mailbox, and only there: a local-part begins with "@" in no other case. RFC 5321 §4.1.2 */
function withoutSourceRoute(path: string): string {
  return path.startsWith('@') ? path.slice(path.indexOf(':') + 1) : path;
}
