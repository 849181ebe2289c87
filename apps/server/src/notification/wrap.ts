/** Columns of a line; a Chinese or Japanese character takes two. */
const WIDTH = 72;

/** A longer word is cut: no line of a report may come near 998 octets. */
const LONGEST_WORD = 240;

/**
 * Breaks text so that each line fits, and puts an indent before each: at spaces, and between the characters of scripts
 * that have none, but not before a mark that closes or after one that opens.
 *
 * @example
 * ```ts
 * wrap('two words', '    ') // '    two words'
 * ```
 */
export function wrap(text: string, indent: string): string {
  const room = WIDTH - indent.length;
  const lines: string[] = [];
  let line = '';
  let width = 0;
  for (const word of text.split(' ')) {
    let gap = line === '' ? '' : ' ';
    for (const piece of cutWord(word)) {
      const columns = columnsOf(piece);
      if (line !== '' && width + gap.length + columns > room) {
        lines.push(line);
        line = piece;
        width = columns;
      } else {
        line += gap + piece;
        width += gap.length + columns;
      }
      gap = '';
    }
  }
  return [...lines, line].map((each) => `${indent}${each}`.trimEnd()).join('\n');
}

/** Pieces between which a line may end. */
function cutWord(word: string): readonly string[] {
  if (word.length <= LONGEST_WORD && !WIDE.test(word)) return [word];
  const pieces: string[] = [];
  let piece = '';
  let last = '';
  // By code points: a pair must not be parted.
  for (const character of word) {
    const between = last !== '' && (breaksAround(last) || breaksAround(character));
    const allowed = between && !OPENING.test(last) && !CLOSING.test(character);
    if (allowed || piece.length + character.length > LONGEST_WORD) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
    last = character;
  }
  return [...pieces, piece];
}

function columnsOf(text: string): number {
  if (!WIDE.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : 1;
  return columns;
}

function breaksAround(character: string): boolean {
  return WIDE.test(character) && !HANGUL.test(character);
}

/** Scripts whose characters are as wide as two letters. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
/** Korean has spaces. */
const HANGUL = /[\u1100-\u115f\u3130-\u318f\uac00-\ud7a3]/;
const OPENING = /[(\[{〈《「『【〔〖（［｛]/;
const CLOSING =
  /[)\]}!?,.:;、。〉》」』】〕〗！），．：；？］｝〜ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ・％]/;
