import { XtextError, assertPrintable, decodeXtext, decodeXtextLenient } from '@dsnkit/xtext';
import { parseDateTime } from './date-time.ts';
import { BAD_PARAMETER, EsmtpParameterError } from './error.ts';
import { isMailbox } from './path.ts';

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

export function readRet(value: string): 'FULL' | 'HDRS' {
  const ret = value.toUpperCase();
  if (ret !== 'FULL' && ret !== 'HDRS') throw bad('RET');
  return ret;
}

export function readEnvid(value: string): string {
  if (value.length > ENVID_LIMIT) throw bad('ENVID', ENVID_LIMIT, 'too-long');
  return printableXtext(value, 'ENVID');
}

export function readSize(value: string): number {
  if (!/^[0-9]{1,20}$/.test(value)) throw bad('SIZE');
  return Number(value);
}

export function readBody(value: string): '7BIT' | '8BITMIME' | 'BINARYMIME' {
  const body = value.toUpperCase();
  if (body !== '7BIT' && body !== '8BITMIME' && body !== 'BINARYMIME') throw bad('BODY');
  return body;
}

/** RFC 4954 §5: "<>", read as '', or a mailbox in xtext; its hex digits are of either case (RFC 4954 §8). */
export function readAuth(value: string): string {
  if (value === '<>') return '';
  const { octets, repairs } = decodeXtextLenient(value);
  const bug = repairs.find(({ code }) => code !== 'lower-case-hexchar');
  if (bug !== undefined) throw bad('AUTH', bug.offset);
  return mailbox(new TextDecoder().decode(octets), 'AUTH');
}

export function readSubmitter(value: string): string {
  return mailbox(printableXtext(value, 'SUBMITTER'), 'SUBMITTER');
}

export function readMtPriority(value: string): number {
  // RFC 6710 §4.1 names 5.5.2 for it.
  if (!/^(?:-?[1-9]|0)$/.test(value))
    throw new EsmtpParameterError('bad-value', 0, { code: 501, status: '5.5.2' }, 'MT-PRIORITY');
  return Number(value);
}

export function readBy(value: string): DeliverBy {
  const [, time = '', mode = '', trace = ''] = /^([+-]?[0-9]{1,9});([NR])(T?)$/i.exec(value) ?? [];
  const seconds = Number(time);
  const returns = mode.toUpperCase() === 'R';
  if (mode === '' || (returns && seconds <= 0)) throw bad('BY');
  return { seconds: seconds === 0 ? 0 : seconds, mode: returns ? 'R' : 'N', trace: trace !== '' };
}

export function readHoldFor(value: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(value)) throw bad('HOLDFOR');
  return Number(value);
}

export function readHoldUntil(value: string): Date {
  const date = /z$/i.test(value) ? parseDateTime(value) : undefined;
  if (date === undefined) throw bad('HOLDUNTIL');
  return date;
}

export function readMtrk(value: string): MessageTracking {
  const [, certifier, timeout] = /^([A-Za-z0-9+/]+)(?::([0-9]{1,9}))?$/.exec(value) ?? [];
  if (certifier === undefined) throw bad('MTRK');
  return timeout === undefined ? { certifier } : { certifier, timeoutSeconds: Number(timeout) };
}

export function readTransId(value: string): string {
  if (value.length > 80) throw bad('TRANSID', 80, 'too-long');
  if (
    !/^<[^@>.]+(?:\.[^@>.]+)*@[^@>.]+(?:\.[^@>.]+)*>$/.test(value) ||
    /[^!-~]|[()<>@,;:\\"/[\]?=]/.test(value.slice(1, -1).replace('@', ''))
  )
    throw bad('TRANSID');
  return value;
}

export function readSolicit(value: string): readonly string[] {
  if (value.length > 1000) throw bad('SOLICIT', 1000, 'too-long');
  const words = value.split(',');
  if (!words.every((word) => /^[A-Za-z][A-Za-z0-9._:-]*$/.test(word))) throw bad('SOLICIT');
  return words;
}

function printableXtext(value: string, keyword: string): string {
  try {
    const text = decodeXtext(value);
    assertPrintable(text);
    return text;
  } catch (error) {
    throw bad(keyword, error instanceof XtextError ? error.offset : 0);
  }
}

function mailbox(address: string, keyword: string): string {
  if (!isMailbox(address)) throw bad(keyword);
  return address;
}

function bad(keyword: string, offset = 0, code: 'bad-value' | 'too-long' = 'bad-value'): EsmtpParameterError {
  return new EsmtpParameterError(code, offset, BAD_PARAMETER, keyword);
}
