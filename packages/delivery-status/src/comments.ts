import { DeliveryStatusError } from './error.ts';

/** A structured value taken apart: what it says, and what it adds in parentheses. */
export interface SplitComments {
  /** The value without its comments, trimmed; each comment between two words counts as one space. */
  readonly text: string;
  /** The comments in order, outer parentheses and backslashes of quoted pairs removed. */
  readonly comments: readonly string[];
  /** The offset of a "(" that nothing closes. */
  readonly unclosedAt?: number;
}

/**
 * Take the comments out of a structured value. They nest, `\` quotes the next character, and a quoted string hides them.
 * Free text (an address, a diagnostic, an identifier) has no comments: there a parenthesis is a character like any other.
 *
 *     comment = "(" *(ctext / quoted-pair / comment) ")"
 *
 * RFC 3464 §2.1.1, RFC 5322 §3.2.2.
 *
 * @example splitComments('4.2.2 (disk (quota) full)') // { text: '4.2.2', comments: ['disk (quota) full'] }
 */
export function splitComments(value: string): SplitComments {
  if (!value.includes('(')) return { text: value.trim(), comments: [] };
  const words: string[] = [];
  const comments: string[] = [];
  let from = 0;
  let at = 0;
  while (at < value.length) {
    const code = value.charCodeAt(at);
    if (code === 0x5c) at += 2;
    else if (code === 0x22) at = endOfQuotedString(value, at);
    else if (code !== 0x28) at++;
    else {
      words.push(value.slice(from, at).trim());
      const end = endOfComment(value, at);
      if (end < 0)
        return { text: joinWords(words), comments: [...comments, unquote(value.slice(at + 1))], unclosedAt: at };
      comments.push(unquote(value.slice(at + 1, end - 1)));
      from = at = end;
    }
  }
  words.push(value.slice(from).trim());
  return { text: joinWords(words), comments };
}

/**
 * The comment that carries a text: in parentheses, with a backslash before each character that would end it.
 *
 * RFC 5322 §3.2.2.
 *
 * @throws {DeliveryStatusError} `control-character` at the first one but the tab: a line end would begin another field.
 * @example formatComment('see queue (7') // '(see queue \\(7)'
 */
export function formatComment(text: string): string {
  const offset = text.search(/[\x00-\x08\x0a-\x1f\x7f]/);
  if (offset >= 0)
    throw new DeliveryStatusError('control-character', `a control character at offset ${offset}`, { offset });
  return `(${text.replace(/[()\\]/g, '\\$&')})`;
}

/** The offset after the comment that opens at `at`, or -1. Counting instead of recursing keeps deep nesting harmless. */
export function endOfComment(value: string, at: number): number {
  let depth = 0;
  for (let i = at; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0x5c) i++;
    else if (code === 0x28) depth++;
    else if (code === 0x29 && --depth === 0) return i + 1;
  }
  return -1;
}

function endOfQuotedString(value: string, at: number): number {
  for (let i = at + 1; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0x5c) i++;
    else if (code === 0x22) return i + 1;
  }
  return value.length;
}

function unquote(comment: string): string {
  return comment.replace(/\\([^])/g, '$1').trim();
}

function joinWords(words: readonly string[]): string {
  return words.filter((word) => word !== '').join(' ');
}
