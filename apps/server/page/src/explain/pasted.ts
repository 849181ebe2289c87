import { parseDiagnostic, type SmtpReply } from '@dsnkit/delivery-status';

/** Longer than any reply that people paste. */
const MAX_REPLY = 4000;

/** The reply that it is, if it is one. */
export function replyIn(octets: Uint8Array): SmtpReply | undefined {
  if (octets.length >= MAX_REPLY) return undefined;
  const text = new TextDecoder().decode(octets);
  // The event of a sending service quotes the reply.
  if (/^\s*[{[]/.test(text)) return undefined;
  const start =
    /^(?:[^\n]{0,200}?[\s:])?([245]\d\d[ -][^\n]*(?:\n|$)(?:[245]\d\d[ -][^\n]*(?:\n|$)|[ \t][^\n]*(?:\n|$))*)\s*$/.exec(
      text.trim().replaceAll('\r\n', '\n'),
    );
  return start?.[1] === undefined ? undefined : parseDiagnostic({ type: 'smtp', value: start[1].trim() });
}

/** A delivery status that came without its message gets the plainest message around it. */
export function wrapped(octets: Uint8Array): { readonly octets: Uint8Array; readonly linesBefore: number } | undefined {
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
  return { octets: whole, linesBefore: before.reduce((lines, octet) => lines + (octet === 10 ? 1 : 0), 0) };
}
