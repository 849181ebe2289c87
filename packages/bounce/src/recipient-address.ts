import { plainAddress, type RecipientFields } from '@dsnkit/delivery-status';
import { addressOf } from './text/address.ts';

/**
 * The plain address of a recipient of a report: of Original-Recipient, which is the one that the sender used (RFC 3464
 * §2.3.1), if that holds an address; else of Final-Recipient, as it stands if it holds none. `''` if there is neither field.
 *
 * {@link readBounce}, {@link judgeRecipient} and `dsn inspect` all name recipients so.
 *
 * @example
 * recipientAddress({
 *   originalRecipient: { type: 'rfc822', value: 'ann@list.example' },
 *   finalRecipient: { type: 'rfc822', value: 'ann@example.org' },
 * }); // 'ann@list.example'
 */
export function recipientAddress(fields: Partial<RecipientFields>): string {
  const { originalRecipient, finalRecipient } = fields;
  const address = declaredAddress(fields);
  if (address !== '') return address;
  const named = finalRecipient ?? originalRecipient;
  return named === undefined ? '' : addressOf(named.value) || plainAddress(named).trim();
}

/** The first field that holds an address and nothing else, or one in the notation of its type; `''` if none does. */
export function declaredAddress({ originalRecipient, finalRecipient }: Partial<RecipientFields>): string {
  for (const value of [originalRecipient, finalRecipient]) {
    // QUIRK: Exim writes the original recipient as it came, in xtext; the final one is the same in the clear.
    if (value === undefined || (value === originalRecipient && /\+[0-9A-F]{2}/.test(value.value))) continue;
    const plain = plainAddress(value).trim();
    if (plain.includes('@') && !/\s/.test(plain)) return plain;
    const inside = value.type === 'rfc822' || value.type === 'utf-8' || value.type === '' ? addressOf(plain) : '';
    if (inside !== '' && !plain.startsWith('|')) return inside;
  }
  return '';
}
