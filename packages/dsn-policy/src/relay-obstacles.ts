import { isNullReversePath } from './envelope.ts';
import { isAscii } from './orcpt.ts';
import { find } from './parameters.ts';
import { carries, deliverByOf, neededBody } from './relay-mail.ts';
import type { NextHop, Obstacle, RelayMessage, RelayRecipient } from './hop.ts';

/** Why this hop can have the message for nobody. The first reason found is given. */
export function messageObstacle(message: RelayMessage, hop: NextHop): Obstacle | undefined {
  return tlsObstacle(message, hop) ?? contentObstacle(message, hop) ?? deliverByObstacle(message, hop);
}

/** Why this hop can't have the message for this recipient. */
export function recipientObstacle(recipient: RelayRecipient, hop: NextHop): Obstacle | undefined {
  if (!hop.extensions.has('SMTPUTF8') && !isAscii(recipient.forwardPath ?? recipient.address)) {
    return { status: '5.6.7', reason: 'utf8-address' };
  }
  // RFC 7293 §5.1.1: without the check, or "C" for "never mind", the address may belong to somebody else by now.
  const rrvs = find(recipient.parameters, 'RRVS')?.value;
  if (rrvs !== undefined && !hop.extensions.has('RRVS') && !/;c$/i.test(rrvs)) {
    return { status: '5.7.19', reason: 'rrvs' };
  }
  return undefined;
}

/** RFC 8689 §4.2.1; a report goes on even without, RFC 8689 §5. */
function tlsObstacle(message: RelayMessage, hop: NextHop): Obstacle | undefined {
  if (find(message.mailParameters, 'REQUIRETLS') === undefined) return undefined;
  if (isNullReversePath(message.reversePath)) return undefined;
  if (hop.extensions.has('REQUIRETLS') && hop.verifiedTls === true) return undefined;
  // Still offering STARTTLS, or not trusted after it: no protected session came about. Else the hop knows no REQUIRETLS.
  const unprotected = hop.verifiedTls !== true && ['STARTTLS', 'REQUIRETLS'].some((word) => hop.extensions.has(word));
  return unprotected ? { status: '5.7.10', reason: 'tls' } : { status: '5.7.30', reason: 'requiretls' };
}

function contentObstacle(message: RelayMessage, hop: NextHop): Obstacle | undefined {
  const limit = Number(hop.extensions.get('SIZE') ?? 0);
  // RFC 1870 §4: 0 or no number is no fixed limit.
  if (limit > 0 && (message.sizeOctets ?? 0) > limit) return { status: '5.3.4', reason: 'too-big' };
  if (!hop.extensions.has('SMTPUTF8')) {
    if (message.utf8Headers === true) return { status: '5.6.9', reason: 'utf8-headers' };
    const declared = find(message.mailParameters, 'SMTPUTF8') !== undefined && message.utf8Headers !== false;
    if (declared || !isAscii(message.reversePath)) return { status: '5.6.7', reason: 'utf8-address' };
  }
  return carries(hop, neededBody(message)) ? undefined : { status: '5.6.3', reason: '8bit-content' };
}

/** Mode R is a promise that a hop without DELIVERBY, or with a longer minimum, can't keep. RFC 2852 §4.1.4.1 */
function deliverByObstacle(message: RelayMessage, hop: NextHop): Obstacle | undefined {
  const by = deliverByOf(message);
  if (by?.mode !== 'R') return undefined;
  if (by.seconds <= 0) return { status: '5.4.7', reason: 'deliverby-passed' };
  const minimum = hop.extensions.get('DELIVERBY');
  if (minimum === undefined) return { status: '5.3.3', reason: 'deliverby' };
  // RFC 2852 §2: other options may stand behind the minimum, after commas.
  return Number.parseInt(minimum, 10) > by.seconds ? { status: '5.4.7', reason: 'deliverby-passed' } : undefined;
}
