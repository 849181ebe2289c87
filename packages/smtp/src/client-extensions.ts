import {
  MAIL_PARAMETERS,
  RCPT_PARAMETERS,
  type EsmtpParameter,
  type RegisteredParameter,
} from '@dsnkit/esmtp-parameters';
import type { ClientTransaction } from './client-events.ts';
import { SmtpError } from './error.ts';
import type { ReceivedReply } from './reply-reader.ts';

/**
 * The keywords of a reply to EHLO or LHLO, in upper case. Lines that are none are passed over.
 *
 *     ehlo-line = ehlo-keyword *( SP ehlo-param )
 *
 * RFC 5321 §4.1.1.1.
 */
export function readExtensions(reply: ReceivedReply): ReadonlyMap<string, string> {
  const extensions = new Map<string, string>();
  for (const line of reply.raw.slice(1)) {
    const [, keyword, parameters = ''] = /^([A-Za-z0-9][A-Za-z0-9-]*)(?: (.*))?$/.exec(line.slice(4).trimEnd()) ?? [];
    if (keyword !== undefined) extensions.set(keyword.toUpperCase(), parameters);
  }
  return extensions;
}

/** @throws {SmtpError} `not-announced` or `bad-argument`. RFC 5321 §4.1.1.3: no parameters beyond what is announced. */
export function assertAnnounced(transaction: ClientTransaction, extensions: ReadonlyMap<string, string>): void {
  if (transaction.recipients.length === 0) throw new SmtpError('bad-argument', 'A transaction needs a recipient');
  for (const parameter of transaction.mailParameters) assertParameter(parameter, MAIL, extensions);
  for (const { parameters } of transaction.recipients) {
    for (const parameter of parameters) assertParameter(parameter, RCPT, extensions);
  }
  const binary = transaction.mailParameters.some(isBinary);
  if (binary && transaction.chunking !== true) throw new SmtpError('bad-argument', 'BODY=BINARYMIME needs chunking');
  if (transaction.chunking !== true) return;
  for (const needed of ['CHUNKING', 'PIPELINING']) {
    if (!extensions.has(needed)) throw new SmtpError('not-announced', `The server does not offer ${needed}`);
  }
}

const MAIL = byKeyword(MAIL_PARAMETERS);
const RCPT = byKeyword(RCPT_PARAMETERS);

function byKeyword(parameters: readonly RegisteredParameter[]): ReadonlyMap<string, readonly string[]> {
  return new Map(parameters.map(({ keyword, extensions }) => [keyword, extensions]));
}

function assertParameter(
  parameter: EsmtpParameter,
  known: ReadonlyMap<string, readonly string[]>,
  announced: ReadonlyMap<string, string>,
): void {
  const keyword = parameter.keyword.toUpperCase();
  // A parameter nobody registered belongs to a private extension of its own name.
  const extensions = isBinary(parameter) ? ['BINARYMIME'] : (known.get(keyword) ?? [keyword]);
  if (extensions.some((extension) => announced.has(extension))) return;
  throw new SmtpError('not-announced', `${keyword} needs ${extensions.join(' or ')}, which the server does not offer`);
}

function isBinary({ keyword, value }: EsmtpParameter): boolean {
  return keyword.toUpperCase() === 'BODY' && value?.toUpperCase() === 'BINARYMIME';
}
