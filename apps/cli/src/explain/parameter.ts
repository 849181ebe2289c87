import {
  EsmtpParameterError,
  MAIL_PARAMETERS,
  RCPT_PARAMETERS,
  formatNotify,
  readMailParameters,
  readRcptParameters,
  type EsmtpParameter,
  type RegisteredParameter,
} from '@dsnkit/esmtp-parameters';
import { isXtext } from '@dsnkit/xtext';
import type { Explanation } from './explanation.ts';

/** A parameter of MAIL or RCPT with its value, or its keyword alone; undefined if the registry does not know it. */
export function explainParameter({ keyword, value }: EsmtpParameter): Explanation | undefined {
  const name = keyword.toUpperCase();
  const mail = find(MAIL_PARAMETERS, name);
  const parameter = mail ?? find(RCPT_PARAMETERS, name);
  const words = WORDS[name];
  if (parameter === undefined || words === undefined) return undefined;
  const [headline, form, example, clause] = words;
  const facts: (readonly [string, string | readonly string[]])[] = [
    ['command', mail === undefined ? 'RCPT TO, for each recipient on its own' : 'MAIL FROM, for the whole message'],
    ['announcedBy', parameter.extensions],
    ['form', form],
  ];
  if (value === undefined) facts.push(['example', example]);
  else facts.push(...readingOf({ keyword, value }, mail === undefined));
  facts.push(['clause', clause]);
  return { kind: 'parameter', subject: value === undefined ? name : `${name}=${value}`, headline, facts };
}

function find(parameters: readonly RegisteredParameter[], name: string): RegisteredParameter | undefined {
  return parameters.find(({ keyword }) => keyword === name);
}

/** What a server makes of the value. */
function readingOf(parameter: EsmtpParameter, isRcpt: boolean): (readonly [string, string])[] {
  try {
    const context = { smtputf8: true };
    const meaning = isRcpt ? rcptMeaning([parameter], context) : mailMeaning([parameter]);
    return meaning === '' ? [] : [['meaning', meaning]];
  } catch (error) {
    if (!(error instanceof EsmtpParameterError)) throw error;
    const { code, status } = error.reply;
    return [['fault', `${error.code} at offset ${error.offset} of the value; a server answers ${code} ${status}`]];
  }
}

function rcptMeaning(parameters: readonly EsmtpParameter[], context: { readonly smtputf8: boolean }): string {
  const { notify, orcpt, rrvs } = readRcptParameters(parameters, undefined, context);
  if (notify !== undefined) {
    const wishes = formatNotify(notify);
    return wishes === 'NEVER'
      ? 'no report under any condition'
      : `a report on ${wishes.toLowerCase().replaceAll(',', ', ')}`;
  }
  if (orcpt !== undefined) return `address ${orcpt.address} of type ${orcpt.type}${lengthOf(parameters, 'ORCPT', 500)}`;
  return rrvs === undefined ? '' : `valid since ${rrvs.since.toISOString()}; a hop without RRVS: ${rrvs.unsupported}`;
}

function mailMeaning(parameters: readonly EsmtpParameter[]): string {
  const typed = readMailParameters(parameters);
  if (typed.ret !== undefined)
    return typed.ret === 'FULL' ? 'the whole message comes back with a failure' : 'only the header comes back';
  if (typed.envid !== undefined) return `${typed.envid}${lengthOf(parameters, 'ENVID', 100)}`;
  if (typed.by !== undefined) {
    const { seconds, mode, trace } = typed.by;
    return `within ${seconds} seconds, else ${mode === 'R' ? 'return it' : 'tell the sender'}${trace ? '; with a report of each hop' : ''}`;
  }
  if (typed.size !== undefined) return `${typed.size} octets`;
  if (typed.holdFor !== undefined) return `hold for ${typed.holdFor} seconds`;
  if (typed.mtPriority !== undefined) return `priority ${typed.mtPriority}, where 0 is usual`;
  if (typed.body !== undefined) return BODIES[typed.body];
  return typed.auth ?? typed.submitter ?? typed.holdUntil?.toISOString() ?? '';
}

const BODIES = {
  '7BIT': 'lines of ASCII',
  '8BITMIME': 'lines of any octets but NUL',
  BINARYMIME: 'any octets; they go out with BDAT only',
} as const;

