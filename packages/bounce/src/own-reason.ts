import type { RecipientFields } from '@dsnkit/delivery-status';

/**
 * What a dsnkit server says where it gave up a recipient by itself: no other host answered, so that there is no
 * Diagnostic-Code (RFC 3461 §9.2).
 */
export function ownReason({ extensions = [] }: Partial<RecipientFields>): string | undefined {
  return extensions.find(({ name }) => name.toLowerCase() === 'x-dsnkit-reason')?.value;
}
