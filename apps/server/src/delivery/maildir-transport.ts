import { parseParameters, readRcptParameters } from '@dsnkit/esmtp-parameters';
import { encodeUtf8AddrXtext } from '@dsnkit/xtext';
import type { Delivery, Message, Outcome, Recipient, Transport } from '../model.ts';
import type { Clock, Mailboxes } from '../ports.ts';
import { hasLineEnd } from '../routing/address.ts';
import { fault, type Trouble } from './outcomes.ts';

/** Recipients that are written to at a time: each costs syncs of the disk. */
const maxAtOnce = 16;

/**
 * Final delivery: one Maildir per recipient under a directory.
 *
 * @example new MaildirTransport('./mail', { mailboxes, clock })
 */
export class MaildirTransport implements Transport {
  readonly #directory: string;
  readonly #mailboxes: Mailboxes;
  readonly #clock: Clock;
  readonly #mailboxOf: (address: string) => string;

  /** @param mailboxOf - The address whose mailbox an address is: itself, or without its tag. */
  constructor(
    directory: string,
    ports: { readonly mailboxes: Mailboxes; readonly clock: Clock },
    mailboxOf: (address: string) => string = (address) => address,
  ) {
    this.#mailboxOf = mailboxOf;
    this.#directory = directory;
    this.#mailboxes = ports.mailboxes;
    this.#clock = ports.clock;
  }

  async deliver(delivery: Delivery): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (let at = 0; at < delivery.recipients.length; at += maxAtOnce) {
      const some = delivery.recipients.slice(at, at + maxAtOnce);
      outcomes.push(...(await Promise.all(some.map((recipient) => this.#store(delivery, recipient)))));
    }
    return outcomes;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #store(delivery: Delivery, recipient: Recipient): Promise<Outcome> {
    const prefix = new TextEncoder().encode(deliveryHeader(delivery.message, recipient));
    try {
      const { message, content } = delivery;
      const key = `${Math.floor(message.arrivedAtMs / 1000)}.${message.id}n${recipient.n}`;
      await this.#mailboxes.deliver({
        directory: this.#directory,
        folder: this.#mailboxOf(recipient.address),
        key,
        prefix,
        content,
      });
      return { kind: 'delivered', status: '2.0.0' };
    } catch (error) {
      return fault(mailboxTrouble(error), this.#clock.now());
    }
  }
}

/**
 * The header fields that final delivery puts before a message, each ended by CRLF.
 *
 *     Return-Path: <reverse-path>                     ; RFC 5321 §4.4
 *     Delivered-To: mailbox
 *     Original-Recipient: address-type; address       ; RFC 8098 §2.3: if ORCPT came with the recipient, decoded
 *
 * @example deliveryHeader(message, recipient)
 */
export function deliveryHeader(
  message: Pick<Message, 'reversePath' | 'mailParameters'>,
  recipient: Pick<Recipient, 'address' | 'parameters'>,
): string {
  const original = originalRecipient(recipient.parameters, /(?:^| )smtputf8(?: |$)/i.test(message.mailParameters));
  return (
    `Return-Path: <${message.reversePath}>\r\nDelivered-To: ${recipient.address}\r\n` +
    (original === undefined ? '' : `Original-Recipient: ${original}\r\n`)
  );
}

/** `type; address` of the received ORCPT; parameters that do not read are no reason not to deliver. */
function originalRecipient(parameters: string, smtputf8: boolean): string | undefined {
  if (!/\borcpt=/i.test(parameters)) return undefined;
  try {
    const { orcpt } = readRcptParameters(parseParameters(parameters), undefined, { smtputf8: true });
    if (orcpt === undefined) return undefined;
    // RFC 6533 §3: the native form only where the message is UTF-8 anyway; nothing that ends a line somewhere in any form.
    const isPlain = smtputf8 ? !hasLineEnd(orcpt.address) : /^[\x20-\x7e]*$/.test(orcpt.address);
    return `${orcpt.type}; ${isPlain ? orcpt.address : encodeUtf8AddrXtext(orcpt.address)}`;
  } catch {
    return undefined;
  }
}

/** A mailbox that can't be written is a matter of this system: disk full is told apart, all is worth another attempt. */
function mailboxTrouble(error: unknown): Trouble {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return { status: '4.3.1', reason: 'there is no space left for mailboxes' };
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return { status: '4.3.5', reason: `the mailbox may not be written (${code})` };
  }
  return { status: '4.3.0', reason: `the mailbox could not be written${code === '' ? '' : ` (${code})`}` };
}
