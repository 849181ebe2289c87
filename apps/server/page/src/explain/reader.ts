import { explainMessage } from '../../../src/admin/explain.ts';
import type { ExplainedRecipient, Explanation } from '../../../src/admin/explain-schema.ts';
import type { SmtpReply } from '@dsnkit/delivery-status';
import { readForwarded } from '@dsnkit/bounce';
import { findingsOf, type Finding } from './find-departures.ts';
import { replyIn, wrapped } from './pasted.ts';

export { EXAMPLE } from './example.ts';

/** A message that was read: what it tells, and what can be said against it. */
export interface ReadMessage {
  readonly explanation: Explanation;
  readonly findings: readonly Finding[];
  readonly octets: Uint8Array;
}

/** A report that came inside of a message. */
export interface ForwardedReport extends ReadMessage {
  /** Among its words; else as an attachment. */
  readonly quoted: boolean;
}

/** What was pasted or dropped: a message, or only the words of a server. */
export type Pasted =
  | {
      readonly kind: 'message';
      readonly message: ReadMessage;
      /** Where the message tells of no delivery: the reports in it, as people forward them. */
      readonly forwarded: readonly ForwardedReport[];
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
    return { kind: 'message', message, forwarded: message.explanation.kind === 'other' ? forwardedIn(octets) : [] };
  }
  const { explanation, findings } = readMessage(whole.octets);
  return {
    kind: 'message',
    forwarded: [],
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

function forwardedIn(octets: Uint8Array): readonly ForwardedReport[] {
  return readForwarded(octets, ({ octets: inner, quoted }) => {
    const message = readMessage(inner);
    return message.explanation.kind === 'other' ? undefined : { ...message, quoted };
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
