import { decodeBase64, encodeBase64 } from './base64.ts';
import { OutgoingContent } from './client-content.ts';
import type { ClientClosedEvent, ClientEvent, ClientTransaction } from './client-events.ts';
import { assertAnnounced, readExtensions } from './client-extensions.ts';
import { Outgoing, envelopeCommands, isPositive } from './client-transaction.ts';
import { SmtpError, caught } from './error.ts';
import { type Expected, Pipeline } from './pipeline.ts';
import { type ReceivedReply, ReplyReader } from './reply-reader.ts';

/** How a {@link ClientSession} behaves. */
export interface ClientSessionOptions {
  /** What EHLO says: a domain or an address literal. RFC 5321 §2.3.5. */
  readonly clientName: string;
  /** Default `smtp`. LMTP: RFC 2033. */
  readonly protocol?: 'smtp' | 'lmtp';
}

type Phase = 'hello' | 'ready' | 'tls' | 'auth' | 'quitting' | 'closed';

const NO_EXTENSIONS: ReadonlyMap<string, string> = new Map();
/** RFC 5321 §4.5.3.2.5: for each block of content. */
const BLOCK_TIMEOUT = 180_000;
/** RFC 5321 §4.5.3.1.4, less CRLF. */
const LONGEST_COMMAND = 510;

/**
 * The client's side of one SMTP or LMTP connection, without I/O.
 *
 * Give it what arrives with `receive()`, take events with `next()`, write what `takeOutput()` has after each call. With
 * PIPELINING a transaction's MAIL, RCPT and DATA go out in one write, and the next one may begin while the reply to the
 * content of the last is still to come (RFC 2920 §3.1).
 *
 * @example
 * ```ts
 * const client = new ClientSession({ clientName: 'mail.example.org' });
 * client.receive(octets);
 * for (let event = client.next(); event; event = client.next()) {
 *   if (event.kind === 'ready') client.begin({ reversePath: 'a@example.org', mailParameters: [], recipients });
 *   if (event.kind === 'content-wanted') { client.content(message); client.endContent(); }
 *   if (event.kind === 'done') console.log(event.recipients);
 * }
 * ```
 */
export class ClientSession {
  readonly #options: ClientSessionOptions;
  readonly #lmtp: boolean;
  readonly #reader = new ReplyReader();
  readonly #pipeline = new Pipeline();
  #events: ClientEvent[] = [];
  #phase: Phase = 'hello';
  #extensions = NO_EXTENSIONS;
  #greeting: ReceivedReply | undefined;
  /** The transaction whose content has not ended. */
  #current: Outgoing | undefined;
  /** Its content, while it is wanted. */
  #content: OutgoingContent | undefined;
  /** What was on its way when octets came last: a refusal among them is its own. */
  #interrupted: OutgoingContent | undefined;
  /** An initial response that AUTH had no room for. */
  #heldResponse: Uint8Array | undefined;
  /** The server may still hold an envelope that came to nothing. */
  #resetNeeded = false;
  /** Why there is no more input. */
  #over: 'lost' | 'timeout' | undefined;

  /** @throws {SmtpError} `bad-argument` for a name that EHLO can't say */
  constructor(options: ClientSessionOptions) {
    if (!/^[!-~]{1,255}$/.test(options.clientName)) {
      throw new SmtpError('bad-argument', 'clientName is no domain or address literal');
    }
    this.#options = options;
    this.#lmtp = options.protocol === 'lmtp';
    this.#pipeline.expect({ kind: 'greeting' });
  }

  /** Nothing more will happen. */
  get closed(): boolean {
    return this.#phase === 'closed';
  }

  /** What the last EHLO or LHLO offered: keywords in upper case, with their parameters. Empty before, and after HELO. */
  get extensions(): ReadonlyMap<string, string> {
    return this.#extensions;
  }

  /** Whether {@link ClientSession.begin} may be called now. */
  get canBegin(): boolean {
    return this.#phase === 'ready' && this.#current === undefined && this.#pipeline.open;
  }

