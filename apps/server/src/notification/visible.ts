import { replaceHarmful } from '@dsnkit/delivery-status';

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
  const oneLine = start.toWellFormed().replace(/[\t\r\n\v\f\u0085\u2028\u2029]+/g, ' ');
  return replaceHarmful(oneLine, () => '?');
}
