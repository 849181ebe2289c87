import type { ImapFlow } from 'imapflow';
import { UsageError } from '../usage-error.ts';
import type { InputMessage } from '../input/messages.ts';
import { timeoutsOf, tlsOptions } from './open.ts';
import type { SessionOptions } from './options.ts';
import type { Arrivals } from './reports.ts';

const MAX_MESSAGE_OCTETS = 64 * 2 ** 20;

/** Whether `--reports` names a mailbox on an IMAP server. RFC 5092. */
export function isImap(reports: string): boolean {
  return /^imaps?:\/\//i.test(reports);
}

/**
 * Messages that come into a mailbox on an IMAP server after this call. Nothing there is changed or marked as seen.
 *
 * @param place `imaps://USER@HOST[:PORT]/MAILBOX`; with `imap:` TLS is put under the connection first, but for loopback
 * @throws {UsageError} one line that says why the mailbox can't be read
 */
export async function imapArrivals(place: string, options: SessionOptions): Promise<Arrivals> {
  const { host, port, secure, user, mailbox } = parsePlace(place);
  const pass = process.env['DSN_IMAP_PASSWORD'];
  if (pass === undefined) throw new UsageError('--reports: set DSN_IMAP_PASSWORD');
  const Client = await clientClass();
  const { timeoutMs } = timeoutsOf(options);
  const loopback = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host);
  const client = new Client({
    host,
    port,
    secure,
    auth: { user, pass },
    logger: false,
    tls: tlsOptions(options),
    disableAutoIdle: true,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    // RFC 8314 §4.1: a password is not said in the clear. Undefined: if the server offers it.
    ...(secure || loopback ? {} : { doSTARTTLS: true }),
  });
  // Told by whatever is under way.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { uidNext } = await client.mailboxOpen(mailbox, { readOnly: true });
    let next = uidNext;
    return {
      everyMs: 1000,
      look: async function* () {
        for await (const message of arrived(client, next, place)) {
          next = message.uid + 1;
          yield message;
        }
      },
      close: () => client.logout(),
    };
  } catch (error) {
    client.close();
    throw new UsageError(`--reports ${place}: ${faultOf(error)}`);
  }
}

async function* arrived(client: ImapFlow, from: number, file: string): AsyncGenerator<InputMessage & { uid: number }> {
  try {
    await client.noop();
    const wanted = { uid: true, source: { maxLength: MAX_MESSAGE_OCTETS } } as const;
    for await (const { uid, source } of client.fetch(`${from}:*`, wanted, { uid: true })) {
      // RFC 9051 §9: `9:*` also means the last message where its number is less than 9.
      if (uid >= from && source !== undefined) yield { file: `${file};UID=${uid}`, octets: source, uid };
    }
  } catch (error) {
    throw new UsageError(`--reports ${file}: ${faultOf(error)}`);
  }
}

function parsePlace(place: string): {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly user: string;
  readonly mailbox: string;
} {
  const url = URL.canParse(place) ? new URL(place) : undefined;
  const user = decoded(url?.username ?? '');
  const mailbox = decoded(url?.pathname.slice(1) ?? '');
  if (url === undefined || !user || mailbox === undefined || url.password !== '' || url.hostname === '')
    throw new UsageError(`--reports ${place}: expected imaps://USER@HOST/MAILBOX, without a password`);
  const secure = url.protocol.toLowerCase() === 'imaps:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (secure ? 993 : 143),
    secure,
    user,
    mailbox: mailbox || 'INBOX',
  };
}

/** Undefined where a % begins no octet. RFC 3986 §2.1. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Loaded when it is needed: most commands start without it, and it may be left out of an installation. */
async function clientClass(): Promise<typeof ImapFlow> {
  try {
    return (await import('imapflow')).ImapFlow;
  } catch {
    throw new UsageError('--reports: reading IMAP needs the package imapflow (npm install imapflow)');
  }
}

/** The library says no more than "Command failed" in `message` where the server refuses. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = 'responseText' in error && typeof error.responseText === 'string' ? error.responseText : undefined;
  return (said ?? error.message).replace(/\s+/g, ' ');
}