  /** How long to wait for the server now, in milliseconds; while content is wanted, for each write. RFC 5321 §4.5.3.2. */
  get timeoutMs(): number | undefined {
    if (this.#phase === 'closed') return undefined;
    return this.#content === undefined ? this.#pipeline.timeoutMs : BLOCK_TIMEOUT;
  }

  /** Octets from the server; none while TLS is being started. Not copied: leave the array be until `next` gives nothing more. */
  receive(octets: Uint8Array): void {
    if (this.#phase === 'closed') return;
    this.#pipeline.heard();
    this.#interrupted = this.#content?.begun === true ? this.#content : undefined;
    this.#reader.receive(octets);
  }

  /** The next event, or undefined: then the session needs input or a call, or is closed. */
  next(): ClientEvent | undefined {
    while (this.#events.length === 0 && this.#phase !== 'closed') {
      if (this.#advance()) continue;
      if (this.#over === undefined) break;
      this.#close(this.#phase === 'quitting' && this.#over === 'lost' ? 'quit' : this.#over, {});
    }
    return this.#events.shift();
  }

  /** What is to be written to the server; all of it. */
  takeOutput(): Uint8Array | undefined {
    return this.#pipeline.output.take();
  }

  /**
   * Send an envelope.
   *
   * @throws {SmtpError} `not-announced` for a parameter whose extension the server does not have, `bad-argument` for an
   * envelope that can't be said, `wrong-state` when {@link ClientSession.canBegin} is false; nothing is sent then
   */
  begin(transaction: ClientTransaction): void {
    if (!this.canBegin) throw new SmtpError('wrong-state', 'No transaction can begin now');
    assertAnnounced(transaction, this.#extensions);
    const to = new Outgoing(transaction);
    const commands = envelopeCommands(to);
    if (this.#resetNeeded) commands.unshift({ line: 'RSET', expected: { kind: 'rset' } });
    this.#resetNeeded = false;
    this.#current = to;
    this.#pipeline.queue(commands);
  }

  /**
   * More of the content. Its octets are not copied where nothing needs changing: leave them be until they are written.
   *
   * @throws {SmtpError} `wrong-state` unless `content-wanted` came and nothing ended it
   */
  content(octets: Uint8Array): void {
    this.#wanted().write(octets);
  }

  /** The content is whole. Throws as {@link ClientSession.content}. */
  endContent(): void {
    this.#wanted().end(this.#lmtp);
    this.#content = undefined;
    this.#current = undefined;
  }

  /**
   * RSET, to see whether a connection that was kept still lives.
   *
   * @throws {SmtpError} `wrong-state` unless the session is idle
   */
  reset(): void {
    this.#say('RSET', { kind: 'reset' });
  }

  /**
   * QUIT; with PIPELINING also behind content whose reply is still to come.
   *
   * @throws {SmtpError} `wrong-state` when {@link ClientSession.canBegin} is false
   */
  quit(): void {
    if (!this.canBegin) throw new SmtpError('wrong-state', 'QUIT is not possible now');
    this.#quit();
  }

  /** @throws {SmtpError} `not-announced` where the server does not offer STARTTLS, `wrong-state` unless idle */
  startTls(): void {
    if (!this.#extensions.has('STARTTLS')) throw new SmtpError('not-announced', 'The server does not offer STARTTLS');
    this.#say('STARTTLS', { kind: 'starttls' });
  }

  /**
   * TLS is up: greet again; what was offered in the clear is forgotten. RFC 3207 §4.2.
   *
   * @throws {SmtpError} `wrong-state` unless `tls` came
   */
  secured(): void {
    if (this.#phase === 'closed') return;
    if (this.#phase !== 'tls') throw new SmtpError('wrong-state', 'STARTTLS was not accepted');
    // What came in the clear stays to be refused: else it would be the head of the reply that comes inside TLS.
    if (this.#reader.pending) return;
    this.#learn(NO_EXTENSIONS);
    this.#hello('ehlo');
  }

  /**
   * Begin a SASL exchange. An initial response that is too long for the command answers the first challenge. RFC 4954 §4.
   *
   * @throws {SmtpError} `not-announced` where the server does not offer the mechanism, `wrong-state` unless idle
   */
  authenticate(mechanism: string, initialResponse?: Uint8Array): void {
    const offered = this.#extensions.get('AUTH')?.toUpperCase().split(' ');
    if (offered?.includes(mechanism.toUpperCase()) !== true) {
      throw new SmtpError('not-announced', `The server does not offer AUTH ${mechanism}`);
    }
    const initial = initialResponse === undefined ? '' : ` ${encodeBase64(initialResponse) || '='}`;
    const fits = `AUTH ${mechanism}${initial}`.length <= LONGEST_COMMAND;
    this.#say(`AUTH ${mechanism}${fits ? initial : ''}`, { kind: 'auth' });
    this.#heldResponse = fits ? undefined : initialResponse;
  }

  /**
   * Respond to a `challenge`; without octets, cancel the exchange.
   *
   * @throws {SmtpError} `wrong-state` when none waits
   */
  respond(octets?: Uint8Array): void {
    if (this.#phase !== 'auth') throw new SmtpError('wrong-state', 'No challenge waits');
    this.#phase = 'ready';
    this.#pipeline.say(octets === undefined ? '*' : encodeBase64(octets), { kind: 'auth' });
  }

  /** The server closed the connection, or it broke. What came before is still read. */
  eof(): void {
    this.#over ??= 'lost';
  }

  /** The server let {@link ClientSession.timeoutMs} go by. */
  timeout(): void {
    this.#over ??= 'timeout';
  }

  #advance(): boolean {
    try {
      if (this.#phase === 'tls') return this.#refuseClear();
      const reply = this.#reader.next();
      if (reply !== undefined) this.#take(reply);
      return reply !== undefined;
    } catch (error) {
      this.#close('protocol', { error: caught(error, SmtpError) });
      return true;
    }
  }

  /** Whatever follows the 220 to STARTTLS in the clear was put there by someone else. */
  #refuseClear(): boolean {
    if (this.#reader.pending)
      throw new SmtpError('unexpected-reply', 'Octets in the clear after the reply to STARTTLS');
    return false;
  }

  #wanted(): OutgoingContent {
    if (this.#content === undefined) throw new SmtpError('wrong-state', 'No content is wanted');
    return this.#content;
  }

  #say(line: string, expected: Expected): void {
    if (this.#phase !== 'ready' || this.#current !== undefined || !this.#pipeline.idle) {
      throw new SmtpError('wrong-state', `${expected.kind.toUpperCase()} is not possible now`);
    }
    this.#pipeline.say(line, expected);
  }

  #hello(kind: 'ehlo' | 'helo'): void {
    this.#phase = 'hello';
    const verb = kind === 'helo' ? 'HELO' : this.#lmtp ? 'LHLO' : 'EHLO';
    this.#pipeline.say(`${verb} ${this.#options.clientName}`, { kind });
  }

  #learn(extensions: ReadonlyMap<string, string>): void {
    this.#extensions = extensions;
    this.#pipeline.pipelining = extensions.has('PIPELINING');
  }

  #take(reply: ReceivedReply): void {
    const expected = this.#pipeline.next;
    // A reply too many would be put down to the command that follows, and all others to the one after theirs.
    if (expected === undefined || !this.#pipeline.isDue) {
      // RFC 5321 §4.2.1: a refusal in the middle of the content stands, though its place is behind the dot, which is not sent.
      if (reply.code >= 400 && this.#content === this.#interrupted) this.#interrupted?.to.content(reply);
      if (reply.code !== 421) throw new SmtpError('unexpected-reply', `A reply to nothing: ${reply.raw[0]}`);
      this.#close('shutdown', { reply });
      return;
    }
    const mayAsk = expected.kind === 'data' || expected.kind === 'auth';
    if (reply.code >= 300 && reply.code < 400 && !mayAsk) {
      throw new SmtpError('unexpected-reply', `${reply.code} in reply to ${expected.kind}`);
    }
    this.#pipeline.settle();
    this.#settle(expected, reply);
    if (reply.code === 421) this.#close('shutdown', { reply });
    else this.#pipeline.flush();
  }

  #settle(expected: Expected, reply: ReceivedReply): void {
    switch (expected.kind) {
      case 'greeting':
        this.#greetingReply(reply);
        return;
      case 'ehlo':
      case 'helo':
        this.#helloReply(expected.kind, reply);
        return;
      case 'mail':
        expected.to.mail(reply);
        if (isPositive(reply)) this.#resetNeeded = true;
        else if (!this.#pipeline.pipelining) this.#finish(expected.to);
        return;
      case 'rcpt':
        expected.to.rcpt(expected.place, reply);
        if (expected.to.rcptsAnswered) this.#rcptsAnswered(expected.to);
        return;
      case 'data':
        this.#dataReply(expected.to, reply);
        return;
      case 'chunk':
        expected.to.chunk(reply);
        return;
      case 'content':
        expected.to.content(reply, expected.place);
        // RFC 3030 §2: after a refused chunk the server wants RSET.
        if (expected.to.transaction.chunking === true && !isPositive(reply)) this.#resetNeeded = true;
        if (expected.last) this.#done(expected.to);
        return;
      case 'discard':
        this.#done(expected.to);
        return;
      case 'rset':
        return;
      case 'reset':
        this.#events.push({ kind: 'reset', reply });
        return;
      case 'starttls':
        this.#tlsReply(reply);
        return;
      case 'auth':
        this.#authReply(reply);
        return;
      case 'quit':
        this.#close('quit', { reply });
    }
  }

  #greetingReply(reply: ReceivedReply): void {
    this.#greeting = reply;
    if (isPositive(reply)) this.#hello('ehlo');
    else this.#fail('connect', reply);
  }

  /** RFC 5321 §3.2: whoever does not know EHLO is asked with HELO. LMTP has only LHLO. */
  #helloReply(kind: 'ehlo' | 'helo', reply: ReceivedReply): void {
    const greeting = this.#greeting;
    if (isPositive(reply) && greeting !== undefined) {
      this.#learn(kind === 'ehlo' ? readExtensions(reply) : NO_EXTENSIONS);
      this.#phase = 'ready';
      this.#events.push({ kind: 'ready', extensions: this.#extensions, greeting });
    } else if (kind === 'ehlo' && reply.code >= 500 && !this.#lmtp) this.#hello('helo');
    else this.#fail('hello', reply);
  }

  #fail(stage: 'connect' | 'hello', reply: ReceivedReply): void {
    this.#events.push({ kind: 'failed', stage, reply });
    if (reply.code !== 421) this.#quit();
  }

  #quit(): void {
    this.#phase = 'quitting';
    this.#pipeline.say('QUIT', { kind: 'quit' });
  }

  #rcptsAnswered(to: Outgoing): void {
    const chunking = to.transaction.chunking === true;
    if (to.accepted.length > 0 && !to.refused) {
      if (chunking) this.#want(to);
    } else if (chunking || !this.#pipeline.pipelining) this.#finish(to);
  }

  #dataReply(to: Outgoing, reply: ReceivedReply): void {
    if (reply.code >= 400) {
      to.data(reply);
      this.#finish(to);
    } else if (reply.code !== 354 || (to.refused && to.accepted.length > 0)) {
      throw new SmtpError('unexpected-reply', `${reply.code} in reply to DATA`);
    } else if (to.accepted.length > 0) this.#want(to);
    else this.#discard(to);
  }

  /** RFC 2920 §3.1: 354 although nobody is there to receive it; the content is a lone dot. */
  #discard(to: Outgoing): void {
    this.#pipeline.output.text('.\r\n');
    this.#resetNeeded = false;
    this.#current = undefined;
    if (this.#lmtp) this.#done(to);
    else this.#pipeline.expect({ kind: 'discard', to });
  }

  #want(to: Outgoing): void {
    this.#resetNeeded = false;
    this.#content = new OutgoingContent(to, this.#pipeline);
    this.#events.push({ kind: 'content-wanted', transaction: to.transaction });
  }

  #tlsReply(reply: ReceivedReply): void {
    if (!isPositive(reply)) {
      this.#events.push({ kind: 'tls-refused', reply });
      return;
    }
    this.#phase = 'tls';
    this.#events.push({ kind: 'tls' });
  }

  #authReply(reply: ReceivedReply): void {
    if (reply.code < 300 || reply.code >= 400) {
      this.#events.push({ kind: isPositive(reply) ? 'authenticated' : 'auth-refused', reply });
      return;
    }
    this.#phase = 'auth';
    const octets = decodeBase64(reply.lines.join('\n'));
    const held = this.#heldResponse;
    this.#heldResponse = undefined;
    // A challenge that is none is given up; the reply to that ends the exchange.
    if (octets === undefined || reply.code !== 334) this.respond();
    else if (held !== undefined) this.respond(held);
    else this.#events.push({ kind: 'challenge', octets });
  }

  /** The envelope came to nothing before any content. */
  #finish(to: Outgoing): void {
    this.#pipeline.forget();
    this.#current = undefined;
    this.#done(to);
  }

  #done(to: Outgoing): void {
    this.#events.push({ kind: 'done', transaction: to.transaction, recipients: to.results() });
  }

  #close(reason: ClientClosedEvent['reason'], why: Pick<ClientClosedEvent, 'reply' | 'error'>): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    const open = this.#pipeline.end();
    if (this.#current !== undefined) open.add(this.#current);
    this.#current = undefined;
    this.#content = undefined;
    // A 421 to the last RCPT before a chunk: what was about to be wanted can no longer be given.
    this.#events = this.#events.filter(({ kind }) => kind !== 'content-wanted');
    for (const to of open) {
      to.abandon(why.reply);
      this.#done(to);
    }
    this.#events.push({ kind: 'closed', reason, ...why });
  }
}
