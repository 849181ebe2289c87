import { decodeBase64, decodeCharset, encodeUtf8 } from './octets.ts';

/**
 * Decode the encoded-words of a comment; white space between two of them goes. What cannot be decoded stays.
 *
 *     encoded-word = "=?" charset [ "*" language ] "?" ( "Q" / "B" ) "?" encoded-text "?="
 *
 * RFC 2047 §5, RFC 2231 §5, RFC 3464 §2.1.1.
 */
export function decodeWords(text: string): string {
  if (!text.includes('=?')) return text;
  const pieces: string[] = [];
  let isAfterWord = false;
  for (const piece of text.split(/(\s+)/)) {
    const word = decodeWord(piece);
    // The piece before a word is white space, unless the text starts with the word.
    if (isAfterWord && word !== undefined) pieces.pop();
    pieces.push(word ?? piece);
    if (piece.trim() !== '') isAfterWord = word !== undefined;
  }
  return pieces.join('');
}

/** Write a text as encoded-words if it has characters beyond ASCII, or could be taken for one. RFC 2047 §5: none of `(`, `)` and `"`. */
export function encodeWords(text: string): string {
  if (!/[^\x00-\x7f]|=\?/.test(text)) return text;
  const words: string[] = [];
  let word = '';
  for (const char of text) {
    const encoded = /^[A-Za-z0-9!*+/-]$/.test(char) ? char : char === ' ' ? '_' : hex(char);
    if (word.length + encoded.length > 60) {
      words.push(word);
      word = '';
    }
    word += encoded;
  }
  return [...words, word].map((part) => `=?utf-8?Q?${part}?=`).join(' ');
}

function hex(char: string): string {
  return Array.from(encodeUtf8(char), (octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** RFC 2047 §2 has 75; some senders write a whole phrase as one word. */
const WORD_LIMIT = 1000;

function decodeWord(text: string): string | undefined {
  if (text.length > WORD_LIMIT) return undefined;
  const match = /^=\?([^?*\s]+)(?:\*[^?\s]*)?\?([BbQq])\?([^?\s]*)\?=$/.exec(text);
  if (match === null) return undefined;
  const [, charset = '', encoding = '', encoded = ''] = match;
  return decodeCharset(encoding.toUpperCase() === 'B' ? decodeBase64(encoded) : decodeQ(encoded), charset);
}

function decodeQ(text: string): Uint8Array {
  const octets: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const digits = text.slice(i + 1, i + 3);
    if (text[i] === '=' && /^[\da-f]{2}$/i.test(digits)) {
      octets.push(Number.parseInt(digits, 16));
      i += 2;
    } else octets.push(text[i] === '_' ? 0x20 : text.charCodeAt(i));
  }
  return Uint8Array.from(octets);
}
