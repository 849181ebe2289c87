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

/** Lines of at most about this many characters, as letters have. */
const WIDTH = 72;

/** A longer word is cut: no line of a report may come near 998 octets. */
const LONGEST_WORD = 240;

/**
 * Breaks text at spaces so that each line fits, and puts an indent before each.
 *
 * @example
 * ```ts
 * wrap('two words', '    ') // '    two words'
 * ```
 */
export function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap(cutWord)) {
    if (line !== '' && line.length + 1 + word.length > WIDTH - indent.length) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${indent}${each}`.trimEnd()).join('\n');
}

function cutWord(word: string): readonly string[] {
  if (word.length <= LONGEST_WORD) return [word];
  const pieces: string[] = [];
  let piece = '';
  // By code points: a pair must not be parted.
  for (const character of word) {
    if (piece.length + character.length > LONGEST_WORD) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}
