import type { EsmtpParameter } from '@dsnkit/esmtp-parameters';
import { find, isKeyword } from './parameters.ts';
import type { NextHop, RelayMessage } from './hop.ts';

/** What BY says, as far as relaying needs it. RFC 2852 §4 */
export interface DeliverBy {
  readonly seconds: number;
  readonly mode: 'N' | 'R';
  /** Mode and trace as they were spelled. */
  readonly suffix: string;
}

/**
 * The MAIL parameters for one hop, in the order in which they came; what has to be added stands at the end.
 *
 * ENVID, RET and MT-PRIORITY pass untouched (RFC 3461 §5.2.1(a), §5.2.1(b); RFC 6710 §4.2), SIZE, BODY and BY are said
 * anew, and AUTH is always `<>`: no client is trusted to name another sender (RFC 4954 §5). HOLDFOR and HOLDUNTIL have
 * been honoured by now; MTRK would need its certificate counted down. Both are dropped, as is everything unknown.
 */
export function mailParametersFor(message: RelayMessage, hop: NextHop, utf8Envelope: boolean): EsmtpParameter[] {
  const said = saidAnew(message, hop, utf8Envelope);
  const parameters: EsmtpParameter[] = [];
  for (const parameter of message.mailParameters) {
    const keyword = parameter.keyword.toUpperCase();
    const replacement = said.get(keyword);
    if (replacement !== undefined) parameters.push(replacement.value === parameter.value ? parameter : replacement);
    else if (passes(keyword, hop)) parameters.push(parameter);
    said.delete(keyword);
  }
  return [...parameters, ...said.values()];
}

/** What BODY may say, in the order of what it allows. RFC 6152 §2, RFC 3030 §3 */
const BODY = ['7BIT', '8BITMIME', 'BINARYMIME'] as const;
const CONTENT = { '7bit': 0, '8bit': 1, binary: 2 } as const;

/** What the octets need of the channel, as an index into BODY: known, or as declared. */
export function neededBody(message: RelayMessage): number {
  if (message.content !== undefined) return CONTENT[message.content];
  return Math.max(declaredBody(message), message.utf8Headers === true ? CONTENT['8bit'] : CONTENT['7bit']);
}

/** Whether a hop can be given content of that need. */
export function carries(hop: NextHop, body: number): boolean {
  if (body === CONTENT.binary) return hop.extensions.has('BINARYMIME') && hop.extensions.has('CHUNKING');
  return body === CONTENT['7bit'] || hop.extensions.has('8BITMIME');
}

export function deliverByOf(message: RelayMessage): DeliverBy | undefined {
  const [seconds, suffix] = find(message.mailParameters, 'BY')?.value?.split(';') ?? [];
  if (seconds === undefined || suffix === undefined) return undefined;
  return {
    seconds: Math.floor(message.byRemainingSeconds ?? Number(seconds)),
    mode: suffix.toUpperCase().startsWith('N') ? 'N' : 'R',
    suffix,
  };
}

/** Keywords that pass as they are, and the extension that the hop must have announced. */
const UNTOUCHED: ReadonlyMap<string, string> = new Map([
  ['ENVID', 'DSN'],
  ['RET', 'DSN'],
  ['SMTPUTF8', 'SMTPUTF8'],
  ['REQUIRETLS', 'REQUIRETLS'],
  ['MT-PRIORITY', 'MT-PRIORITY'],
]);

function passes(keyword: string, hop: NextHop): boolean {
  const extension = UNTOUCHED.get(keyword);
  return extension !== undefined && hop.extensions.has(extension);
}

/** Parameters that this hop must or may be told in our own words. */
function saidAnew(message: RelayMessage, hop: NextHop, utf8Envelope: boolean): Map<string, EsmtpParameter> {
  const said = new Map<string, EsmtpParameter>();
  const say = (keyword: string, value: string | undefined): void => {
    if (value !== undefined) said.set(keyword, { keyword, value });
  };
  say('SIZE', hop.extensions.has('SIZE') ? message.sizeOctets?.toString() : undefined);
  say('BODY', bodyFor(message, hop));
  say('BY', byFor(message, hop));
  say('AUTH', hop.authenticated === true ? '<>' : undefined);
  // RFC 6531 §3.4: declared whenever needed; a received one passes as it came.
  const needsUtf8 = utf8Envelope || message.utf8Headers === true;
  const received = message.mailParameters.some((parameter) => isKeyword(parameter, 'SMTPUTF8'));
  if (needsUtf8 && !received && hop.extensions.has('SMTPUTF8')) said.set('SMTPUTF8', { keyword: 'SMTPUTF8' });
  return said;
}

/** As declared, if the hop carries that and it is enough; else what the content needs. */
function bodyFor(message: RelayMessage, hop: NextHop): string | undefined {
  if (!hop.extensions.has('8BITMIME') && !hop.extensions.has('BINARYMIME')) return undefined;
  const declared = declaredBody(message);
  const needed = neededBody(message);
  if (declared >= needed && carries(hop, declared)) return find(message.mailParameters, 'BODY')?.value;
  return needed === CONTENT['7bit'] ? undefined : BODY[needed];
}

/** Index into BODY; -1 if nothing was declared. */
function declaredBody(message: RelayMessage): number {
  const declared = find(message.mailParameters, 'BODY')?.value?.toUpperCase();
  return BODY.findIndex((value) => value === declared);
}

function byFor(message: RelayMessage, hop: NextHop): string | undefined {
  const by = deliverByOf(message);
  if (by === undefined || !hop.extensions.has('DELIVERBY')) return undefined;
  return `${clamp(by.seconds)};${by.suffix}`;
}

/** by-time has at most nine digits. RFC 2852 §4 */
function clamp(seconds: number): number {
  return Math.max(-999_999_999, Math.min(999_999_999, seconds));
}
