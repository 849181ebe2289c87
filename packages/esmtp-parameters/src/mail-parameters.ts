import { BAD_PARAMETER, EsmtpParameterError, badValue } from './error.ts';
import {
  type DeliverBy,
  type MessageTracking,
  readAuth,
  readBody,
  readBy,
  readEnvid,
  readHoldFor,
  readHoldUntil,
  readMtPriority,
  readMtrk,
  readRet,
  readSize,
  readSolicit,
  readSubmitter,
  readTransId,
} from './mail-values.ts';
import type { EsmtpParameter } from './parameter.ts';
import { NONE, readEach, tableOf, unknown } from './reader.ts';
import { type Announced, MAIL_PARAMETERS, type MailKeyword, RCPT_PARAMETERS } from './registry.ts';

/** What the parameters of a MAIL command say. The wire form stays the truth; this is a view of it. */
export interface MailParameters {
  /** Whether failures return the whole message or its headers. RFC 3461 §4.3. */
  readonly ret?: 'FULL' | 'HDRS';
  /** Decoded. RFC 3461 §4.4. */
  readonly envid?: string;
  /** Octets; rounded above 2^53. RFC 1870 §3. */
  readonly size?: number;
  /** RFC 6152 §2, RFC 3030 §3. */
  readonly body?: '7BIT' | '8BITMIME' | 'BINARYMIME';
  /** RFC 6531 §3.4. */
  readonly smtputf8: boolean;
  /** RFC 8689 §2. */
  readonly requireTls: boolean;
  /** Decoded mailbox of the submitter, '' for `<>`. RFC 4954 §5. */
  readonly auth?: string;
  /** RFC 2852 §4. */
  readonly by?: DeliverBy;
  /** -9 to 9. RFC 6710 §3. */
  readonly mtPriority?: number;
  /** Seconds. RFC 4865 §3. */
  readonly holdFor?: number;
  /** RFC 4865 §3. */
  readonly holdUntil?: Date;
  /** RFC 3885 §3.1. */
  readonly mtrk?: MessageTracking;
  /** With its angle brackets; opaque. RFC 1845 §2. */
  readonly transId?: string;
  /** Solicitation classes. RFC 3865 §2.3. */
  readonly solicit?: readonly string[];
  /** RFC 4141 §4.1. */
  readonly conPerm?: boolean;
  /** Decoded mailbox. RFC 4405 §4. */
  readonly submitter?: string;
  /** Parameters that the registry does not know, in order. */
  readonly extensions: readonly EsmtpParameter[];
}

/**
 * Read the parameters of a MAIL command.
 *
 * `announced` holds the upper-case EHLO keywords of the server; a parameter whose extension is not among them is
 * unknown. Without it every registered parameter is read and unknown ones are kept. RFC 3461 §5.1(a),
 * RFC 5321 §4.1.1.11.
 *
 * @throws {EsmtpParameterError} `unknown` (555 5.5.4), `duplicate`, `bad-value`, `too-long` or `conflict` (501 5.5.4)
 *
 * @example
 * ```ts
 * readMailParameters([{ keyword: 'ENVID', value: 'a+2Bb' }]).envid; // 'a+b'
 * ```
 */
export function readMailParameters(parameters: readonly EsmtpParameter[], announced?: Announced): MailParameters {
  const read: Draft = { smtputf8: false, requireTls: false, extensions: NONE };
  if (parameters.length === 0) return read;
  read.extensions = readEach(parameters, TABLE, announced, read);
  assertTogether(read, announced);
  return read;
}

type Draft = { -readonly [key in keyof MailParameters]: MailParameters[key] };

const TABLE = tableOf<Draft, MailKeyword>(MAIL_PARAMETERS, RCPT_PARAMETERS, {
  RET: { read: (into, value) => (into.ret = readRet(value)) },
  ENVID: { read: (into, value) => (into.envid = readEnvid(value)) },
  SIZE: { read: (into, value) => (into.size = readSize(value)) },
  BODY: { read: (into, value) => (into.body = readBody(value)) },
  SMTPUTF8: { flag: true, read: (into) => (into.smtputf8 = true) },
  AUTH: { read: (into, value) => (into.auth = readAuth(value)) },
  REQUIRETLS: { flag: true, read: (into) => (into.requireTls = true) },
  'MT-PRIORITY': { read: (into, value) => (into.mtPriority = readMtPriority(value)) },
  BY: { read: (into, value) => (into.by = readBy(value)) },
  HOLDFOR: { read: (into, value) => (into.holdFor = readHoldFor(value)) },
  HOLDUNTIL: { read: (into, value) => (into.holdUntil = readHoldUntil(value)) },
  MTRK: { read: (into, value) => (into.mtrk = readMtrk(value)) },
  TRANSID: { read: (into, value) => (into.transId = readTransId(value)) },
  SOLICIT: { read: (into, value) => (into.solicit = readSolicit(value)) },
  CONPERM: { flag: true, read: (into) => (into.conPerm = true) },
  SUBMITTER: { read: (into, value) => (into.submitter = readSubmitter(value)) },
});

/** What one parameter demands of another. */
function assertTogether(read: MailParameters, announced: Announced | undefined): void {
  // RFC 3030 §3: the value came with its own extension.
  if (read.body === 'BINARYMIME' && announced !== undefined && !announced.has('BINARYMIME')) throw unknown('BODY');
  // RFC 4865 §4.1: one hold-param only.
  if (read.holdFor !== undefined && read.holdUntil !== undefined) throw conflict('HOLDUNTIL');
  // RFC 3885 §3.2: a certifier needs an ENVID of the form local@fqhn.
  if (read.mtrk !== undefined && !/^.+@.+$/.test(read.envid ?? '')) throw conflict('MTRK');
  // RFC 6531 §3.4: an address beyond ASCII needs SMTPUTF8, also where xtext hides it.
  if (!read.smtputf8 && /[^\x00-\x7f]/.test(read.auth ?? '')) throw badValue('AUTH');
}

function conflict(keyword: string): EsmtpParameterError {
  return new EsmtpParameterError('conflict', 0, BAD_PARAMETER, keyword);
}
