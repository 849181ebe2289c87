/** The two classes of the platform that this package uses; browsers, workers, Deno, Bun and Node.js all have them. */
declare const TextDecoder: new (
  label: string,
  options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
) => { decode(octets: Uint8Array): string };
declare const TextEncoder: new () => {
  encode(text: string): Uint8Array;
  encodeInto(text: string, into: Uint8Array): { readonly written: number };
};

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const CR = 13;
export const LF = 10;
export const DOT = 46;

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Octets written; `into` has room for three for each character. */
export function encodeUtf8Into(text: string, into: Uint8Array): number {
  return encoder.encodeInto(text, into).written;
}

/** Strict UTF-8 (no overlong forms, no surrogates), or undefined. */
export function decodeUtf8(octets: Uint8Array): string | undefined {
  try {
    return strict.decode(octets);
  } catch {
    return undefined;
  }
}

/** UTF-8 where it is, else one character per octet, so that nothing a peer said is lost. */
export function decodeAny(octets: Uint8Array): string {
  return decodeUtf8(octets) ?? decodeLatin1(octets);
}

/** A space for each NUL, so that nothing else moves. */
export function withoutNul(octets: Uint8Array): Uint8Array {
  return octets.map((octet) => (octet === 0 ? 32 : octet));
}

function decodeLatin1(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}
