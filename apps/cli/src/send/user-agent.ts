import { EsmtpParameterError, parseOrcpt } from '@dsnkit/esmtp-parameters';
import type { EnvelopeOptions, Plan } from './plan.ts';

/** Longer ones may not survive older systems. RFC 3461 §5.4 */
const ENVID_CHARACTERS = 38;

/**
 * What RFC 3461 asks of programs that submit messages, where an envelope departs from it; nothing of it is refused.
 *
 * RFC 3461 §5.4: no ENVID of more than 38 characters. RFC 3461 §4.2: ORCPT names the address of its RCPT.
 */
export function userAgentAdvice(plan: Plan, { force }: EnvelopeOptions): readonly string[] {
  if (force === true) return [];
  const advice: string[] = [];
  const envid = plan.mailParameters.find(({ keyword }) => keyword.toUpperCase() === 'ENVID')?.value ?? '';
  if (envid.length > ENVID_CHARACTERS)
    advice.push(
      `ENVID has ${envid.length} characters; submitting programs keep to ${ENVID_CHARACTERS} (RFC 3461 §5.4)`,
    );
  for (const { forwardPath, parameters } of plan.recipients) {
    const orcpt = parameters.find(({ keyword }) => keyword.toUpperCase() === 'ORCPT')?.value;
    const named = orcpt === undefined ? undefined : addressIn(orcpt);
    if (named !== undefined && named !== forwardPath)
      advice.push(`ORCPT names ${named}, RCPT ${forwardPath}; at submission they are the same (RFC 3461 §4.2)`);
  }
  return advice;
}

function addressIn(orcpt: string): string | undefined {
  try {
    return parseOrcpt(orcpt, { smtputf8: true }).address;
  } catch (error) {
    if (error instanceof EsmtpParameterError) return undefined;
    throw error;
  }
}
