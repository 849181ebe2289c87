import fc from 'fast-check';

/** One octet per character, so that a test can write any octets as text. */
export function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => String.fromCharCode(octet)).join('');
}

/** A text in pieces of one character. */
export function single(text: string): string[] {
  return text.split('');
}

/** A text cut at some places. */
export function cut(text: string, at: readonly number[]): string[] {
  const places = [0, ...at.filter((place) => place < text.length).sort((a, b) => a - b), text.length];
  return places.slice(1).map((place, index) => text.slice(places[index], place));
}

/** Places to cut at. */
export function cuts(furthest: number): fc.Arbitrary<number[]> {
  return fc.array(fc.nat(furthest), { maxLength: 8 });
}

/** Texts put together from parts that matter. */
export function wire(...parts: string[]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...parts), { maxLength: 24 }).map((list) => list.join(''));
}

/** Texts of characters that have broken programs before. */
export const hostile: fc.Arbitrary<string> = fc.string({
  unit: fc.constantFrom(
    'a',
    'Z',
    '0',
    '-',
    '@',
    '.',
    '<',
    '>',
    ' ',
    '=',
    '+',
    ';',
    '"',
    '\\',
    '\r',
    '\n',
    '\0',
    '\t',
    '\x7F',
    '\x85',
    'é',
    '€',
    '𝄞',
    '\uD800',
  ),
  maxLength: 20,
});

/** How often a property is tried: `FUZZ=100 vitest run packages/smtp --testTimeout=0` tries a hundred times as often. */
export function runs(usual: number): { numRuns: number } {
  return { numRuns: usual * Number(process.env['FUZZ'] ?? 1) };
}
