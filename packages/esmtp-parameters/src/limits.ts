import type { Announced } from './registry.ts';

/**
 * How long a MAIL or RCPT line may be, in octets with its CRLF: 512 and what each announced extension adds.
 *
 * RFC 5321 §4.5.3.1.4, RFC 3461 §5.4. ENVID and ORCPT count in the larger reading, that of RFC 3885 §2.
 *
 * @example
 * ```ts
 * commandLineLimit('RCPT', new Set(['DSN'])); // 1048
 * ```
 */
export function commandLineLimit(verb: 'MAIL' | 'RCPT', announced: Announced): number {
  let limit = BASE;
  for (const [keyword, octets] of verb === 'MAIL' ? MAIL : RCPT) if (announced.has(keyword)) limit += octets;
  // BODY is one parameter with two extensions behind it: the longer one counts.
  if (verb === 'MAIL' && announced.has('BINARYMIME') && announced.has('8BITMIME')) limit -= BODY_8BITMIME;
  return limit;
}

const BASE = 512;
/** RFC 6152 states no increment: ` BODY=8BITMIME` is 14. */
const BODY_8BITMIME = 14;

const MAIL: readonly (readonly [string, number])[] = [
  ['DSN', 9 + 107], // RET: RFC 3461 §5.4(d); ENVID: RFC 3461 §5.4(a), RFC 3885 §2
  ['SIZE', 26], // RFC 1870 §3
  ['8BITMIME', BODY_8BITMIME],
  ['BINARYMIME', 16], // RFC 3030 §3
  ['SMTPUTF8', 10], // RFC 6531 §3.1
  ['AUTH', 500], // RFC 4954 §3
  ['REQUIRETLS', 11], // RFC 8689 §2
  ['MT-PRIORITY', 15], // RFC 6710 §3
  ['DELIVERBY', 17], // RFC 2852 §2
  ['FUTURERELEASE', 34], // RFC 4865 §3
  ['MTRK', 40], // RFC 3885 §2
  ['CHECKPOINT', 88], // RFC 1845 §2
  ['NO-SOLICITING', 1007], // RFC 3865 §4.1
  ['CONPERM', 8], // RFC 4141 states none: " CONPERM"
  ['SUBMITTER', 11 + 254], // RFC 4405 states none here: " SUBMITTER=" and the longest mailbox
];

const RCPT: readonly (readonly [string, number])[] = [
  ['DSN', 29 + 507], // NOTIFY: RFC 3461 §5.4(b); ORCPT: RFC 3461 §5.4(c), RFC 3885 §2
  ['RRVS', 33], // RFC 7293 §3.1
  ['CONNEG', 7], // RFC 4141 states none: " CONNEG"
];
