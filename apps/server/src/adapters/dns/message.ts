/** What is asked: one name and one type, of class IN. RFC 1035 §4.1.2 */
export interface DnsQuestion {
  readonly id: number;
  /** Letters of any case, digits and hyphens; a dot at the end may stand or not. */
  readonly name: string;
  readonly type: number;
}

/** What stands in an answer about the question. */
export interface DnsAnswer {
  /** RCODE: 0 is no error, 2 SERVFAIL, 3 NXDOMAIN. */
  readonly code: number;
  /** It did not fit; the whole one is to be had over TCP. */
  readonly truncated: boolean;
  /** AD: the resolver has validated everything in it. RFC 4035 §3.2.3 */
  readonly secure: boolean;
  /** Where the aliases of the name end; absent if it is none. */
  readonly canonicalName?: string;
  /** Its aliases lead in a circle, or further than anybody follows them. */
  readonly endless: boolean;
  /** RDATA of the records of the type under the last name, by its places in `octets`. */
  readonly records: readonly { readonly at: number; readonly end: number }[];
  /** The message: names in RDATA may point anywhere in it. */
  readonly octets: Uint8Array;
}

export const A = 1;
export const CNAME = 5;
export const MX = 15;
export const AAAA = 28;
export const TLSA = 52;
const OPT = 41;
const IN = 1;

const QR = 0x8000;
const OPCODE = 0x7800;
const TC = 0x0200;
const RD = 0x0100;
const AD = 0x0020;
/** DO, in the time-to-live of an OPT record. RFC 3225 §3 */
const DO = 0x8000;
/** What goes through nearly every network in one piece. */
const udpOctets = 1232;
const headerOctets = 12;
const maxAliases = 16;
/** Records of an answer that are looked at, signatures included. */
const maxLookedAt = 1000;

/**
 * Writes a question with RD, AD, and an OPT record with DO (RFC 6891 §6.1.2, RFC 6840 §5.7); undefined if the name is
 * none that the DNS can hold.
 *
 * @example encodeQuestion({ id: 7, name: 'ivory.edu', type: MX })
 */
export function encodeQuestion({ id, name, type }: DnsQuestion): Uint8Array | undefined {
  const labels = name.replace(/\.$/, '').split('.');
  // A backslash is how readName shows octets that no host name holds.
  if (labels.some((label) => !/^[\x21-\x5b\x5d-\x7e]{1,63}$/.test(label))) return undefined;
  const nameOctets = labels.reduce((sum, label) => sum + label.length + 1, 1);
  if (nameOctets > 255) return undefined;
  const octets = new Uint8Array(headerOctets + nameOctets + 4 + 11);
  const view = new DataView(octets.buffer);
  [id, RD | AD, 1, 0, 0, 1].forEach((word, at) => view.setUint16(at * 2, word));
  let at = headerOctets;
  for (const label of labels) {
    octets[at++] = label.length;
    for (let i = 0; i < label.length; i++) octets[at++] = label.charCodeAt(i);
  }
  view.setUint16(at + 1, type);
  view.setUint16(at + 3, IN);
  view.setUint16(at + 6, OPT);
  view.setUint16(at + 8, udpOctets);
  view.setUint16(at + 12, DO);
  return octets;
}

/**
 * Reads an answer; undefined if it is none to this question, or is broken.
 *
 * @example decodeAnswer(octets, { id: 7, name: 'ivory.edu', type: MX })?.secure // true
 */
export function decodeAnswer(octets: Uint8Array, question: DnsQuestion): DnsAnswer | undefined {
  if (octets.length < headerOctets) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const flags = view.getUint16(2);
  const isAnswer = view.getUint16(0) === question.id && (flags & (QR | OPCODE)) === QR && view.getUint16(4) === 1;
  const asked = isAnswer ? readName(octets, headerOctets) : undefined;
  if (asked === undefined || asked.end + 4 > octets.length) return undefined;
  const isSame = asked.name === plain(question.name) && view.getUint16(asked.end) === question.type;
  if (!isSame || view.getUint16(asked.end + 2) !== IN) return undefined;
  const truncated = (flags & TC) !== 0;
  const head = { code: flags & 15, truncated, secure: (flags & AD) !== 0, octets };
  if (truncated) return { ...head, endless: false, records: [] };
  const found = readRecords(octets, asked.end + 4, Math.min(view.getUint16(6), maxLookedAt));
  return found === undefined ? undefined : { ...head, ...follow(octets, found, asked.name, question.type) };
}

/**
 * Reads a name, in lower case and without the last dot. Each pointer has to lead further back, so that reading ends.
 * Octets that no host name holds are shown as `\DDD`. RFC 1035 §4.1.4
 */
export function readName(
  octets: Uint8Array,
  start: number,
): { readonly name: string; readonly end: number } | undefined {
  const labels: string[] = [];
  let at = start;
  let end: number | undefined;
  let limit = start;
  let total = 1;
  for (;;) {
    const length = octets[at];
    if (length === undefined) return undefined;
    if (length === 0) return { name: labels.join('.'), end: end ?? at + 1 };
    if (length >= 0xc0) {
      const target = ((length & 0x3f) << 8) | (octets[at + 1] ?? 0);
      end ??= at + 2;
      if (end > octets.length || target >= limit) return undefined;
      limit = at = target;
      continue;
    }
    total += length + 1;
    if (length > 63 || total > 255 || at + 1 + length > octets.length) return undefined;
    labels.push(labelText(octets.subarray(at + 1, at + 1 + length)));
    at += length + 1;
  }
}

interface DnsRecord {
  readonly name: string;
  readonly type: number;
  readonly at: number;
  readonly end: number;
}

function readRecords(octets: Uint8Array, start: number, count: number): readonly DnsRecord[] | undefined {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const records: DnsRecord[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    const owner = readName(octets, at);
    if (owner === undefined || owner.end + 10 > octets.length) return undefined;
    const rdata = owner.end + 10;
    at = rdata + view.getUint16(owner.end + 8);
    if (at > octets.length) return undefined;
    if (view.getUint16(owner.end + 2) !== IN) continue;
    records.push({ name: owner.name, type: view.getUint16(owner.end), at: rdata, end: at });
  }
  return records;
}

/** Goes along the aliases from the name that was asked for; records of other names answer nothing. */
function follow(
  octets: Uint8Array,
  found: readonly DnsRecord[],
  asked: string,
  type: number,
): Pick<DnsAnswer, 'canonicalName' | 'endless' | 'records'> {
  const aliases = new Map(found.flatMap((one): [string, DnsRecord][] => (one.type === CNAME ? [[one.name, one]] : [])));
  let name = asked;
  for (let i = 0; i < maxAliases && type !== CNAME; i++) {
    const alias = aliases.get(name);
    const target = alias === undefined ? undefined : readName(octets, alias.at)?.name;
    if (target === undefined) break;
    name = target;
  }
  const records = found.filter((one) => one.name === name && one.type === type);
  const endless = type !== CNAME && aliases.has(name);
  return { records, endless, ...(name === asked ? {} : { canonicalName: name }) };
}

function labelText(label: Uint8Array): string {
  let text = '';
  for (const octet of label) {
    const lower = octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
    const isPlain = lower > 0x20 && lower < 0x7f && lower !== 0x2e && lower !== 0x5c;
    text += isPlain ? String.fromCharCode(lower) : `\\${String(octet).padStart(3, '0')}`;
  }
  return text;
}

function plain(name: string): string {
  return name.replace(/\.$/, '').replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
