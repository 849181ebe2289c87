import {
  EsmtpParameterError,
  formatOrcpt,
  parseForwardPath,
  parseParameters,
  parseReversePath,
  readMailParameters,
  readRcptParameters,
  type EsmtpParameter,
} from '@dsnkit/esmtp-parameters';
import { encodeXtext, isPrintable } from '@dsnkit/xtext';
import { UsageError } from '../usage-error.ts';

/** The options that describe an envelope. */
export interface EnvelopeOptions {
  readonly from: string;
  readonly to: readonly string[];
  readonly ret?: string;
  readonly envid?: string;
  readonly notify?: string;
  readonly orcpt?: true;
  readonly mail?: readonly string[];
  readonly force?: true;
}

/** A recipient and its parameters, as they will be sent. */
export interface PlannedRecipient {
  /** Without angle brackets. */
  readonly forwardPath: string;
  readonly parameters: readonly EsmtpParameter[];
}

/** The envelope that was asked for. */
export interface Plan {
  /** Without angle brackets; '' is the null reverse-path. */
  readonly reversePath: string;
  readonly mailParameters: readonly EsmtpParameter[];
  readonly recipients: readonly PlannedRecipient[];
}

/**
 * Reads the envelope from the options. With `--force` parameters need only fit the general grammar of RFC 5321 §4.1.2.
 *
 * @throws {UsageError} one line that names the option
 */
export function planEnvelope(options: EnvelopeOptions): Plan {
  const force = options.force === true;
  const reversePath = checked(`--from ${options.from}`, () => parseReversePath(bracketed(options.from)).wire);
  const smtputf8 = [options.from, ...options.to].some((text) => /[^\u0000-\u007f]/.test(text));
  return {
    reversePath,
    mailParameters: mailParametersOf(options, force),
    recipients: options.to.map((to) => recipientOf(to, options, { smtputf8, force })),
  };
}

function mailParametersOf({ ret, envid, mail = [] }: EnvelopeOptions, force: boolean): EsmtpParameter[] {
  const parameters: EsmtpParameter[] = [];
  if (ret !== undefined) parameters.push({ keyword: 'RET', value: ret });
  if (envid !== undefined) {
    if (!isPrintable(envid) || envid === '')
      throw new UsageError(`--envid ${JSON.stringify(envid)}: only printable ASCII is allowed (RFC 3461 §4.4)`);
    parameters.push({ keyword: 'ENVID', value: encodeXtext(envid) });
  }
  for (const text of mail) parameters.push(...checked(`--mail ${text}`, () => parseParameters(text)));
  if (!force) checked('parameters of MAIL', () => readMailParameters(parameters));
  return parameters;
}

interface Manner {
  readonly smtputf8: boolean;
  readonly force: boolean;
}

function recipientOf(to: string, { notify, orcpt }: EnvelopeOptions, manner: Manner): PlannedRecipient {
  const [address, rest] = splitRecipient(to);
  return checked(`--to ${to}`, () => {
    const path = parseForwardPath(bracketed(oneAddress(address)));
    const parameters = parseParameters(rest);
    const lacks = (keyword: string): boolean => !parameters.some((own) => own.keyword.toUpperCase() === keyword);
    if (notify !== undefined && lacks('NOTIFY')) parameters.push({ keyword: 'NOTIFY', value: notify });
    if (orcpt === true && lacks('ORCPT')) {
      const type = /[^\u0000-\u007f]/.test(path.address) ? 'utf-8' : 'rfc822';
      parameters.push({ keyword: 'ORCPT', value: formatOrcpt({ type, address: path.address }, manner) });
    }
    if (!manner.force) readRcptParameters(parameters, undefined, manner);
    return { forwardPath: path.wire, parameters };
  });
}

/** Address and parameters; spaces may stand in a quoted local-part. */
function splitRecipient(to: string): readonly [string, string] {
  const text = to.trim();
  const end = /^<?(?:"(?:[^"\\]|\\.)*"[^\s]*|[^\s]*)/.exec(text)?.[0].length ?? 0;
  return [text.slice(0, end), text.slice(end).trim().replace(/ +/g, ' ')];
}

function bracketed(address: string): string {
  return address.startsWith('<') ? address : `<${address}>`;
}

/** Headers have several addresses in one field, commands have not. RFC 5321 §4.1.1.3 */
function oneAddress(text: string): string {
  if (/^<?[^\s"<>,]+@[^\s"<>,]+>?,/.test(text))
    throw new UsageError(`--to ${text}: one recipient each; --to may be repeated`);
  return text;
}

function checked<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof EsmtpParameterError)) throw error;
    throw new UsageError(`${what}: ${error.message}`);
  }
}
