import { decodeUtf8AddrUnitext, encodeUtf8AddrXtext, utf8AddrForm } from '@dsnkit/xtext';
import { receivedFields } from './fields.ts';
import { FINAL_RECIPIENT, KNOWN_FIELDS, ORIGINAL_RECIPIENT, knownField } from './known-fields.ts';
import type { DeliveryStatus, MessageFields, RecipientFields, TypedValue } from './types.ts';
import { hasLoneSurrogate } from './octets.ts';

/**
 * The same delivery status for message/delivery-status, which is ASCII: addresses beyond ASCII take the escaped form of type
 * `utf-8`, other text is escaped in the same way, and Localized-Diagnostic, which that type does not have, goes.
 *
 * RFC 6533 §3, RFC 6533 §6.2. Values of type `utf-8` outside its grammar are copied unaltered as far as they are ASCII.
 *
 * @example toAsciiDeliveryStatus(status).recipients[0].finalRecipient // { type: 'utf-8', value: 'jos\\x{E9}@example.org' }
 */
export function toAsciiDeliveryStatus(status: DeliveryStatus): DeliveryStatus {
  const [first, ...others] = status.recipients;
  return {
    message: asciiGroup(status.message),
    recipients: [asciiGroup(first), ...others.map((other) => asciiGroup(other))],
  };
}

/**
 * The same delivery status for message/global-delivery-status: addresses of type `utf-8` take the form that people write.
 * An address that does not conform to the escaped forms is copied unaltered.
 *
 * RFC 6533 §3, RFC 6533 §4.1.
 *
 * @example toGlobalDeliveryStatus(status).recipients[0].finalRecipient // { type: 'utf-8', value: 'josé@example.org' }
 */
export function toGlobalDeliveryStatus(status: DeliveryStatus): DeliveryStatus {
  const [first, ...others] = status.recipients;
  return { message: status.message, recipients: [globalRecipient(first), ...others.map(globalRecipient)] };
}

function globalRecipient(recipient: RecipientFields): RecipientFields {
  const { originalRecipient, finalRecipient } = recipient;
  return {
    ...recipient,
    ...(originalRecipient && { originalRecipient: globalAddress(originalRecipient) }),
    finalRecipient: globalAddress(finalRecipient),
  };
}

function globalAddress(address: TypedValue): TypedValue {
  if (address.type.toLowerCase() !== 'utf-8' || !address.value.includes('\\')) return address;
  try {
    return { type: address.type, value: decodeUtf8AddrUnitext(address.value) };
  } catch {
    return address;
  }
}

function asciiAddress({ type, value }: TypedValue): TypedValue {
  // The formatter refuses half a surrogate pair: no escaped form has it. RFC 6533 §3
  if (!NON_ASCII.test(value) || hasLoneSurrogate(value)) return { type, value };
  // An address as it stood in an envelope may have "+" or "=" and is in no escaped form: all of it is to be encoded.
  if (utf8AddrForm(value) !== undefined) return { type: 'utf-8', value: escapeText(value) };
  try {
    return { type: 'utf-8', value: encodeUtf8AddrXtext(value) };
  } catch {
    return { type: 'utf-8', value: escapeText(value) };
  }
}

/** Escape every text of a group. Comments stay: the formatter writes them as encoded-words. RFC 3464 §2.1.1. */
function asciiGroup<T extends MessageFields | RecipientFields>(group: T): T {
  const isGone = keepsNonAscii(group) ? /^(?:localizedDiagnostics|source)$/ : /^localizedDiagnostics$/;
  const entries = Object.entries(group).filter(([key]) => !isGone.test(key));
  const ascii: Record<string, unknown> = Object.fromEntries(entries);
  for (const { key, kind, bit } of KNOWN_FIELDS) {
    const value = ascii[key];
    if (value === undefined) continue;
    if (kind === 'text') ascii[key] = escapeText(value as string);
    else if ((bit & ADDRESSES) !== 0) ascii[key] = asciiAddress(value as TypedValue);
    else if (kind === 'typed')
      ascii[key] = { ...(value as TypedValue), value: escapeText((value as TypedValue).value) };
  }
  if (group.extensions)
    ascii['extensions'] = group.extensions.map((field) => ({ ...field, value: escapeText(field.value) }));
  return ascii as unknown as T;
}

/** Whether the group was read from a comment beyond ASCII that would be written as it was: what stands beside it is unchanged. */
function keepsNonAscii(group: MessageFields | RecipientFields): boolean {
  return receivedFields(group).some(({ name, value }) => {
    const known = knownField(name);
    if (known === undefined || !NON_ASCII.test(value)) return false;
    const said = (group as unknown as Readonly<Record<string, unknown>>)[known.key];
    if (known.kind === 'typed') return !NON_ASCII.test((said as TypedValue | undefined)?.value ?? '');
    return known.kind !== 'text' && known.kind !== 'localized';
  });
}

const ADDRESSES = ORIGINAL_RECIPIENT | FINAL_RECIPIENT;
const NON_ASCII = /[^\x00-\x7f]/;

function escapeText(text: string): string {
  return NON_ASCII.test(text)
    ? text.replace(/[^\x00-\x7f]/gu, (char) => `\\x{${Number(char.codePointAt(0)).toString(16).toUpperCase()}}`)
    : text;
}
