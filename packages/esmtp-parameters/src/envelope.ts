import { BAD_PARAMETER, EsmtpParameterError } from './error.ts';
import type { MailParameters } from './mail-parameters.ts';
import { type TypedAddress, type Utf8Context, formatOrcpt } from './orcpt.ts';
import { type EsmtpParameter, asciiUpper } from './parameter.ts';
import { parseForwardPath, parseReversePath } from './path.ts';
import type { RcptParameters } from './rcpt-parameters.ts';
import {
  type Announced,
  MAIL_PARAMETERS,
  RCPT_PARAMETERS,
  type RegisteredParameter,
  isPrivateExtension,
} from './registry.ts';
import { writeMailParameters, writeRcptParameters } from './write.ts';

/** What a client asks for one recipient. */
export interface RecipientRequest extends Partial<Omit<RcptParameters, 'orcpt'>> {
  /** `'same'`: the address of this recipient, as a submitting client has to give it. RFC 3461 §4.2. */
  readonly orcpt?: TypedAddress | 'same';
}

/** A request that is not made of this server. */
export interface Unmet {
  readonly keyword: string;
  /** Absent: it stood in MAIL. */
  readonly forwardPath?: string;
  readonly reason: 'not-announced' | 'too-long';
  /** Whether the message must not be sent to this server, since what is left out can't be done without. */
  readonly prevents: boolean;
}

/** What to send to one server, and what had to be left out for it. */
export interface EnvelopePlan {
  readonly reversePath: string;
  readonly mailParameters: readonly EsmtpParameter[];
  readonly recipients: readonly { readonly forwardPath: string; readonly parameters: readonly EsmtpParameter[] }[];
  readonly unmet: readonly Unmet[];
}

/** A sender, its recipients and its requests; each call gives a new one. */
export interface Envelope {
  /** Add parameters of MAIL; what was set before is replaced by keyword. */
  mail(request: Partial<MailParameters>): Envelope;
  /** Add a recipient, given without angle brackets. */
  to(forwardPath: string, request?: RecipientRequest): Envelope;
  /** Say it to a server that announced these EHLO keywords. */
  plan(announced: Announced): EnvelopePlan;
}

/**
 * Begin the envelope of a message that a client submits; the reverse-path without angle brackets, '' for the null one.
 *
 * A server without DSN is sent no RET, ENVID, NOTIFY or ORCPT (RFC 3461 §5.2.2(a)); the plan lists under `unmet` what
 * was left out: for a recipient with SUCCESS a client that relays then owes a "relayed" report (RFC 3461 §5.2.2(b)), and
 * one with NEVER may be reported all the same. SMTPUTF8 is given exactly where an address needs it or it was asked for.
 *
 * @throws {EsmtpParameterError} at once for a bad path, from `plan` for a bad value; ENVID beyond 94 octets and a given
 * ORCPT beyond 494 are `too-long`, while an ORCPT that is the `'same'` and too long is left out, since it may be.
 *
 * @example
 * ```ts
 * const { mailParameters, recipients } = envelope('alice@example.org')
 *   .mail({ ret: 'HDRS', envid: 'QQ314159' })
 *   .to('bob@example.com', { notify: notifyOn('success', 'failure'), orcpt: 'same' })
 *   .to('carol@example.net', { notify: notifyOn() })
 *   .plan(new Set(['DSN', 'SIZE']));
 * ```
 */
export function envelope(reversePath: string): Envelope {
  parseReversePath(`<${reversePath}>`);
  return envelopeOf({ reversePath, mail: {}, last: undefined });
}

interface State {
  readonly reversePath: string;
  readonly mail: Partial<MailParameters>;
  readonly last: Listed | undefined;
}

/** A recipient and those before it: envelopes that go on from one another share them, so that none are copied. */
interface Listed {
  readonly forwardPath: string;
  readonly request: RecipientRequest;
  readonly before: Listed | undefined;
}

function envelopeOf(state: State): Envelope {
  return {
    mail: (request) => envelopeOf({ ...state, mail: { ...state.mail, ...request } }),
    to: (forwardPath, request = {}) => {
      parseForwardPath(`<${forwardPath}>`);
      return envelopeOf({ ...state, last: { forwardPath, request, before: state.last } });
    },
    plan: (announced) => planFor(state, announced),
  };
}

