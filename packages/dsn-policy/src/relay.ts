import type { EsmtpParameter } from '@dsnkit/esmtp-parameters';
import { isNullReversePath } from './envelope.ts';
import type { NextHop, Obstacle, RelayMessage, RelayPolicy, RelayRecipient } from './hop.ts';
import { isAscii } from './orcpt.ts';
import { mailParametersFor } from './relay-mail.ts';
import { messageObstacle, recipientObstacle } from './relay-obstacles.ts';
import { rcptParametersFor } from './relay-rcpt.ts';
import { isNotifyNever } from './parameters.ts';

/** One transaction to perform. */
export interface RelayTransaction<R extends RelayRecipient = RelayRecipient> {
  readonly reversePath: string;
  readonly mailParameters: readonly EsmtpParameter[];
  readonly recipients: readonly {
    readonly recipient: R;
    readonly forwardPath: string;
    readonly parameters: readonly EsmtpParameter[];
  }[];
}

/** What to send to one next hop, and what can't be sent to it. */
export interface RelayPlan<R extends RelayRecipient = RelayRecipient> {
  /** None, one, or two: the recipients with NEVER go apart where the hop lacks DSN. */
  readonly transactions: readonly RelayTransaction<R>[];
  readonly obstructed: readonly { readonly recipient: R; readonly obstacle: Obstacle }[];
}

/**
 * Plan the transactions with one next hop.
 *
 * A hop with DSN gets ENVID, RET, NOTIFY and ORCPT as they were received and nothing invented but, by policy, ORCPT
 * (RFC 3461 §5.2.1). A hop without DSN gets none of them, and recipients with NEVER go apart under a null reverse-path
 * (RFC 3461 §5.2.2(a), §5.2.2(d)). Other parameters follow their own extensions; whatever the hop did not announce is
 * not sent to it, or the message is held back if it depends on it.
 *
 * @example
 * ```ts
 * planRelay(
 *   { reversePath: 'alice@example.org', mailParameters: parseParameters('RET=HDRS ENVID=QQ314159') },
 *   [{ address: 'bob@example.com', parameters: parseParameters('NOTIFY=SUCCESS') }],
 *   { extensions: new Map([['DSN', '']]) },
 * ).transactions[0].mailParameters; // as received
 * ```
 */
export function planRelay<R extends RelayRecipient>(
  message: RelayMessage,
  recipients: readonly R[],
  hop: NextHop,
  policy: RelayPolicy = {},
): RelayPlan<R> {
  const general = messageObstacle(message, hop);
  const ready: R[] = [];
  const obstructed: { recipient: R; obstacle: Obstacle }[] = [];
  for (const recipient of recipients) {
    const obstacle = recipientObstacle(recipient, hop) ?? general;
    if (obstacle === undefined) ready.push(recipient);
    else obstructed.push({ recipient, obstacle });
  }
  // RFC 3461 §5.2.2(d): an MTA that knows no DSN sends no report to the null reverse-path.
  const split = !hop.extensions.has('DSN') && !isNullReversePath(message.reversePath);
  const apart = split ? ready.filter(({ parameters }) => isNotifyNever(parameters)) : [];
  const together = apart.length === 0 ? ready : ready.filter(({ parameters }) => !isNotifyNever(parameters));
  const transactions: RelayTransaction<R>[] = [];
  if (together.length > 0) transactions.push(transaction(message, together, hop, policy, message.reversePath));
  if (apart.length > 0) transactions.push(transaction(message, apart, hop, policy, ''));
  return { transactions, obstructed };
}

function transaction<R extends RelayRecipient>(
  message: RelayMessage,
  recipients: readonly R[],
  hop: NextHop,
  policy: RelayPolicy,
  reversePath: string,
): RelayTransaction<R> {
  const planned = recipients.map((recipient) => ({
    recipient,
    forwardPath: recipient.forwardPath ?? recipient.address,
    parameters: rcptParametersFor(message, recipient, hop, policy),
  }));
  const utf8Envelope = ![reversePath, ...planned.map(({ forwardPath }) => forwardPath)].every(isAscii);
  return {
    reversePath,
    mailParameters: mailParametersFor(message, hop, utf8Envelope),
    recipients: planned,
  };
}
