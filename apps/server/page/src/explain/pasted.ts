import { parseDiagnostic, type SmtpReply } from '@dsnkit/delivery-status';
import { explainMessage } from '../../../src/admin/explain.ts';
import type { Explanation } from '../../../src/admin/explain-schema.ts';

/** What was pasted or dropped: a message, or only the words of a server. */
export type Pasted =
  | { readonly kind: 'message'; readonly explanation: Explanation; readonly octets: Uint8Array }
  | { readonly kind: 'reply'; readonly reply: SmtpReply };

/** Longer than any reply that people paste. */
const MAX_REPLY = 4000;

/** Reads whatever it is: a whole message, the delivery status alone, or a reply such as `550 5.1.1 No such user`. */
export function readPasted(octets: Uint8Array): Pasted {
  if (octets.length < MAX_REPLY) {
    const reply = replyIn(new TextDecoder().decode(octets));
    if (reply !== undefined) return { kind: 'reply', reply };
  }
  const whole = wrapped(octets) ?? octets;
  return { kind: 'message', explanation: explainMessage(whole), octets: whole };
}

function replyIn(text: string): SmtpReply | undefined {
  const start =
    /^(?:[^\n]{0,200}?[\s:])?([245]\d\d[ -][^\n]*(?:\n|$)(?:[245]\d\d[ -][^\n]*(?:\n|$)|[ \t][^\n]*(?:\n|$))*)\s*$/.exec(
      text.trim().replaceAll('\r\n', '\n'),
    );
  return start?.[1] === undefined ? undefined : parseDiagnostic({ type: 'smtp', value: start[1].trim() });
}

/** A delivery status that came without its message gets the plainest message around it. */
function wrapped(octets: Uint8Array): Uint8Array | undefined {
  const begin = new TextDecoder().decode(octets.subarray(0, 4096));
  if (
    !/^\s*(?:Reporting-MTA|Original-Envelope-Id|Arrival-Date|Final-Recipient|Original-Recipient|Action)\s*:/i.test(
      begin,
    )
  )
    return undefined;
  const before = new TextEncoder().encode(
    'Content-Type: multipart/report; report-type=delivery-status; boundary="status-alone"\r\n\r\n' +
      '--status-alone\r\n\r\n\r\n--status-alone\r\nContent-Type: message/delivery-status\r\n\r\n',
  );
  const after = new TextEncoder().encode('\r\n--status-alone--\r\n');
  const whole = new Uint8Array(before.length + octets.length + after.length);
  whole.set(before);
  whole.set(octets, before.length);
  whole.set(after, before.length + octets.length);
  return whole;
}
