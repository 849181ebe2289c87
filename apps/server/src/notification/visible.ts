/**
 * Text of strangers made fit to be shown: one line, well-formed, nothing that hides, reverses or breaks it, cut at a length.
 *
 * Control characters, line and paragraph separators and the marks that change the direction of writing become spaces or
 * question marks.
 *
 * @example
 * ```ts
 * visible('550 no\r\nBcc: x', 100) // '550 no Bcc: x'
 * ```
 */
export function visible(text: string, maxLength: number): string {
  // Cut first: what is not shown is not worth looking at.
  const start = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return start
    .toWellFormed()
    .replace(/[\t\r\n\v\f\u0085\u2028\u2029]+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '?');
}
