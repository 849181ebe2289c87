import { describe, expect, it } from 'vitest';
import { recipientAddress } from './recipient-address.ts';

const field = (value: string, type = 'rfc822'): { type: string; value: string } => ({ type, value });
const final = field('ann@example.org');

describe('recipientAddress', () => {
  it.each([
    ['the address that the sender used', { originalRecipient: field('ann@list.example'), finalRecipient: final }, 'ann@list.example'],
    ['the final one where there is no other', { finalRecipient: final }, 'ann@example.org'],
    ['the final one where the other is no address', { originalRecipient: field('unknown'), finalRecipient: final }, 'ann@example.org'],
    ['the final one where the other came in xtext', { originalRecipient: field('a+2Bb@list.example'), finalRecipient: final }, 'ann@example.org'],
    ['what stands there where none is an address', { finalRecipient: field('|/usr/bin/filter', 'x-local') }, '|/usr/bin/filter'],
    ['nothing for no fields', {}, ''],
  ])('RFC 3464 §2.3.1: %s', (_, fields, address) => {
    expect(recipientAddress(fields)).toBe(address);
  });
}); // prettier-ignore
