import { ClientError } from './error.ts';
import type { Message, Occasion, Recipient } from './message.ts';
import { connectTo, type ServerAddress } from './node.ts';
import { requestOfDsn } from './nodemailer-dsn.ts';
import { submit, type SubmitOptions, type Submitted } from './submit.ts';

/** Where the transport submits to, and what it insists on. */
export interface TransportOptions extends ServerAddress, Omit<SubmitOptions, 'connect'> {}

/** What is asked for about the reports on one message. */
export interface ReportRequest extends Pick<Message, 'ret' | 'envid'> {
  /** For recipients that are not named in `recipients`. */
  readonly notify?: readonly Occasion[] | 'never';
  /** For recipients that are not named in `recipients`. */
  readonly orcpt?: 'same';
  /** By address, in any letter case. */
  readonly recipients?: Readonly<Record<string, Omit<Recipient, 'address'>>>;
}

/** For how long, in seconds, or until when a message is to be held by the server. RFC 4865 §3. */
export type HoldRequest = { readonly for: number } | { readonly until: Date };

/** What `sendMail` resolves to. */
export interface SentInfo extends Submitted {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly messageId: string;
  readonly accepted: readonly string[];
  readonly rejected: readonly string[];
  /** The last line of the reply that took the message. */
  readonly response: string;
}

/** The part of a nodemailer message that the transport uses. */
export interface MailToSend {
  readonly data: object;
  readonly message: {
    getEnvelope(): { readonly from: string | false; readonly to: readonly string[] };
    messageId(): string;
    createReadStream(): AsyncIterable<unknown>;
  };
}

/** A transport as `nodemailer.createTransport` takes it. */
export interface DsnTransport {
  readonly name: string;
  readonly version: string;
  send(mail: MailToSend, callback: (error: Error | null, info: SentInfo) => void): void;
}

/**
 * A nodemailer transport that can ask for other notifications at each recipient. RFC 3461 §4.
 *
 * Recipients that are refused stand in `rejected`, as nodemailer has it; `sendMail` rejects if all are. A server without
 * DSN is refused if notifications were asked for, unless `withoutDsn` is `send`. Nodemailer's own `dsn` is taken, too, and
 * counts for all recipients.
 *
 * @example
 * ```ts
 * const transporter = nodemailer.createTransport(dsnTransport({ host: 'smtp.example.org', credentials: { user, password } }));
 * await transporter.sendMail({
 *   from: 'alice@example.org',
 *   to: ['bob@example.com', 'carol@example.net'],
 *   subject: 'Lunch',
 *   text: 'On Friday?',
 *   ...reports({ ret: 'HDRS', recipients: { 'bob@example.com': { notify: ['success', 'failure'], orcpt: 'same' } } }),
 * });
 * ```
 */
export function dsnTransport(options: TransportOptions): DsnTransport {
  return {
    name: 'dsnkit',
    version: '0.0.0',
    send: (mail, callback) => {
      // A fault in the callback is not a fault of the message: it must not come back as one.
      sendMail(mail, options).then(
        (info) => queueMicrotask(() => callback(null, info)),
        (error: unknown) => queueMicrotask(() => (callback as (error: unknown) => void)(error)),
      );
    },
  };
}

/**
 * What a message asks for about its reports, to be spread into the argument of `sendMail`.
 *
 * @example
 * ```ts
 * await transporter.sendMail({ from, to, text, ...reports({ envid: 'QQ314159', notify: ['failure', 'delay'] }) });
 * ```
 */
export function reports(request: ReportRequest): { readonly deliveryReports: ReportRequest } {
  return { deliveryReports: request };
}

/**
 * Asks the server to hold a message before it goes on, to be spread into the argument of `sendMail`. A server that does not
 * announce FUTURERELEASE is given nothing.
 *
 * @example
 * ```ts
 * await transporter.sendMail({ from, to, text, ...hold({ until: new Date('2030-01-01T08:00:00Z') }) });
 * ```
 */
export function hold(request: HoldRequest): { readonly deliveryHold: HoldRequest } {
  return { deliveryHold: request };
}

async function sendMail({ data, message }: MailToSend, options: TransportOptions): Promise<SentInfo> {
  const { from, to } = message.getEnvelope();
  const request = requestOf(data);
  const { ret, envid } = request;
  const submitted = await submit(
    {
      from: from === false ? '' : from,
      to: recipientsOf(to, request),
      ...(ret === undefined ? {} : { ret }),
      ...(envid === undefined ? {} : { envid }),
      ...holdOf(data),
      content: await contentOf(message),
    },
    { ...options, connect: () => connectTo(options) },
  );
  return infoOf(submitted, from === false ? '' : from, to, message.messageId());
}

function requestOf(data: object): ReportRequest {
  if ('deliveryReports' in data) return data.deliveryReports as ReportRequest;
  return 'dsn' in data && typeof data.dsn === 'object' && data.dsn !== null ? requestOfDsn(data.dsn) : {};
}

function holdOf(data: object): Pick<Message, 'holdFor' | 'holdUntil'> {
  if (!('deliveryHold' in data)) return {};
  const request = data.deliveryHold as HoldRequest;
  return 'until' in request ? { holdUntil: request.until } : { holdFor: request.for };
}

/** @throws {TypeError} for a request about somebody who is no recipient: it would come to nothing in silence */
function recipientsOf(to: readonly string[], { notify, orcpt, recipients = {} }: ReportRequest): Recipient[] {
  const own = new Map(Object.entries(recipients).map(([address, request]) => [address.toLowerCase(), request]));
  const all = to.map((address): Recipient => {
    const key = address.toLowerCase();
    const request = own.get(key) ?? { ...(notify && { notify }), ...(orcpt && { orcpt }) };
    own.delete(key);
    return { address, ...request };
  });
  const [stray] = own.keys();
  if (stray !== undefined) throw new TypeError(`deliveryReports: ${stray} is no recipient of the message`);
  return all;
}

/** As a whole: whether it goes beyond ASCII, and its size, are said before it. */
async function contentOf(message: MailToSend['message']): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of message.createReadStream()) {
    if (!(piece instanceof Uint8Array)) continue;
    pieces.push(piece);
    length += piece.length;
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function infoOf(submitted: Submitted, from: string, to: readonly string[], messageId: string): SentInfo {
  const taken = submitted.recipients.filter(({ accepted }) => accepted);
  const refused = submitted.recipients.filter(({ accepted }) => !accepted);
  if (taken.length === 0) {
    if (refused.some(({ stage, reply }) => stage === 'content' && reply === undefined))
      throw new ClientError(
        'connection',
        'the connection broke behind the content, which may have been taken (RFC 1047)',
      );
    const reply = refused.find((one) => one.reply !== undefined)?.reply;
    const words = reply === undefined ? 'the connection broke' : reply.raw.join(' / ');
    throw new ClientError(reply === undefined ? 'connection' : 'refused', `no recipient was taken: ${words}`, reply);
  }
  return {
    ...submitted,
    envelope: { from, to },
    messageId,
    accepted: taken.map(({ address }) => address),
    rejected: refused.map(({ address }) => address),
    response: taken[0]?.reply?.raw.at(-1) ?? '',
  };
}
