import type { DkimKey } from '../ports.ts';

/**
 * Signs a message in the name of a domain, once with each key (RFC 6376 §5, RFC 8463 §3), relaxed/relaxed: mail systems on
 * the way may change blanks and fold fields anew.
 *
 * All fields that say whose message it is and what it holds are signed, and none of them can be added later on.
 *
 * @param message - Well-formed: lines end in CRLF, and a blank line follows the header.
 * @returns the DKIM-Signature fields, which go before the message
 * @example
 * ```ts
 * const fields = await dkimFields(message, keys, clock.now());
 * ```
 */
export async function dkimFields(
  message: Uint8Array,
  keys: readonly [DkimKey, ...DkimKey[]],
  nowMs: number,
): Promise<Uint8Array> {
  const end = endOfHeader(message);
  const fields = splitFields(new TextDecoder().decode(message.subarray(0, end)));
  const names = namesToSign(fields);
  const signed = selectFields(fields, names).map(relaxField).join('');
  const bodyHash = base64(keys[0].sha256(relaxBody(message.subarray(end + 2))));
  const seconds = Math.floor(nowMs / 1000);
  const written = await Promise.all(
    keys.map(async (key) => {
      const unsigned = unsignedField(key, { names, bodyHash, seconds });
      // RFC 6376 §3.7: the field itself comes last, its signature empty, without its line end.
      const covered = `${signed}${relaxField(unsigned).slice(0, -2)}`;
      const signature = await key.sign(new TextEncoder().encode(covered));
      return `${unsigned}${folded(base64(signature))}\r\n`;
    }),
  );
  return new TextEncoder().encode(written.join(''));
}

/** A field as it stands, folds included, without its last line end. */
type Line = string;

/** Fields that are signed if they are there. RFC 6376 §5.4.1 */
const SIGNED = [
  ...['From', 'To', 'Subject', 'Date', 'Message-ID', 'In-Reply-To', 'References', 'Auto-Submitted'],
  ...['MIME-Version', 'Content-Type', 'Content-Transfer-Encoding'],
];
/** Fields of which one more than there is counts as signed: added on the way, it breaks the signature. RFC 6376 §8.15 */
const SEALED = ['From', 'To', 'Cc', 'Subject', 'Date', 'Message-ID', 'Reply-To', 'Auto-Submitted', 'Content-Type'];

function namesToSign(fields: readonly Line[]): readonly string[] {
  const there = new Set(fields.map(nameOf));
  return [...SIGNED.filter((name) => there.has(name.toLowerCase())), ...SEALED];
}

/** RFC 6376 §5.4.2: a name that stands twice means the last field of that name, then the one above; none is nothing. */
function selectFields(fields: readonly Line[], names: readonly string[]): readonly Line[] {
  const left = [...fields];
  return names.flatMap((name) => {
    const index = left.findLastIndex((field) => nameOf(field) === name.toLowerCase());
    return index === -1 ? [] : left.splice(index, 1);
  });
}

/** RFC 6376 §3.5. The signature is still missing. */
function unsignedField(
  { algorithm, domain, selector }: DkimKey,
  { names, bodyHash, seconds }: { names: readonly string[]; bodyHash: string; seconds: number },
): Line {
  return [
    `DKIM-Signature: v=1; a=${algorithm}; c=relaxed/relaxed;`,
    ` d=${domain}; s=${selector}; t=${seconds};`,
    ` h=${names.join(':').replace(/(.{40,60}):/g, '$1:\r\n  ')};`,
    ` bh=${bodyHash};`,
    ` b=`,
  ].join('\r\n');
}

/** White space in a signature does not count. RFC 6376 §3.5 */
function folded(signature: string): string {
  return signature.replace(/.{1,70}/g, (part, at: number) => (at === 0 ? part : `\r\n  ${part}`));
}

function splitFields(header: string): readonly Line[] {
  return header.split(/\r\n(?![ \t])/).filter((line) => line !== '');
}

function nameOf(field: Line): string {
  return field.slice(0, field.indexOf(':')).trimEnd().toLowerCase();
}

/** RFC 6376 §3.4.2. */
function relaxField(field: Line): string {
  const value = field
    .slice(field.indexOf(':') + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .replace(/^ | $/g, '');
  return `${nameOf(field)}:${value}\r\n`;
}

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;

/** RFC 6376 §3.4.4: runs of blanks are one, none stands at the end of a line, no empty line at the end of the body. */
function relaxBody(body: Uint8Array): Uint8Array {
  const out = new Uint8Array(body.length + 2);
  let length = 0;
  let lastText = 0;
  let blank = false;
  for (let at = 0; at < body.length; at++) {
    const octet = body[at] ?? 0;
    if (octet === SPACE || octet === TAB) {
      blank = true;
      continue;
    }
    const ends = octet === CR && body[at + 1] === LF;
    if (blank && !ends) out[length++] = SPACE;
    blank = false;
    out[length++] = octet;
    if (!ends) {
      lastText = length;
      continue;
    }
    out[length++] = LF;
    at++;
  }
  if (lastText === 0) return out.subarray(0, 0);
  out[lastText] = CR;
  out[lastText + 1] = LF;
  return out.subarray(0, lastText + 2);
}

/** Where the blank line after the header begins. */
function endOfHeader(message: Uint8Array): number {
  for (let at = message.indexOf(CR); at >= 0; at = message.indexOf(CR, at + 1)) {
    if (message[at + 1] === LF && message[at + 2] === CR && message[at + 3] === LF) return at + 2;
  }
  return message.length;
}

function base64(octets: Uint8Array): string {
  return btoa(String.fromCharCode(...octets));
}
