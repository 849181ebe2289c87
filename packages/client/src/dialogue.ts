import type { ClientEvent, ClientSession } from '@dsnkit/smtp';
import type { Connection } from './connection.ts';
import { ClientError } from './error.ts';

/** RFC 5321 §4.5.3.2.4. */
const SHORTEST_TIMEOUT = 120_000;

/** Moves octets between a session and its connection. */
export class Dialogue {
  readonly session: ClientSession;
  readonly connection: Connection;
  /** Nothing more can be written; what came before is still read, since its replies count. */
  broken = false;

  constructor(session: ClientSession, connection: Connection) {
    this.session = session;
    this.connection = connection;
  }

  /** Writes what the session has to say. */
  async flush(): Promise<void> {
    const output = this.session.takeOutput();
    if (output === undefined || this.broken) return;
    try {
      await this.connection.write(output, this.session.timeoutMs ?? SHORTEST_TIMEOUT);
    } catch {
      this.broken = true;
    }
  }

  /** The next thing that happens; undefined once the session is closed and has told it. */
  async next(): Promise<ClientEvent | undefined> {
    const { session } = this;
    for (;;) {
      await this.flush();
      const event = session.next();
      if (event !== undefined) return event;
      if (session.closed) return undefined;
      await this.flush();
      const came = await this.connection.read(session.timeoutMs ?? 0);
      if (came === 'end') session.eof();
      else if (came === 'timeout') session.timeout();
      else session.receive(came);
    }
  }

  /**
   * The next event, which has to be one of these.
   *
   * @throws {ClientError} when the session ends instead
   */
  async expect<K extends ClientEvent['kind']>(...kinds: readonly K[]): Promise<Extract<ClientEvent, { kind: K }>> {
    for (;;) {
      const event = await this.next();
      if (event !== undefined && isOneOf(event, kinds)) return event;
      if (event?.kind === 'failed') throw new ClientError('refused', said(event.reply.raw), event.reply);
      if (event?.kind === 'closed' && event.reason === 'shutdown')
        throw new ClientError('refused', said(event.reply?.raw ?? []), event.reply);
      if (event === undefined || event.kind === 'closed') {
        const why =
          event?.reason === 'timeout' ? 'the server is silent' : (event?.error?.message ?? 'the connection broke');
        throw new ClientError('connection', why);
      }
    }
  }
}

function isOneOf<K extends ClientEvent['kind']>(
  event: ClientEvent,
  kinds: readonly K[],
): event is Extract<ClientEvent, { kind: K }> {
  return (kinds as readonly string[]).includes(event.kind);
}

/** A reply as the server wrote it. */
export function said(raw: readonly string[]): string {
  return `the server said ${raw.join(' / ')}`;
}
