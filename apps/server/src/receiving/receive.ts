import { ServerSession, type Reply, type ServerClosedEvent } from '@dsnkit/smtp';
import type { Connection } from '../ports.ts';
import { newClient, type Client } from './client.ts';
import { Dialogue } from './dialogue.ts';
import { Flow } from './flow.ts';
import { Notices } from './notices.ts';
import { offerTo } from './offer.ts';
import type { ReceivingParts } from './parts.ts';
import { Patience } from './patience.ts';

/** One open connection. */
export interface Receiving {
  /** Says 421 as soon as no message is being stored, and closes. */
  shutdown(): void;
}

/** What a client sends ahead while its last command is worked on, beyond this, makes us stop reading. */
const MAX_AHEAD_OCTETS = 65_536;

const HANDSHAKE_MS = 60_000;

/** How long a client may take to read our last words. */
const LINGER_MS = 30_000;

const NO_TLS: Reply = { code: 454, status: '4.7.0', lines: ['TLS is not available now'] };

/** Serves one connection until it closes. `closed` is called once, at the end. */
export function receive(connection: Connection, parts: ReceivingParts, closed: () => void): Receiving {
  return new Receiver(connection, parts, closed);
}

/** The connection: octets to the session, what it asks to the dialogue, and what it says to the client. */
class Receiver implements Receiving {
  readonly #connection: Connection;
  readonly #parts: ReceivingParts;
  readonly #closed: () => void;
  readonly #session: ServerSession;
  readonly #flow: Flow;
  readonly #notices: Notices;
  readonly #dialogue: Dialogue;
  readonly #patience: Patience;
  #securing = false;
  #gone = false;

  constructor(connection: Connection, parts: ReceivingParts, closed: () => void) {
    this.#connection = connection;
    this.#parts = parts;
    this.#closed = closed;
    const client = newClient(connection.remoteAddress, parts.listener);
    this.#session = sessionFor(client, parts);
    this.#flow = new Flow(connection);
    this.#notices = new Notices(parts.notice);
    this.#dialogue = new Dialogue(client, {
      session: this.#session,
      flow: this.#flow,
      notices: this.#notices,
      receiving: parts,
      answered: () => this.#answered(),
    });
    connection.attach({
      data: (octets) => this.#data(octets),
      drained: () => this.#flow.release('peer'),
      ended: () => this.#saidAll(),
      closed: () => this.#end(),
    });
    this.#patience = new Patience(
      parts.clock,
      () => ({ timeoutMs: this.#session.timeoutMs, content: this.#dialogue.coming() }),
      () => {
        this.#session.timeout();
        this.#pump();
      },
    );
    if (parts.listener.tls === 'implicit') void this.#secure(() => this.#session.start());
    else {
      this.#session.start();
      this.#pump();
    }
  }

  shutdown(): void {
    // In the middle of a handshake nothing can be said.
    if (this.#securing) {
      this.#connection.destroy();
      return;
    }
    this.#session.shutdown();
    this.#pump();
  }

  #data(octets: Uint8Array): void {
    const { intake } = this.#dialogue;
    const isCopied = intake?.isSpooling === true;
    this.#session.receive(octets);
    this.#pump();
    // All of it went into a large message, which has its copy.
    const isUsedUp = !this.#session.paused && this.#session.bufferedOctets === 0;
    if (isCopied && isUsedUp && this.#dialogue.intake === intake) this.#connection.release(octets);
  }

  /** The client may still listen: what it said is worked off, and what it began to say is forgotten. */
  #saidAll(): void {
    this.#session.eof();
    this.#pump();
  }

  #pump(): void {
    if (this.#gone) return;
    let moved = false;
    for (let event = this.#session.next(); event !== undefined; event = this.#session.next()) {
      moved = true;
      if (event.kind === 'starttls') {
        this.#startTls();
        return;
      }
      if (event.kind === 'closed') {
        this.#leave(event.reason);
        return;
      }
      this.#dialogue.take(event);
    }
    // Half a command is no activity: a client could make do with an octet now and then.
    if (this.#flush() || moved) this.#patience.active();
    if (!this.#session.paused) this.#flow.release('ahead');
    else if (this.#session.bufferedOctets > MAX_AHEAD_OCTETS) this.#flow.hold('ahead');
  }

  /** Whether there was anything to say. */
  #flush(): boolean {
    const output = this.#session.takeOutput();
    if (output === undefined) return false;
    this.#flow.write(output);
    return true;
  }

  /** An answer was given some time after its event. */
  #answered(): void {
    this.#patience.active();
    this.#pump();
  }

  #startTls(): void {
    if (this.#parts.identity === undefined) {
      this.#session.answer(NO_TLS);
      this.#pump();
      return;
    }
    this.#session.answer();
    this.#flush();
    this.#dialogue.forget();
    void this.#secure(() => this.#session.secured());
  }

  /** In the turn in which the client was told to begin: nothing that it says in the clear may come between. */
  async #secure(done: () => void): Promise<void> {
    const { identity } = this.#parts;
    if (identity === undefined) {
      this.#connection.destroy();
      return;
    }
    this.#flow.free();
    this.#securing = true;
    try {
      this.#dialogue.secured(await this.#connection.startTls({ side: 'server', identity, timeoutMs: HANDSHAKE_MS }));
    } catch (error) {
      // The connection has closed.
      this.#notices.refused(this.#dialogue.client, 'tls', error instanceof Error ? error.message : String(error));
      return;
    }
    this.#securing = false;
    if (this.#gone) return;
    done();
    this.#answered();
  }

  /** The session is over: our last words go out, and the client has a while to read them. */
  #leave(reason: ServerClosedEvent['reason']): void {
    this.#flush();
    // After QUIT a client has no more to say (RFC 5321 §4.1.1.10), and after its end it can't.
    if (reason === 'quit' || reason === 'eof') this.#connection.finish();
    else this.#connection.end();
    this.#patience.last(LINGER_MS, () => this.#connection.destroy());
  }

  #end(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#patience.end();
    this.#dialogue.end();
    this.#closed();
  }
}

function sessionFor(client: Client, { hostname, listener, limits, clock }: ReceivingParts): ServerSession {
  return new ServerSession({
    hostname,
    protocol: listener.role === 'lmtp' ? 'lmtp' : 'smtp',
    maxRecipients: limits.maxRecipients,
    maxErrors: listener.maxErrors,
    maxRefusals: listener.maxRefusals,
    bareLineEnds: listener.bareLineEnds,
    secure: listener.tls === 'implicit',
    extensions: offerTo(client, listener, limits, clock.now()),
  });
}
