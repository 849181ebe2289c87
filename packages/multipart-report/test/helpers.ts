/** Octets of a message written with LF; every line end becomes CRLF. */
export function crlf(text: string): Uint8Array {
  return utf8(text.replaceAll('\n', '\r\n'));
}

/** Octets of a text as it stands. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Octets of a text whose characters are octets. */
export function latin(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Text of octets. */
export function text(octets: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets);
}

/** A report of three parts; each argument replaces the header and body of one. */
export function report({
  type = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
  human = 'Content-Type: text/plain\n\nYour message could not be delivered.\n',
  machine = `Content-Type: message/delivery-status\n\n${STATUS}`,
  returned = 'Content-Type: text/rfc822-headers\n\nMessage-ID: <m1@example.org>\nSubject: hello\n',
} = {}): string {
  const parts = [human, machine, returned].filter((part) => part !== '').map((part) => `--b\n${part}\n`);
  return `From: postmaster@mx.example.net\nTo: alice@example.org\nMIME-Version: 1.0\n${type}\n\n${parts.join('')}--b--\n`;
}

export const STATUS = `Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; bob@example.com
Action: failed
Status: 5.1.1
`;
