import type { Action } from '@dsnkit/delivery-status';
import type { Envelope, SitePolicy } from './envelope.ts';

/** What the third part of the report holds: all of the message or its header section, never a cut message. */
export type ReturnedContent = 'full-message' | 'headers';

const RETURNED_MAX_OCTETS = 50_000;

/**
 * Choose how much of the message a report gives back.
 *
 * The full message only if some recipient failed (RFC 3461 §4.3), RET is not HDRS (RFC 3461 §6.2; absence of RET is
 * read as FULL, RFC 6522 §3), the message is not longer than the site returns, REQUIRETLS does not forbid it
 * (RFC 8689 §5), and it is not binary, which a report could carry over few paths (RFC 3030 §3).
 *
 * @example
 * ```ts
 * returnedContent({ reversePath: 'a@b.example', mail: readMailParameters([]) }, [{ action: 'delayed' }]); // 'headers'
 * ```
 */
export function returnedContent(
  envelope: Envelope,
  entries: readonly { readonly action: Action }[],
  site: Pick<SitePolicy, 'returnedMaxOctets'> = {},
): ReturnedContent {
  const { mail } = envelope;
  const sizeOctets = envelope.sizeOctets ?? mail.size ?? 0;
  const full =
    entries.some((entry) => entry.action === 'failed') &&
    mail.ret !== 'HDRS' &&
    !mail.requireTls &&
    mail.body !== 'BINARYMIME' &&
    sizeOctets <= (site.returnedMaxOctets ?? RETURNED_MAX_OCTETS);
  return full ? 'full-message' : 'headers';
}
