/** RFC 4648 §4, with padding. */
export function encodeBase64(octets: Uint8Array): string {
  return btoa(String.fromCharCode(...octets));
}

/** Canonical base64, with or without padding; undefined for anything else. Meant for short texts. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const padded = text.endsWith('=') ? text : text.padEnd(Math.ceil(text.length / 4) * 4, '=');
  try {
    const binary = atob(padded);
    // atob forgives spaces and bits left over.
    return btoa(binary) === padded ? Uint8Array.from(binary, (octet) => octet.charCodeAt(0)) : undefined;
  } catch {
    return undefined;
  }
}
