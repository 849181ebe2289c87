const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const western = new TextDecoder('windows-1252');
const decoders = new Map<string, TextDecoder>([['utf-8', new TextDecoder('utf-8')]]);

/** Labels that mail uses and the Encoding Standard does not know. */
const aliases: Readonly<Record<string, string>> = {
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  'iso-8859-1-windows-3.1-latin-1': 'windows-1252',
  'utf-8-mac': 'utf-8',
  utf8mb4: 'utf-8',
};

export interface DecodedText {
  readonly text: string;
  /** False if the label is unknown here, or the octets were not what it says, and a guess was taken. */
  readonly sound: boolean;
}

/**
 * Text of octets in a named charset: UTF-8 if the label is unknown and the octets allow it, else windows-1252.
 *
 * @example
 * decodeCharset(Uint8Array.of(0xe9), 'iso-8859-1').text; // 'é'
 */
export function decodeCharset(octets: Uint8Array, label: string): DecodedText {
  const name = label.trim().toLowerCase();
  // Writers put raw UTF-8 under us-ascii, or under nothing, far more often than windows-1252.
  if (name === '' || name === 'us-ascii' || name === 'ascii' || name === 'ansi_x3.4-1968') {
    return { text: guess(octets), sound: isAscii(octets) };
  }
  const decoder = decoderFor(aliases[name] ?? name);
  if (decoder === undefined) return { text: guess(octets), sound: false };
  return { text: decoder.decode(octets), sound: true };
}

/** Text of octets with no label to go by, as header fields are: UTF-8 if they allow it, else windows-1252. */
export function decodeOctets(octets: Uint8Array, start: number, end: number): string {
  return guess(octets.subarray(start, end));
}

function decoderFor(name: string): TextDecoder | undefined {
  const known = decoders.get(name);
  if (known !== undefined) return known;
  try {
    const decoder = new TextDecoder(name);
    decoders.set(name, decoder);
    return decoder;
  } catch {
    return undefined;
  }
}

function guess(octets: Uint8Array): string {
  try {
    return utf8.decode(octets);
  } catch {
    return western.decode(octets);
  }
}

function isAscii(octets: Uint8Array): boolean {
  let bits = 0;
  for (const octet of octets) bits |= octet;
  return bits < 128;
}
