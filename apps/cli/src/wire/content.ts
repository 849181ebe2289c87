/** Content with CRLF line ends, as SMTP knows only them. RFC 5321 §2.3.8. */
export function withSoundLineEnds(octets: Uint8Array): Uint8Array {
  const text = Buffer.from(octets).toString('latin1');
  return Buffer.from(text.replace(/\r\n|\r|\n/g, '\r\n'), 'latin1');
}

/** Content as it goes behind DATA: dots at the begin of lines doubled, ended by a lone dot. RFC 5321 §4.5.2. */
export function dotStuffed(octets: Uint8Array): Uint8Array {
  const text = Buffer.from(octets).toString('latin1');
  const end = text === '' || text.endsWith('\r\n') ? '' : '\r\n';
  return Buffer.from(`${text.replace(/^\./, '..').replaceAll('\r\n.', '\r\n..')}${end}.\r\n`, 'latin1');
}

/** Whether content goes beyond ASCII. RFC 6152 §1. */
export function isEightBit(octets: Uint8Array): boolean {
  return octets.some((octet) => octet > 127);
}