function planFor({ reversePath, mail, last }: State, announced: Announced): EnvelopePlan {
  const recipients = inOrder(last);
  const unmet: Unmet[] = [];
  const utf8 = mail.smtputf8 === true || ![reversePath, ...recipients.map((to) => to.forwardPath)].every(isAscii);
  const mailParameters = writeMailParameters({ ...mail, smtputf8: utf8 }).filter((parameter) => {
    const said = isAnnounced(parameter, MAIL_PARAMETERS, announced);
    // 7BIT is what every server assumes.
    if (!said && parameter.value !== '7BIT') unmet.push(notAnnounced(parameter, mailPrevents(parameter, mail)));
    return said;
  });
  const context = { smtputf8: utf8 && announced.has('SMTPUTF8') };
  return {
    reversePath,
    mailParameters,
    recipients: recipients.map((to) => ({
      forwardPath: to.forwardPath,
      parameters: recipientParameters(to, announced, context, unmet),
    })),
    unmet,
  };
}

function inOrder(last: Listed | undefined): Listed[] {
  const recipients: Listed[] = [];
  for (let to = last; to !== undefined; to = to.before) recipients.push(to);
  return recipients.reverse();
}

function recipientParameters(
  { forwardPath, request }: Listed,
  announced: Announced,
  context: Utf8Context,
  unmet: Unmet[],
): EsmtpParameter[] {
  const { orcpt, ...rest } = request;
  const parameters = writeRcptParameters(rest, context);
  if (orcpt !== undefined && parameters.some(({ keyword }) => asciiUpper(keyword) === 'ORCPT'))
    throw new EsmtpParameterError('duplicate', 0, BAD_PARAMETER, 'ORCPT');
  if (orcpt === 'same') {
    const value = sameAddress(forwardPath, context);
    if (value === undefined) unmet.push({ keyword: 'ORCPT', forwardPath, reason: 'too-long', prevents: false });
    else parameters.push({ keyword: 'ORCPT', value });
  } else if (orcpt !== undefined) parameters.push({ keyword: 'ORCPT', value: formatOrcpt(orcpt, context) });
  return parameters.filter((parameter) => {
    const said = isAnnounced(parameter, RCPT_PARAMETERS, announced);
    const prevents = parameter.keyword === 'RRVS' && request.rrvs?.unsupported === 'reject';
    if (!said) unmet.push({ ...notAnnounced(parameter, prevents), forwardPath });
    return said;
  });
}

/** The recipient's own address as ORCPT; undefined if that would be too long. RFC 3461 §4.2. */
function sameAddress(forwardPath: string, context: Utf8Context): string | undefined {
  const { address } = parseForwardPath(`<${forwardPath}>`);
  try {
    return formatOrcpt({ type: isAscii(address) ? 'rfc822' : 'utf-8', address }, context);
  } catch {
    // A path holds nothing that ORCPT can't, so only its length can be at fault.
    return undefined;
  }
}

function isAnnounced(
  { keyword, value }: EsmtpParameter,
  registered: readonly RegisteredParameter[],
  announced: Announced,
): boolean {
  const known = registered.find((parameter) => parameter.keyword === asciiUpper(keyword));
  if (known === undefined) return isPrivateExtension(asciiUpper(keyword), announced);
  if (value === 'BINARYMIME') return announced.has('BINARYMIME');
  return known.extensions.some((extension) => announced.has(extension));
}

/** Without these a message must go elsewhere, wait, or be made into another one first. */
function mailPrevents({ keyword }: EsmtpParameter, mail: Partial<MailParameters>): boolean {
  // RFC 6531 §3.5, RFC 8689 §4.2, RFC 6152 §3, RFC 4865 §4.1; RFC 2852 §4.1.4 for mode R.
  return keyword === 'BY' ? mail.by?.mode === 'R' : INDISPENSABLE.has(keyword);
}

const INDISPENSABLE: ReadonlySet<string> = new Set(['SMTPUTF8', 'REQUIRETLS', 'BODY', 'HOLDFOR', 'HOLDUNTIL']);

function notAnnounced({ keyword }: EsmtpParameter, prevents: boolean): Unmet {
  return { keyword, reason: 'not-announced', prevents };
}

function isAscii(text: string): boolean {
  return !/[^\x00-\x7f]/.test(text);
}
