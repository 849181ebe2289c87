import type { Field } from '@dsnkit/delivery-status';

/**
 * The fields that put a report beside the message it speaks of: In-Reply-To and References (RFC 5322 §3.6.4,
 * RFC 3834 §3.1.6). None if the message has no Message-ID that can be quoted.
 *
 * @param headers - The header of that message.
 * @example
 * ```ts
 * threadFields([{ name: 'Message-ID', value: '<1@a.example>' }])
 * // [{ name: 'In-Reply-To', value: '<1@a.example>' }, { name: 'References', value: '<1@a.example>' }]
 * ```
 */
export function threadFields(headers: readonly Field[]): readonly Field[] {
  const own = identifiers(headers, 'message-id')[0];
  if (own === undefined) return [];
  const references = identifiers(headers, 'references');
  // RFC 5322 §3.6.4: without References, an In-Reply-To of one identifier stands for them.
  const inReplyTo = identifiers(headers, 'in-reply-to');
  const parents = references.length > 0 || inReplyTo.length !== 1 ? references : inReplyTo;
  const thread = [...abridge(parents.filter((id) => id !== own)), own];
  return [
    { name: 'In-Reply-To', value: own },
    { name: 'References', value: thread.join(' ') },
  ];
}

/** Identifiers kept of a long thread: the first, which began it, and the last ones. */
const MOST_REFERENCES = 20;

function abridge(ids: readonly string[]): readonly string[] {
  return ids.length <= MOST_REFERENCES ? ids : [...ids.slice(0, 1), ...ids.slice(1 - MOST_REFERENCES)];
}

/** Whatever in a field is an identifier of printable ASCII and of decent length. */
function identifiers(headers: readonly Field[], name: string): readonly string[] {
  const value = headers.find((field) => field.name.toLowerCase() === name)?.value.slice(0, 20_000) ?? '';
  return value.match(/<[!-;=?-~]{1,250}>/g)?.filter((id) => id.includes('@')) ?? [];
}
