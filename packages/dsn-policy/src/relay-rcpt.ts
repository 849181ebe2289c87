import type { EsmtpParameter } from '@dsnkit/esmtp-parameters';
import { orcptFor, orcptOnwards } from './orcpt.ts';
import { find, isKeyword, isNotifyNever, notifyElements } from './parameters.ts';
import { deliverByOf } from './relay-mail.ts';
import type { NextHop, RelayMessage, RelayPolicy, RelayRecipient } from './hop.ts';

/**
 * The RCPT parameters for one hop, in the order in which they came: NOTIFY and ORCPT as received to a hop with DSN,
 * none to another; an ORCPT that policy adds stands last. RFC 3461 §5.2.1(c), §5.2.1(d), §5.2.2(a).
 */
export function rcptParametersFor(
  message: RelayMessage,
  recipient: RelayRecipient,
  hop: NextHop,
  policy: RelayPolicy,
): EsmtpParameter[] {
  const dsn = hop.extensions.has('DSN');
  const smtputf8 = hop.extensions.has('SMTPUTF8');
  const parameters: EsmtpParameter[] = [];
  for (const parameter of recipient.parameters) {
    if (dsn && isKeyword(parameter, 'NOTIFY')) parameters.push(parameter);
    if (dsn && isKeyword(parameter, 'ORCPT')) parameters.push(orcptOnwards(parameter, smtputf8));
    if (hop.extensions.has('RRVS') && isKeyword(parameter, 'RRVS')) parameters.push(parameter);
  }
  if (!dsn) return parameters;
  const added = find(parameters, 'ORCPT') === undefined ? addedOrcpt(recipient, smtputf8, policy) : undefined;
  const asked = deliverByLost(message, hop) ? withDelay(parameters) : parameters;
  return added === undefined ? asked : [...asked, added];
}

function addedOrcpt(recipient: RelayRecipient, smtputf8: boolean, policy: RelayPolicy): EsmtpParameter | undefined {
  const rewritten = recipient.forwardPath !== undefined && recipient.forwardPath !== recipient.address;
  const wanted = policy.addOrcpt ?? 'when-rewritten';
  return wanted === 'always' || (wanted === 'when-rewritten' && rewritten)
    ? orcptFor(recipient.address, { smtputf8 })
    : undefined;
}

/** Mode N goes, in time, to a hop that will not look at the clock. RFC 2852 §4.1.4.2 */
function deliverByLost(message: RelayMessage, hop: NextHop): boolean {
  const by = deliverByOf(message);
  return by?.mode === 'N' && by.seconds > 0 && !hop.extensions.has('DELIVERBY');
}

/**
 * Ask for delay reports in the place of the deadline that is lost; the one case in which NOTIFY is changed or added,
 * against RFC 3461 §5.2.1(c). RFC 2852 §4.1.4.2
 */
function withDelay(parameters: readonly EsmtpParameter[]): EsmtpParameter[] {
  if (isNotifyNever(parameters)) return [...parameters];
  const received = find(parameters, 'NOTIFY')?.value;
  if (received === undefined) return [...parameters, { keyword: 'NOTIFY', value: 'FAILURE,DELAY' }];
  const elements = notifyElements(received);
  if (elements.some((element) => element.toUpperCase() === 'DELAY')) return [...parameters];
  const value = [...elements, 'DELAY'].join(',');
  return parameters.map((parameter) => (isKeyword(parameter, 'NOTIFY') ? { ...parameter, value } : parameter));
}
