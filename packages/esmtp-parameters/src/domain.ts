import { LET_DIG } from './atext.ts';
import { utf8Units } from './parameter.ts';

/**
 * Where the domain or address literal that begins at `start` ends; if none stands there, the negative of the offset at
 * fault.
 *
 *     Domain     = sub-domain *("." sub-domain)
 *     sub-domain = Let-dig [Ldh-str] / U-label
 *
 * RFC 5321 §4.1.2, RFC 6531 §3.3. An underscore is not permitted.
 */
export function domainEnd(text: string, start: number, utf8: boolean): number {
  if (text.charCodeAt(start) === BRACKET) return literalEnd(text, start);
  let label = start;
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (LET_DIG[code] === 1) continue;
    if (code === HYPHEN) {
      if (at === label) return -at;
    } else if (code === DOT) {
      if (at === label || text.charCodeAt(at - 1) === HYPHEN) return -at;
      label = at + 1;
    } else {
      const units = utf8 ? utf8Units(text, at) : 0;
      if (units === 0) break;
      at += units - 1;
    }
  }
  return at === label || text.charCodeAt(at - 1) === HYPHEN ? -at : at;
}

const HYPHEN = 0x2d;
const DOT = 0x2e;
const BRACKET = 0x5b;

/**
 *     address-literal         = "[" ( IPv4-address-literal / IPv6-address-literal / General-address-literal ) "]"
 *     IPv4-address-literal    = Snum 3("." Snum)
 *     IPv6-address-literal    = "IPv6:" IPv6-addr
 *     General-address-literal = Standardized-tag ":" 1*dcontent
 *
 * RFC 5321 §4.1.3.
 */
function literalEnd(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code > 0x7e || (code >= 0x5b && code <= 0x5d)) break;
  }
  if (text.charAt(at) !== ']') return -at;
  return isAddress(text.slice(start + 1, at)) ? at + 1 : -(start + 1);
}

function isAddress(content: string): boolean {
  const colon = content.indexOf(':');
  if (colon < 0) return isIpv4(content);
  const tag = content.slice(0, colon);
  if (tag.toLowerCase() === 'ipv6') return isIpv6(content.slice(colon + 1));
  // No other tag is registered today; the grammar leaves room for one.
  return colon < content.length - 1 && /^[A-Za-z0-9-]*[A-Za-z0-9]$/.test(tag);
}

function isIpv4(text: string): boolean {
  const parts = text.split('.', 5);
  return parts.length === 4 && parts.every((part) => /^[0-9]{1,3}$/.test(part) && Number(part) <= 255);
}

/** IPv6-full, IPv6-comp, IPv6v4-full or IPv6v4-comp; "::" stands for at least two groups. RFC 5321 §4.1.3. */
function isIpv6(text: string): boolean {
  const gap = text.indexOf('::');
  const head = gap < 0 ? text : text.slice(0, gap);
  const groups = groupsOf(head, gap < 0);
  if (gap < 0) return groups === 8;
  const tail = groupsOf(text.slice(gap + 2), true);
  return groups >= 0 && tail >= 0 && groups + tail <= 6;
}

/** How many 16-bit groups a run of hex groups holds, an IPv4 address at its end counting for two; -1 if malformed. */
function groupsOf(text: string, mayEndInIpv4: boolean): number {
  if (text === '') return 0;
  const groups = text.split(':', 9);
  let count = 0;
  for (const [index, group] of groups.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(group)) count++;
    else if (mayEndInIpv4 && index === groups.length - 1 && isIpv4(group)) count += 2;
    else return -1;
  }
  return count;
}
