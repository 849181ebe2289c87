import { explainMessage } from '../../../src/admin/explain.ts';
import type { ExplainedRecipient, Explanation } from '../../../src/admin/explain-schema.ts';
import type { SmtpReply } from '@dsnkit/delivery-status';
import { readAttached } from '@dsnkit/multipart-report/message';
import { findingsOf, type Finding } from './find-departures.ts';
import { replyIn, wrapped } from './pasted.ts';

export { EXAMPLE } from './example.ts';

/** A message that was read: what it tells, and what can be said against it. */
export interface ReadMessage {
  readonly explanation: Explanation;
  readonly findings: readonly Finding[];
  readonly octets: Uint8Array;
}

/** What was pasted or dropped: a message, or only the words of a server. */
export type Pasted =
  | {
      readonly kind: 'message';
      readonly message: ReadMessage;
      /** Where the message tells of no delivery: the reports in it, as people forward them. */
      readonly attached: readonly ReadMessage[];
    }
  | { readonly kind: 'reply'; readonly reply: SmtpReply };

export function readMessage(octets: Uint8Array): ReadMessage {
  const explanation = explainMessage(octets);
  return { explanation, findings: findingsOf(explanation, octets), octets };
}

/** Reads whatever it is: a whole message, the delivery status alone, or a reply such as `550 5.1.1 No such user`. */
export function readPasted(octets: Uint8Array): Pasted {
  const reply = replyIn(octets);
  if (reply !== undefined) return { kind: 'reply', reply };
  const whole = wrapped(octets);
  if (whole === undefined) {
    const message = readMessage(octets);
    return { kind: 'message', message, attached: message.explanation.kind === 'other' ? attachedTo(octets) : [] };
  }
  const { explanation, findings } = readMessage(whole.octets);
  return {
    kind: 'message',
    attached: [],
    message: {
      octets,
      explanation: {
        ...explanation,
        recipients: explanation.recipients.map((recipient) => linesLess(recipient, whole.linesBefore)),
      },
      findings: findings.map((finding) => ({
        ...finding,
        line: finding.line - (finding.level === 'departure' ? whole.linesBefore : 0),
      })),
    },
  };
}

function attachedTo(octets: Uint8Array): readonly ReadMessage[] {
  return readAttached(octets, (attached) => {
    const message = readMessage(attached.octets);
    return message.explanation.kind === 'other' ? undefined : message;
  });
}

/** Lines are told as they stand in what was pasted. */
function linesLess(recipient: ExplainedRecipient, before: number): ExplainedRecipient {
  if (recipient.judgement === null) return recipient;
  const evidence = recipient.judgement.evidence.map((one) => ({
    ...one,
    line: one.line === null ? null : one.line - before,
  }));
  return { ...recipient, judgement: { ...recipient.judgement, evidence } };
}
