const utf8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** One character per octet. */
export const western: TextDecoder = /* @__PURE__ */ new TextDecoder('windows-1252');
const decoders = /* @__PURE__ */ new Map<string, TextDecoder>();

/** Labels that mail uses and the Encoding Standard does not know. */
const ALIASES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['cp932', 'shift_jis'],
  ['cp936', 'gbk'],
  ['cp949', 'euc-kr'],
  ['cp950', 'big5'],
]);
/** Labels of text that should be ASCII; the Encoding Standard would read them as windows-1252 whatever the text. */
const ASCII_LABELS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '',
  'us-ascii',
  'ascii',
  'ansi_x3.4-1968',
  'iso646-us',
]);

/** Text, and whether its label could be believed. */
export interface DecodedText {
  readonly text: string;
  /** False if the label is unknown, or the octets are not what it says: then the text is a guess. */
  readonly sound: boolean;
}

/**
 * Text of octets in a named charset.
 *
 * Where the label is unknown, or says ASCII of what is none, the text is read as UTF-8 if the octets allow it, else as
 * windows-1252: raw UTF-8 without a label is by far the most frequent case.
 */
export function decodeCharset(octets: Uint8Array, label: string): DecodedText {
  const name = label.trim().toLowerCase();
  if (ASCII_LABELS.has(name)) {
    const text = decodeOctets(octets);
    return { text, sound: !/[^\0-\x7F]/.test(text) };
  }
  const decoder = decoderFor(name);
  if (decoder === undefined) return { text: decodeOctets(octets), sound: false };
  const text = decoder.decode(octets);
  if (decoder.encoding !== 'utf-8' || !text.includes('\uFFFD') || decodeUtf8(octets) !== undefined)
    return { text, sound: true };
  // With characters in it that UTF-8 alone can make, it is UTF-8 that was cut or damaged.
  return { text: /[^\0-\x7F\uFFFD]/.test(text) ? text : western.decode(octets), sound: false };
}

/** Whether text under a label holds characters for sure; undefined: not beyond ASCII. */
export function isSureCharset(label: string): boolean | undefined {
  const name = label.trim().toLowerCase();
  const encoding = ASCII_LABELS.has(name) ? 'utf-8' : decoderFor(name)?.encoding;
  return encoding === 'utf-8' ? undefined : encoding !== undefined;
}

/** Text of octets that bear no label, as header fields do: UTF-8 if they allow it, else windows-1252. */
export function decodeOctets(octets: Uint8Array): string {
  return decodeUtf8(octets) ?? western.decode(octets);
}

function decodeUtf8(octets: Uint8Array): string | undefined {
  try {
    return utf8.decode(octets);
  } catch {
    return undefined;
  }
}

/** The last label that was refused: a refusal is slow, and hostile text repeats it without end. */
let unknown = '';

/** Decoders are kept; there are no more of them than the Encoding Standard has labels. */
function decoderFor(name: string): TextDecoder | undefined {
  let decoder = decoders.get(name);
  if (decoder !== undefined || name === unknown) return decoder;
  try {
    decoder = new TextDecoder(ALIASES.get(name) ?? name);
  } catch {
    unknown = name;
    return undefined;
  }
  decoders.set(name, decoder);
  return decoder;
}
