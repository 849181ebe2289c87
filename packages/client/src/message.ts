import { notifyOn, type TypedAddress } from '@dsnkit/esmtp-parameters';
import { envelope, type Envelope, type RecipientRequest } from '@dsnkit/esmtp-parameters/client';

/** What a recipient's notifications may be asked for. RFC 3461 §4.1. */
export type Occasion = 'success' | 'failure' | 'delay';

/** One recipient, and what is to be reported about it. */
export interface Recipient {
  /** Without angle brackets. */
  readonly address: string;
  /** Absent: the servers decide, which means failures and perhaps delays. `'never'` and none at all are the same. RFC 3461 §4.1. */
  readonly notify?: readonly Occasion[] | 'never';
  /** What reports are to call this recipient; `'same'`: the address above. RFC 3461 §4.2. */
  readonly orcpt?: TypedAddress | 'same';
}

/** A message and its envelope. */
export interface Message {
  /** Where reports go, without angle brackets; '' for nowhere. */
  readonly from: string;
  readonly to: readonly Recipient[];
  /** How much of the message a report on a failure brings back. RFC 3461 §4.3. */
  readonly ret?: 'FULL' | 'HDRS';
  /** By what reports name this message: printable ASCII, at most 94 octets of xtext. RFC 3461 §4.4. */
  readonly envid?: string;
  /** Seconds for which the server is to hold the message before it goes on. RFC 4865 §3. */
  readonly holdFor?: number;
  /** Until when it is to hold the message; not together with `holdFor`. RFC 4865 §3. */
  readonly holdUntil?: Date;
  /** The whole message, its lines ended by CRLF. In pieces: of 7-bit content, since nobody can look ahead. */
  readonly content: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/**
 * The envelope of a message, before a server is known.
 *
 * @throws {EsmtpParameterError} for an address or a value outside its grammar
 */
export function envelopeOf({ from, to, ret, envid, holdFor, holdUntil, content }: Message): Envelope {
  const whole = content instanceof Uint8Array ? content : undefined;
  const eightBit = whole?.some((octet) => octet > 127) === true;
  const start = envelope(from).mail({
    ...(whole === undefined ? {} : { size: whole.length }),
    ...(eightBit ? { body: '8BITMIME' as const } : {}),
    ...(ret === undefined ? {} : { ret }),
    ...(envid === undefined ? {} : { envid }),
    ...(holdFor === undefined ? {} : { holdFor }),
    ...(holdUntil === undefined ? {} : { holdUntil }),
  });
  return to.reduce((all, recipient) => all.to(recipient.address, requestOf(recipient)), start);
}

function requestOf({ notify, orcpt }: Recipient): RecipientRequest {
  return {
    ...(notify === undefined ? {} : { notify: notifyOn(...(notify === 'never' ? [] : notify)) }),
    ...(orcpt === undefined ? {} : { orcpt }),
  };
}
