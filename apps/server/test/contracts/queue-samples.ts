import type { Failure, Message, Recipient } from '../../src/model.ts';
import type { Claim, Lease, NewMessage, QueueStore, Settlement } from '../../src/ports.ts';

/** Octets of an ASCII text. */
export const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

export const failure: Failure = {
  status: '4.4.2',
  reason: 'The next hop closed the connection – “¡ay!”',
  remote: {
    mta: 'mail.example.net',
    address: '192.0.2.1:25',
    reply: { code: 421, status: '4.4.2', lines: ['busy', 'come later'] },
    rawLines: ['421-4.4.2 busy', '421 4.4.2 come later'],
    stage: 'rcpt',
  },
  atMs: 1_700_000_000_123,
};

/** A recipient that is due at 1000, with what the test cares about. */
export function recipient(n: number, values: Partial<Recipient> = {}): Recipient {
  return {
    ...{ n, address: `user${n}@example.com`, parameters: '', destination: 'smtp://a', attempts: 0 },
    ...{ dueAtMs: 1_000, retryAtMs: 1_000, delayReported: false, ...values },
  };
}

export interface Sample {
  readonly message?: Partial<Message>;
  readonly recipients?: readonly Recipient[];
  readonly content?: NewMessage['content'];
}

/** A message with one recipient, or what the test asks for. */
export function sample(id: string, { message, recipients, content }: Sample = {}): NewMessage {
  const pieces = content ?? [octets(`Subject: ${id}\r\n`), octets('\r\nbody\r\n')];
  const sizeOctets = 'kind' in pieces ? pieces.sizeOctets : pieces.reduce((sum, { length }) => sum + length, 0);
  return {
    message: {
      ...{ id, reversePath: 'sender@example.org', mailParameters: '', arrivedAtMs: 1_000, origin: 'smtp', sizeOctets },
      ...message,
    },
    recipients: recipients ?? [recipient(0)],
    content: pieces,
  };
}

let tokens = 0;
export const newToken = (): string => `token-${++tokens}`;
export const lease = (untilMs = 60_000): Lease => ({ token: newToken(), untilMs });

export type ClaimOptions = Partial<Parameters<QueueStore['claim']>[0]>;

/** Claims whatever is due at 1000 until 60 000, or as the test asks. */
export function claim(store: QueueStore, options: ClaimOptions = {}): Promise<readonly Claim[]> {
  const all = { limit: 1_000, perDestination: 1_000, except: [], leaseUntilMs: 60_000, token: newToken };
  return store.claim({ nowMs: 1_000, ...all, ...options });
}

/** What a claim says in short: message and recipients. */
export const brief = (claims: readonly Claim[]): string[] =>
  claims.map(({ message, recipients }) => `${message.id}:${recipients.map(({ n }) => n).join(',')}`);

/** A settlement of a claim in which these recipients are done. */
export function done(claimed: Claim, values: Partial<Settlement> = {}): Settlement {
  const updates = claimed.recipients.map(({ n }) => ({ n, state: 'done' as const }));
  return { messageId: claimed.message.id, token: claimed.token, updates, children: [], messages: [], ...values };
}

/** A settlement under a lease in which the first recipient of a message is done. */
export function firstDone(messageId: string, { token }: Pick<Lease, 'token'>): Settlement {
  return { messageId, token, updates: [{ n: 0, state: 'done' }], children: [], messages: [] };
}

/** The update of a recipient that is tried again later. */
export function deferred(n: number, values: Partial<Recipient> = {}): Settlement['updates'][number] {
  const { destination, attempts, dueAtMs, retryAtMs, delayReported, lastFailure } = recipient(n, {
    attempts: 1,
    ...values,
  });
  const update = { n, state: 'pending' as const, destination, attempts, dueAtMs, retryAtMs, delayReported };
  return lastFailure === undefined ? update : { ...update, lastFailure };
}

/** The whole content, read piece by piece. */
export async function readAll(store: QueueStore, messageId: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of (await store.content(messageId)).read()) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
}
