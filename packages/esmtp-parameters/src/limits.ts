import { EsmtpParameterError } from './error.ts';
import { octetLength } from './parameter.ts';
import { PATH_REPLIES, type Path, type PathVerb } from './path.ts';
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
export function commandLineLimit(verb: PathVerb, announced: Announced): number {
  let limit = COMMAND_LINE;
  for (const [extensions, octets] of verb === 'MAIL' ? MAIL : RCPT)
    if (extensions.some((extension) => announced.has(extension))) limit += octets;
  return limit;
}

/**
 * Refuse a path longer than every server has to take: 64 octets of local-part, 255 of domain, 256 altogether with its
 * angle brackets.
 *
 * Reading a command imposes none of these, since RFC 5321 §4.5.3.1 wants no limits where they can be avoided and
 * rewritten return paths exceed the first one every day; a server that must have them calls this.
 *
 * @throws {EsmtpParameterError} `too-long`, reply 501 5.1.7 (MAIL) or 501 5.1.3 (RCPT)
 *
 * @example
 * ```ts
 * assertPathLimits(parseForwardPath('<bob@example.org>'), 'RCPT');
 * ```
 */
export function assertPathLimits(path: Path, verb: PathVerb): void {
  if (
    octetLength(path.localPart) > LOCAL_PART ||
    octetLength(path.domain) > DOMAIN ||
    octetLength(path.wire) + 2 > PATH
  )
    throw new EsmtpParameterError('too-long', 0, PATH_REPLIES[verb]);
}

/** RFC 5321 §4.5.3.1.1, §4.5.3.1.2, §4.5.3.1.3 and §4.5.3.1.4. */
const LOCAL_PART = 64;
const DOMAIN = 255;
const PATH = 256;
const COMMAND_LINE = 512;

/** Extensions, one of which is enough, and the octets that they add together. */
type Increment = readonly [extensions: readonly string[], octets: number];

const MAIL: readonly Increment[] = [
  [['DSN', 'MTRK'], 107], // ENVID: RFC 3461 §5.4(a) as RFC 3885 §2 counts it
  [['DSN'], 9], // RET: RFC 3461 §5.4(d)
  [['SIZE'], 26], // RFC 1870 §3
  [['8BITMIME', 'BINARYMIME'], 14], // RFC 6152 states none: " BODY=8BITMIME"
  [['BINARYMIME'], 2], // RFC 3030 §3: 16, and both are one parameter
  [['SMTPUTF8'], 10], // RFC 6531 §3.1
  [['AUTH'], 500], // RFC 4954 §3
  [['REQUIRETLS'], 11], // RFC 8689 §2
  [['MT-PRIORITY'], 15], // RFC 6710 §3
  [['DELIVERBY'], 17], // RFC 2852 §2
  [['FUTURERELEASE'], 34], // RFC 4865 §3
  [['MTRK'], 40], // RFC 3885 §2
  [['CHECKPOINT'], 88], // RFC 1845 §2
  [['NO-SOLICITING'], 1007], // RFC 3865 §4.1
  [['CONPERM'], 8], // no figure known: " CONPERM"
  [['SUBMITTER'], 265], // no figure known: " SUBMITTER=" and 254 octets of mailbox
];

const RCPT: readonly Increment[] = [
  [['DSN', 'MTRK'], 507], // ORCPT: RFC 3461 §5.4(c) as RFC 3885 §2 counts it
  [['DSN'], 29], // NOTIFY: RFC 3461 §5.4(b)
  [['RRVS'], 33], // RFC 7293 §3.1
  [['CONNEG'], 7], // no figure known: " CONNEG"
];
