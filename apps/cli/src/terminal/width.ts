/** How many columns a text takes in a terminal: wide letters of East Asia and emoji take two, marks above letters none. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** Of characters that take one column each, and do nothing to a terminal. */
export const PLAIN = /^[\u0020-\u007e]*$/;

/** Cuts a text to a number of columns; what was cut is told by an ellipsis. */
export function fit(text: string, columns: number): string {
  if (PLAIN.test(text)) return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
  if (widthOf(text) <= columns) return text;
  let out = '';
  let width = 0;
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns - 1) break;
    out += character;
  }
  return `${out}…`;
}

/**
 * Breaks lines that are too long between words; what follows stands below the text behind a label, as in `  status: 5.1.1`.
 * Lines with colours are left as they are.
 */
export function wrapped(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => (widthOf(line) <= columns || line.includes('\u001b') ? line : wrappedLine(line, columns)))
    .join('\n');
}

function wrappedLine(line: string, columns: number): string {
  const start = /^ *(?:[a-z ]+: +)?/.exec(line)?.[0] ?? '';
  const indent = ' '.repeat(start.length);
  const lines: string[] = [];
  let current = start;
  for (const word of line.slice(start.length).split(' ')) {
    const longer = current.trim() === '' || current === start ? current + word : `${current} ${word}`;
    if (widthOf(longer) <= columns || current === start || current === indent) current = longer;
    else {
      lines.push(current);
      current = indent + word;
    }
  }
  return [...lines, current].join('\n');
}

/** Fills a text up with spaces. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

function columnsOf(character: string): number {
  if (/^\p{Mn}|^\u200d|^[\ufe00-\ufe0f]/u.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Blocks of the East Asian Width property W and F, as far as mail holds them. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
