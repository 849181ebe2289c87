import {
  MAIL_PARAMETERS,
  RCPT_PARAMETERS,
  type EsmtpParameter,
  type RegisteredParameter,
} from '@dsnkit/esmtp-parameters';
import type { Extensions } from './hello.ts';

/**
 * The extension that a server would have to announce before it may be sent this parameter; undefined if it does.
 *
 * RFC 5321 §4.1.1.11. What the registry does not know belongs to an extension of its own name.
 */
export function missingExtension(
  verb: 'MAIL' | 'RCPT',
  { keyword, value }: EsmtpParameter,
  extensions: Extensions,
): string | undefined {
  const name = keyword.toUpperCase();
  if (name === 'BODY' && value?.toUpperCase() === 'BINARYMIME')
    return extensions.has('BINARYMIME') ? undefined : 'BINARYMIME';
  const registered: readonly RegisteredParameter[] = verb === 'MAIL' ? MAIL_PARAMETERS : RCPT_PARAMETERS;
  const needed = registered.find((parameter) => parameter.keyword === name)?.extensions ?? [name];
  return needed.some((extension) => extensions.has(extension)) ? undefined : needed[0];
}
