import { type XtextError, decodeXtextLenient } from '@dsnkit/xtext';
import { parseDateTime } from './date-time.ts';
import { EsmtpParameterError, badValue } from './error.ts';
import { asciiUpper } from './parameter.ts';
import { isMailbox } from './path.ts';
import { decodePrintableXtext } from './printable-xtext.ts';
import { replyFor } from './reader.ts';

/** How soon to deliver, and what to do when that fails. RFC 2852 §4. */
export interface DeliverBy {
  /** Seconds from receipt; zero or less only with mode N. */
  readonly seconds: number;
  /** N: notify the sender and keep trying; R: return the message. */
  readonly mode: 'N' | 'R';
  /** Whether each relay is to send a relayed report. */
  readonly trace: boolean;
}

/** A tracking certifier and how long it is wanted. RFC 3885 §3.1. */
export interface MessageTracking {
  /** Base64 of a hash, without padding: "=" can't stand in a parameter. */
  readonly certifier: string;
  readonly timeoutSeconds?: number;
}

/** Octets of an ENVID value that are accepted: the reading of RFC 3461 §5.4(a) which RFC 3885 §2 states. */
export const ENVID_LIMIT = 100;

/** Octets of an ENVID value that are generated: 100 less `ENVID=`, safe in both readings of RFC 3461 §5.4(a). */
export const ENVID_GENERATED = 94;

export function readRet(value: string): 'FULL' | 'HDRS' {
  return oneOf(value, ['FULL', 'HDRS'], 'RET');
}

export function readEnvid(value: string): string {
  if (value.length > ENVID_LIMIT) throw badValue('ENVID', ENVID_LIMIT, 'too-long');
  return printableXtext(value, 'ENVID');
}

export function readSize(value: string): number {
  if (!/^[0-9]{1,20}$/.test(value)) throw badValue('SIZE');
  return Number(value);
}

export function readBody(value: string): '7BIT' | '8BITMIME' | 'BINARYMIME' {
  return oneOf(value, ['7BIT', '8BITMIME', 'BINARYMIME'], 'BODY');
}

/** RFC 4954 §5: "<>", read as '', or a mailbox, both in xtext; its hex digits are of either case (RFC 4954 §8). */
export function readAuth(value: string): string {
  const { octets, repairs } = decodeXtextLenient(value);
  const fault = repairs.find(({ code }) => code !== 'lower-case-hexchar');
  if (fault !== undefined) throw badValue('AUTH', fault.offset);
  // Octets that are no UTF-8 become U+FFFD, which has to be refused before it passes for a character of the address.
  const address = new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets);
  if (address.includes('\uFFFD')) throw badValue('AUTH');
  return address === '<>' ? '' : mailbox(address, 'AUTH');
}

export function readSubmitter(value: string): string {
  return mailbox(printableXtext(value, 'SUBMITTER'), 'SUBMITTER');
}

export function readMtPriority(value: string): number {
  if (!/^(?:-?[1-9]|0)$/.test(value))
    throw new EsmtpParameterError('bad-value', 0, replyFor('MT-PRIORITY'), 'MT-PRIORITY');
  return Number(value);
}

export function readBy(value: string): DeliverBy {
  const [, time, mode = '', trace] = /^([+-]?[0-9]{1,9});([NR])(T?)$/i.exec(value) ?? [];
  const seconds = Number(time);
  const returns = mode.toUpperCase() === 'R';
  if (time === undefined || (returns && seconds <= 0)) throw badValue('BY');
  // "-0" is zero.
  return { seconds: seconds === 0 ? 0 : seconds, mode: returns ? 'R' : 'N', trace: trace !== '' };
}

export function readHoldFor(value: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(value)) throw badValue('HOLDFOR');
  return Number(value);
}

export function readHoldUntil(value: string): Date {
  // RFC 4865 §3: normalised to UTC, so no other zone may stand there.
  const date = /z$/i.test(value) ? parseDateTime(value) : undefined;
  if (date === undefined) throw badValue('HOLDUNTIL');
  return date;
}

export function readMtrk(value: string): MessageTracking {
  const [, certifier, timeout] = /^([A-Za-z0-9+/]+)(?::([0-9]{1,9}))?$/.exec(value) ?? [];
  if (certifier === undefined) throw badValue('MTRK');
  return timeout === undefined ? { certifier } : { certifier, timeoutSeconds: Number(timeout) };
}

/** `<local@domain>` of dotted atoms without tspecials. RFC 1845 §2. */
export function readTransId(value: string): string {
  if (value.length > 80) throw badValue('TRANSID', 80, 'too-long');
  if (!TRANSID.test(value)) throw badValue('TRANSID');
  return value;
}

const TRANSID_ATOM = '[^\\x00-\\x20\\x7f-\\uffff()<>@,;:\\\\"/[\\]?=.]+';
const TRANSID_TOKEN = `${TRANSID_ATOM}(?:\\.${TRANSID_ATOM})*`;
const TRANSID = new RegExp(`^<${TRANSID_TOKEN}@${TRANSID_TOKEN}>$`);

export function readSolicit(value: string): readonly string[] {
  if (value.length > 1000) throw badValue('SOLICIT', 1000, 'too-long');
  const words = value.split(',');
  if (!words.every((word) => /^[A-Za-z][A-Za-z0-9._:-]*$/.test(word))) throw badValue('SOLICIT');
  return words;
}

function oneOf<const T extends string>(value: string, words: readonly T[], keyword: string): T {
  for (const word of words) if (word === value) return word;
  const upper = asciiUpper(value);
  for (const word of words) if (word === upper) return word;
  throw badValue(keyword);
}

function printableXtext(value: string, keyword: string): string {
  try {
    return decodePrintableXtext(value);
  } catch (error) {
    throw badValue(keyword, (error as XtextError).offset);
  }
}

function mailbox(address: string, keyword: string): string {
  if (!isMailbox(address)) throw badValue(keyword);
  return address;
}
