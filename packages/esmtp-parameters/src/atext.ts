/**
 * By character code: 1 for atext, which is also what an RFC 822 atom is made of. RFC 5322 §3.2.3.
 *
 * A table, since it is looked up for every character of a local-part.
 */
export const ATEXT: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  code > 0x20 && code < 0x7f && !'()<>@,;:\\".[]'.includes(String.fromCharCode(code)) ? 1 : 0,
);

/** By character code: 1 for a letter or digit, of which domains and keywords are made. RFC 5321 §4.1.2. */
export const LET_DIG: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  /[0-9A-Za-z]/.test(String.fromCharCode(code)) ? 1 : 0,
);
