import { randomUUID } from 'node:crypto';
import { formatDate } from '@dsnkit/delivery-status';
import { splitHeader } from '@dsnkit/multipart-report';
import { readInput } from '../input/read-all.ts';
import { UsageError } from '../usage-error.ts';
import { withSoundLineEnds } from '../wire/content.ts';
import { ownName } from '../wire/hello.ts';
import type { SendOptions } from './options.ts';
import type { Plan } from './plan.ts';

/** The message to send, and the name that reports will know it by. */
export interface Outgoing {
  readonly octets: Uint8Array;
  /** In its angle brackets; null where the message has none. */
  readonly messageId: string | null;
}

/** The message of `--data`, or a short one. */
export async function outgoingMessage(
  options: SendOptions,
  plan: Plan,
  stdin: () => AsyncIterable<Uint8Array>,
): Promise<Outgoing> {
  if (options.data === undefined) return makeMessage(options, plan);
  const octets = withSoundLineEnds(await readInput(options.data, stdin));
  const field = splitHeader(octets).headers.find(({ name }) => name.toLowerCase() === 'message-id');
  return { octets, messageId: /<[^<>]*>/.exec(field?.value ?? '')?.[0] ?? null };
}

function makeMessage({ subject, header = [], text }: SendOptions, { reversePath, recipients }: Plan): Outgoing {
  const host = ownName();
  const messageId = `<${randomUUID()}@${host.replace(/[[\]]/g, '')}>`;
  const utf8 = /[^\u0000-\u007f]/.test(text);
  const lines = [
    `From: <${reversePath === '' ? `MAILER-DAEMON@${host}` : reversePath}>`,
    `To: ${recipients.map(({ forwardPath }) => `<${forwardPath}>`).join(',\r\n ')}`,
    `Subject: ${headerText(subject)}`,
    `Date: ${formatDate(new Date(), -new Date().getTimezoneOffset())}`,
    `Message-ID: ${messageId}`,
    ...header.map(fieldOf),
    ...(utf8
      ? ['MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit']
      : []),
    '',
    ...text.split(/\r\n|\r|\n/),
    '',
  ];
  return { octets: Buffer.from(lines.join('\r\n')), messageId };
}

function fieldOf(line: string): string {
  if (!/^[!-9;-~]+:[^\r\n]*$/.test(line))
    throw new UsageError(`--header ${JSON.stringify(line)}: expected 'Name: value'`);
  return line;
}

/** RFC 2047 §2: each word at most 75 characters, cut between characters. */
function headerText(text: string): string {
  if (/^[\u0020-\u007e]*$/.test(text)) return text;
  const words: string[] = [];
  let piece = '';
  for (const character of text) {
    if (Buffer.byteLength(piece + character) > 45) {
      words.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...words, piece].map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ');
}
