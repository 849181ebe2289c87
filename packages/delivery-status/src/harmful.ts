/**
 * Replaces what does harm where the text of a stranger is shown: control characters, which a terminal may obey; separators of
 * lines and paragraphs, which end a line for some reader; marks that turn the direction of writing; and the byte order mark,
 * which nobody sees.
 *
 * RFC 3464 §4.1: a report may be anybody's. RFC 6532 §3 lets it hold all of Unicode.
 *
 * @param instead what stands in place of one such character; itself, where it does no harm
 * @example replaceHarmful('no\x1b[2J user', () => ' ') // 'no [2J user'
 */
export function replaceHarmful(text: string, instead: (character: string) => string): string {
  return text.replace(HARMFUL, instead);
}

/**
 * Escapes in JSON what does harm where it is shown, and JSON allows as it is; its value stays the same. C0 controls are left
 * alone: in JSON they stand between values only, as the line end behind a document.
 *
 * @example escapeHarmful(JSON.stringify('a\u202eb')) // '"a\\u202eb"'
 */
export function escapeHarmful(json: string): string {
  return json.replace(LEFT_BY_JSON, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const HARMFUL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const LEFT_BY_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
