import { assertDeliveryStatus, toAsciiDeliveryStatus, type Field } from '@dsnkit/delivery-status';
import {
  cutHeaders,
  decodeHeaderText,
  deriveBoundary,
  formatReport,
  parseReport,
  type ParsedReport,
  type Report,
} from '@dsnkit/multipart-report';

/**
 * Writes a report of ours anew for a way that takes neither 8-bit content nor SMTPUTF8: the status in the escaped form of
 * addresses, the returned content in base64 or, where it can't be, its header alone (RFC 6533 §3, §4.5).
 *
 * @param seed - A boundary is made from it.
 * @returns undefined if it is no report, or can't be written so: an address beyond ASCII stands in To
 */
export function toSevenBit(content: Uint8Array, seed: string): Uint8Array | undefined {
  const report = parseReport(content);
  return report === undefined ? undefined : rewritten(report, seed, report.returned);
}

/**
 * Writes a report of ours anew for a host that wants it without the message that it returned, which may be too large for it or
 * hold what it refuses: with the header alone (RFC 3461 §6.2), and in 7 bits.
 *
 * @param seed - A boundary is made from it.
 * @returns undefined if it is no report, returns no whole message, or can't be written so
 */
export function toHeaderAlone(content: Uint8Array, seed: string): Uint8Array | undefined {
  const report = parseReport(content);
  if (report?.returned?.kind !== 'message') return undefined;
  return rewritten(report, seed, { kind: 'headers', octets: cutHeaders(report.returned.octets) });
}

function rewritten(
  { headers, humanReadable, deliveryStatus }: ParsedReport,
  seed: string,
  returned: Report['returned'],
): Uint8Array | undefined {
  if (deliveryStatus === undefined) return undefined;
  try {
    const plain: Report = {
      // A signature of the old form would not hold.
      headers: headers.filter(({ name }) => !/^dkim-signature$/i.test(name)).map(asText),
      humanReadable,
      deliveryStatus: toAsciiDeliveryStatus(assertDeliveryStatus(deliveryStatus)),
      ...(returned === undefined ? {} : { returned }),
    };
    const { text = '', html = '' } = humanReadable;
    const boundary = deriveBoundary(seed, [text, html, returned?.octets ?? '', JSON.stringify(plain.deliveryStatus)]);
    return formatReport(plain, { boundary, returnPath: '7bit', smtputf8: true });
  } catch {
    return undefined;
  }
}

/** The formatter takes encoded words in a Subject for text, and would encode them once more. */
function asText({ name, value }: Field): Field {
  return { name, value: /^subject$/i.test(name) ? decodeHeaderText(value) : value };
}