/** How much of the room is used: values count, without keyword. */
function lengthOf([parameter]: readonly EsmtpParameter[], keyword: string, limit: number): string {
  const value = parameter?.value ?? '';
  const note = isXtext(value.slice(value.indexOf(';') + 1)) ? '' : ', not xtext';
  return ` (${value.length} of at most ${limit} octets of ${keyword}${note})`;
}

/** Keyword to gist, form, example and clause. */
const WORDS: Readonly<Record<string, readonly [headline: string, form: string, example: string, clause: string]>> = {
  NOTIFY: [
    'which reports the sender wants about this recipient',
    'NEVER, or any of SUCCESS, FAILURE and DELAY joined by commas; without it the server chooses FAILURE, or FAILURE and DELAY',
    'NOTIFY=SUCCESS,FAILURE',
    'RFC 3461 §4.1',
  ],
  ORCPT: [
    'the address that the sender used, so that reports can name it after it was rewritten on the way',
    'addr-type ";" xtext; the decoded address is printable ASCII',
    'ORCPT=rfc822;bob+2Btag@example.com',
    'RFC 3461 §4.2',
  ],
  RET: [
    'how much of the message comes back with a failure',
    'FULL or HDRS; without it the server chooses',
    'RET=HDRS',
    'RFC 3461 §4.3',
  ],
  ENVID: [
    'a name for this transaction that every report about it carries',
    'xtext, at most 100 octets; decoded it is printable ASCII and means nothing to any server',
    'ENVID=QQ314159',
    'RFC 3461 §4.4',
  ],
  SIZE: [
    'how long the message is, so that it can be refused before it is sent',
    'octets, up to 20 digits',
    'SIZE=50000',
    'RFC 1870 §3',
  ],
  BODY: ['what the content holds', '7BIT, 8BITMIME or BINARYMIME', 'BODY=8BITMIME', 'RFC 6152 §2'],
  SMTPUTF8: ['addresses or header fields go beyond ASCII', 'no value', 'SMTPUTF8', 'RFC 6531 §3.4'],
  AUTH: [
    'who submitted the message, told by one trusted server to the next',
    'xtext of a mailbox, or <>',
    'AUTH=<>',
    'RFC 4954 §5',
  ],
  REQUIRETLS: ['the message may travel under verified TLS only', 'no value', 'REQUIRETLS', 'RFC 8689 §2'],
  'MT-PRIORITY': ['how urgent the message is', 'a number from -9 to 9', 'MT-PRIORITY=3', 'RFC 6710 §3'],
  BY: [
    'when the message has to be there',
    'seconds ";" R (return it if late) or N (notify only), T for a trace of each hop',
    'BY=120;RT',
    'RFC 2852 §4',
  ],
  HOLDFOR: ['hold the message back so many seconds', 'seconds, up to 9 digits', 'HOLDFOR=3600', 'RFC 4865 §3'],
  HOLDUNTIL: [
    'hold the message back until then',
    'date and time of RFC 3339',
    'HOLDUNTIL=2030-01-01T08:00:00Z',
    'RFC 4865 §3',
  ],
  MTRK: [
    'the message may be tracked by who knows the secret',
    'certifier in base64 [":" timeout]',
    'MTRK=TUQ1…:86400',
    'RFC 3885 §3.1',
  ],
  TRANSID: [
    'a name under which a broken transfer can be resumed',
    '"<" local-part "@" domain ">"',
    'TRANSID=<1@example.org>',
    'RFC 1845 §2',
  ],
  SOLICIT: [
    'what kind of advertisement the message is',
    'keywords of solicitation classes',
    'SOLICIT=org.example:ADV',
    'RFC 3865 §2.3',
  ],
  CONPERM: ['servers may convert the content', 'no value', 'CONPERM', 'RFC 4141 §4.1'],
  SUBMITTER: [
    'the responsible address, for checks of the sending host',
    'xtext of a mailbox',
    'SUBMITTER=a@example.org',
    'RFC 4405 §4',
  ],
  RRVS: [
    'deliver only if the mailbox has belonged to the same person since then',
    'date and time of RFC 3339, ";C" to go on or ";R" to return it at a hop that can not tell',
    'RRVS=2014-04-03T23:01:00Z;C',
    'RFC 7293 §3.1',
  ],
  CONNEG: ['ask what kinds of content the recipient can show', 'no value', 'CONNEG', 'RFC 4141 §5.1'],
};
