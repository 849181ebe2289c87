import { EsmtpParameterError, formatMailCommand, formatRcptCommand } from '@dsnkit/esmtp-parameters';
import { decodeBase64, encodeBase64 } from './base64.ts';
import type { ClientEvent, ClientTransaction } from './client-events.ts';
import { assertAnnounced, readExtensions } from './client-extensions.ts';
import { Outgoing, isPositive } from './client-transaction.ts';
import { ContentWriter } from './content-writer.ts';
import { SmtpError } from './error.ts';
import { Output } from './output.ts';
import { type ReceivedReply, ReplyReader } from './reply-reader.ts';

/** How a {@link ClientSession} behaves. */
export interface ClientSessionOptions {
  /** What EHLO says: a domain or an address literal. RFC 5321 §2.3.5. */
  readonly clientName: string;
  /** Default `smtp`. LMTP: RFC 2033. */
  readonly protocol?: 'smtp' | 'lmtp';
}

type Expected =
  | { readonly kind: 'greeting' | 'ehlo' | 'helo' | 'rset' | 'reset' | 'quit' | 'starttls' | 'auth' }
  | { readonly kind: 'mail' | 'data' | 'chunk' | 'discard'; readonly to: Outgoing }
  | { readonly kind: 'rcpt'; readonly to: Outgoing; readonly place: number }
  | { readonly kind: 'content'; readonly to: Outgoing; readonly place?: number; readonly last: boolean };

interface Command {
  readonly line: string;
  readonly expected: Expected;
}

type Phase = 'hello' | 'ready' | 'tls' | 'auth' | 'quitting' | 'closed';

const MINUTE = 60_000;
/** RFC 5321 §4.5.3.2. */
const TIMEOUTS: Readonly<Record<Expected['kind'], number>> = {
  greeting: 5 * MINUTE,
  ehlo: 5 * MINUTE,
  helo: 5 * MINUTE,
  mail: 5 * MINUTE,
  rcpt: 5 * MINUTE,
  data: 2 * MINUTE,
  chunk: 3 * MINUTE,
  content: 10 * MINUTE,
  discard: 10 * MINUTE,
  rset: 5 * MINUTE,
  reset: 5 * MINUTE,
  quit: 5 * MINUTE,
  starttls: 5 * MINUTE,
  auth: 5 * MINUTE,
};
const NO_EXTENSIONS: ReadonlyMap<string, string> = new Map();

/**
 * The client's side of one SMTP or LMTP connection, without I/O.
 *
 * Give it what arrives with `receive()`, take events with `next()`, write what `takeOutput()` has after each call. With
 * PIPELINING a transaction's MAIL, RCPT and DATA go out in one write, and the next one may begin while the reply to the
 * content of the last is still to come (RFC 2920 §3.1).
 *
 * @example
 * const client = new ClientSession({ clientName: 'mail.example.org' });
 * client.receive(octets);
 * for (let event = client.next(); event; event = client.next()) {
 *   if (event.kind === 'ready') client.begin({ reversePath: 'a@example.org', mailParameters: [], recipients });
 *   if (event.kind === 'content-wanted') { client.content(message); client.endContent(); }
 *   if (event.kind === 'done') console.log(event.recipients);
 * }
 */
export class ClientSession {
  readonly #options: ClientSessionOptions;
  readonly #lmtp: boolean;
  readonly #reader = new ReplyReader();
  readonly #output = new Output();
  readonly #emit = (slice: Uint8Array): void => this.#output.octets(slice);
  #events: ClientEvent[] = [];
  #phase: Phase = 'hello';
  #extensions = NO_EXTENSIONS;
  #greeting: ReceivedReply | undefined;
  /** Replies to come, in order: what makes an off-by-one impossible. */
  #expected: Expected[] = [{ kind: 'greeting' }];
  /** Commands that wait for the reply to the one before (no PIPELINING). */
  #unsent: Command[] = [];
  /** The transaction whose content has not ended. */
  #current: Outgoing | undefined;
  /** Given while the content is wanted. */
  #writer: ContentWriter | undefined;
  #contentWanted = false;
  /** The server may still hold an envelope that came to nothing. */
  #resetNeeded = false;

  constructor(options: ClientSessionOptions) {
    if (!/^[!-~]{1,255}$/.test(options.clientName))
      throw new SmtpError('bad-argument', 'clientName is no domain or address literal');
    this.#options = options;
    this.#lmtp = options.protocol === 'lmtp';
  }

  get closed(): boolean {
    return this.#phase === 'closed';
  }

  /** What the last EHLO or LHLO offered: keywords in upper case, with their parameters. Empty before, and after HELO. */
  get extensions(): ReadonlyMap<string, string> {
    return this.#extensions;
  }

  /** Whether {@link ClientSession.begin} may be called now. */
  get canBegin(): boolean {
    return this.#phase === 'ready' && this.#current === undefined && (this.#expected.length === 0 || this.#pipelining);
  }

  /** How long to wait for the server now, in milliseconds; while content is wanted, for each write. RFC 5321 §4.5.3.2. */
  get timeoutMs(): number | undefined {
    if (this.#contentWanted) return 3 * MINUTE;
    const expected = this.#expected[0];
    return expected === undefined || this.#phase === 'closed' ? undefined : TIMEOUTS[expected.kind];
  }

  receive(octets: Uint8Array): void {
    if (this.#phase !== 'closed' && this.#phase !== 'tls') this.#reader.receive(octets);
  }

  next(): ClientEvent | undefined {
    while (this.#events.length === 0 && this.#phase !== 'closed' && this.#phase !== 'tls') {
      try {
        const reply = this.#reader.next();
        if (reply === undefined) break;
        this.#take(reply);
      } catch (error) {
        if (!(error instanceof SmtpError)) throw error;
        this.#close('protocol', { error });
      }
    }
    return this.#events.shift();
  }

  /** What is to be written to the server; all of it. */
  takeOutput(): Uint8Array | undefined {
    return this.#output.take();
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
    const commands = this.#envelope(transaction, to);
    if (this.#resetNeeded) commands.unshift({ line: 'RSET', expected: { kind: 'rset' } });
    this.#resetNeeded = false;
    this.#current = to;
    this.#unsent = commands;
    this.#send();
  }

  /** More of the content. Its octets are not copied where nothing needs changing: leave them be until written. */
  content(octets: Uint8Array): void {
    const to = this.#wanted();
    if (to.transaction.chunking !== true) {
      this.#writer ??= new ContentWriter();
      this.#writer.write(octets, this.#emit);
    } else if (octets.length > 0) {
      this.#output.text(`BDAT ${octets.length}\r\n`);
      this.#output.octets(octets);
      this.#expected.push({ kind: 'chunk', to });
    }
  }

  /** The content is whole. */
  endContent(): void {
    const to = this.#wanted();
    if (to.transaction.chunking === true) this.#output.text('BDAT 0 LAST\r\n');
    else (this.#writer ?? new ContentWriter()).end(this.#emit);
    to.contentEnded = true;
    if (this.#lmtp) {
      const count = to.acceptedCount;
      for (let place = 0; place < count; place++)
        this.#expected.push({ kind: 'content', to, place, last: place === count - 1 });
    } else this.#expected.push({ kind: 'content', to, last: true });
    this.#writer = undefined;
    this.#contentWanted = false;
    this.#current = undefined;
  }

  /** RSET, to see whether a connection that was kept still lives. */
  reset(): void {
    this.#say('RSET', { kind: 'reset' });
  }

  /** QUIT; with PIPELINING also behind content whose reply is still to come. */
  quit(): void {
    if (!this.canBegin) throw new SmtpError('wrong-state', 'QUIT is not possible now');
    this.#phase = 'quitting';
    this.#output.text('QUIT\r\n');
    this.#expected.push({ kind: 'quit' });
  }

  /** @throws {SmtpError} `not-announced` where the server did not offer STARTTLS */
  startTls(): void {
    if (!this.#extensions.has('STARTTLS')) throw new SmtpError('not-announced', 'The server does not offer STARTTLS');
    this.#say('STARTTLS', { kind: 'starttls' });
  }

  /** TLS is up: greet again; what was offered in the clear is forgotten. RFC 3207 §4.2. */
  secured(): void {
    if (this.#phase !== 'tls') throw new SmtpError('wrong-state', 'STARTTLS was not accepted');
    this.#extensions = NO_EXTENSIONS;
    this.#hello('ehlo');
  }

  /**
   * Begin a SASL exchange. RFC 4954 §4.
   *
   * @throws {SmtpError} `not-announced` where the server does not offer the mechanism
   */
  authenticate(mechanism: string, initialResponse?: Uint8Array): void {
    const offered = this.#extensions.get('AUTH')?.toUpperCase().split(' ');
    if (offered?.includes(mechanism.toUpperCase()) !== true)
      throw new SmtpError('not-announced', `The server does not offer AUTH ${mechanism}`);
    const initial = initialResponse === undefined ? '' : ` ${encodeBase64(initialResponse) || '='}`;
    this.#say(`AUTH ${mechanism}${initial}`, { kind: 'auth' });
  }

  /** Respond to a `challenge`; without octets, cancel the exchange. */
  respond(octets?: Uint8Array): void {
    if (this.#phase !== 'auth') throw new SmtpError('wrong-state', 'No challenge waits');
    this.#phase = 'ready';
    this.#output.text(octets === undefined ? '*\r\n' : `${encodeBase64(octets)}\r\n`);
    this.#expected.push({ kind: 'auth' });
  }

  /** The server closed the connection, or it broke. */
  eof(): void {
    this.#close(this.#phase === 'quitting' ? 'quit' : 'lost', {});
  }

  /** The server let {@link ClientSession.timeoutMs} go by. */
  timeout(): void {
    this.#close('timeout', {});
  }

  get #pipelining(): boolean {
    return this.#extensions.has('PIPELINING');
  }

  #wanted(): Outgoing {
    if (!this.#contentWanted || this.#current === undefined) throw new SmtpError('wrong-state', 'No content is wanted');
    return this.#current;
  }

  #say(line: string, expected: Expected): void {
    if (this.#phase !== 'ready' || this.#current !== undefined || this.#expected.length > 0) {
      throw new SmtpError('wrong-state', `${line.split(' ', 1)[0]} is not possible now`);
    }
    this.#output.text(`${line}\r\n`);
    this.#expected.push(expected);
  }

  #hello(kind: 'ehlo' | 'helo'): void {
    this.#phase = 'hello';
    const verb = kind === 'helo' ? 'HELO' : this.#lmtp ? 'LHLO' : 'EHLO';
    this.#output.text(`${verb} ${this.#options.clientName}\r\n`);
    this.#expected.push({ kind });
  }

  #envelope(transaction: ClientTransaction, to: Outgoing): Command[] {
    const { reversePath, mailParameters, recipients } = transaction;
    const smtputf8 = mailParameters.some(({ keyword }) => keyword.toUpperCase() === 'SMTPUTF8');
    try {
      const commands: Command[] = [
        { line: formatMailCommand({ reversePath, parameters: mailParameters }), expected: { kind: 'mail', to } },
      ];
      for (const [place, recipient] of recipients.entries()) {
        commands.push({ line: formatRcptCommand(recipient, { smtputf8 }), expected: { kind: 'rcpt', to, place } });
      }
      if (transaction.chunking !== true) commands.push({ line: 'DATA', expected: { kind: 'data', to } });
      return commands;
    } catch (error) {
      if (!(error instanceof EsmtpParameterError)) throw error;
      throw new SmtpError('bad-argument', `The envelope can't be sent: ${error.message}`, { cause: error });
    }
  }

  /** All commands that may go out now. */
  #send(): void {
    while (this.#unsent.length > 0 && (this.#pipelining || this.#expected.length === 0)) {
      const { line, expected } = this.#unsent.shift()!;
      this.#output.text(`${line}\r\n`);
      this.#expected.push(expected);
    }
  }

  #take(reply: ReceivedReply): void {
    const expected = this.#expected.shift();
    if (expected === undefined) {
      if (reply.code === 421) {
        this.#close('shutdown', { reply });
        return;
      }
      throw new SmtpError('unexpected-reply', `A reply to nothing: ${reply.raw[0]}`);
    }
    const wants3 = expected.kind === 'data' || expected.kind === 'auth';
    if (reply.code >= 300 && reply.code < 400 && !wants3) {
      throw new SmtpError('unexpected-reply', `${reply.code} in reply to ${expected.kind}`);
    }
    this.#settle(expected, reply);
    if (reply.code === 421) this.#close('shutdown', { reply });
    else this.#send();
  }

  #settle(expected: Expected, reply: ReceivedReply): void {
    switch (expected.kind) {
      case 'greeting':
        this.#greeting = reply;
        if (isPositive(reply)) this.#hello('ehlo');
        else this.#fail('connect', reply);
        return;
      case 'ehlo':
      case 'helo': {
        this.#helloReply(expected.kind, reply);
        return;
      }
      case 'mail': {
        this.#mailReply(expected.to, reply);
        return;
      }
      case 'rcpt':
        expected.to.rcpt(expected.place, reply);
        if (expected.place === expected.to.transaction.recipients.length - 1) this.#lastRcptReply(expected.to);
        return;
      case 'data': {
        this.#dataReply(expected.to, reply);
        return;
      }
      case 'chunk': {
        expected.to.chunk(reply);
        return;
      }
      case 'content':
        expected.to.content(reply, expected.place);
        if (expected.to.transaction.chunking === true && !isPositive(reply)) this.#resetNeeded = true;
        if (expected.last) this.#done(expected.to);
        return;
      case 'discard': {
        this.#done(expected.to);
        return;
      }
      case 'reset':
        this.#events.push({ kind: 'reset', reply });
        return;
      case 'starttls': {
        this.#tlsReply(reply);
        return;
      }
      case 'auth': {
        this.#authReply(reply);
        return;
      }
      case 'quit': {
        this.#close('quit', { reply });
        return;
      }
      case 'rset':
        return;
    }
  }

  #helloReply(kind: 'ehlo' | 'helo', reply: ReceivedReply): void {
    if (isPositive(reply)) {
      this.#extensions = kind === 'ehlo' ? readExtensions(reply) : NO_EXTENSIONS;
      this.#phase = 'ready';
      this.#events.push({ kind: 'ready', extensions: this.#extensions, greeting: this.#greeting! });
    } else if (kind === 'ehlo' && reply.code >= 500 && !this.#lmtp) this.#hello('helo');
    else this.#fail('hello', reply);
  }

  #fail(stage: 'connect' | 'hello', reply: ReceivedReply): void {
    this.#events.push({ kind: 'failed', stage, reply });
    if (reply.code === 421) return;
    this.#phase = 'quitting';
    this.#output.text('QUIT\r\n');
    this.#expected.push({ kind: 'quit' });
  }

  #mailReply(to: Outgoing, reply: ReceivedReply): void {
    to.mail(reply);
    if (to.refused && !this.#pipelining) this.#finish(to);
    else if (!to.refused) this.#resetNeeded = true;
  }

  #lastRcptReply(to: Outgoing): void {
    if (to.acceptedCount === 0 || to.refused) {
      if (!this.#pipelining || to.transaction.chunking === true) this.#finish(to);
    } else if (to.transaction.chunking === true) this.#want(to);
  }

  #dataReply(to: Outgoing, reply: ReceivedReply): void {
    if (reply.code !== 354) {
      if (reply.code < 400) throw new SmtpError('unexpected-reply', `${reply.code} in reply to DATA`);
      to.data(reply);
      this.#finish(to);
      return;
    }
    if (to.acceptedCount > 0) {
      if (to.refused) throw new SmtpError('unexpected-reply', 'RCPT and DATA accepted after MAIL was refused');
      this.#want(to);
      return;
    }
    // RFC 2920 §3.1: nobody is there to receive it, so the content is a lone dot.
    this.#output.text('.\r\n');
    this.#resetNeeded = false;
    to.contentEnded = true;
    this.#current = undefined;
    if (this.#lmtp) this.#done(to);
    else this.#expected.push({ kind: 'discard', to });
  }

  #want(to: Outgoing): void {
    this.#resetNeeded = false;
    this.#contentWanted = true;
    this.#events.push({ kind: 'content-wanted', transaction: to.transaction });
  }

  #tlsReply(reply: ReceivedReply): void {
    if (!isPositive(reply)) {
      this.#events.push({ kind: 'tls-refused', reply });
      return;
    }
    // Whatever follows the 220 in the clear was put there by someone else.
    if (this.#reader.pending)
      throw new SmtpError('unexpected-reply', 'Octets in the clear after the reply to STARTTLS');
    this.#phase = 'tls';
    this.#events.push({ kind: 'tls' });
  }

  #authReply(reply: ReceivedReply): void {
    if (reply.code < 300 || reply.code >= 400) {
      this.#events.push({ kind: isPositive(reply) ? 'authenticated' : 'auth-refused', reply });
      return;
    }
    this.#phase = 'auth';
    const octets = decodeBase64(reply.lines[0] ?? '');
    if (octets === undefined || reply.code !== 334) this.respond();
    else this.#events.push({ kind: 'challenge', octets });
  }

  /** The envelope came to nothing before any content. */
  #finish(to: Outgoing): void {
    this.#unsent = [];
    this.#current = undefined;
    this.#done(to);
  }

  #done(to: Outgoing): void {
    this.#events.push({ kind: 'done', transaction: to.transaction, recipients: to.results() });
  }

  #close(
    reason: Extract<ClientEvent, { kind: 'closed' }>['reason'],
    why: { readonly reply?: ReceivedReply; readonly error?: SmtpError },
  ): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    const open = new Set(this.#expected.flatMap((expected) => ('to' in expected ? [expected.to] : [])));
    if (this.#current !== undefined) open.add(this.#current);
    this.#expected = [];
    this.#unsent = [];
    this.#current = undefined;
    this.#contentWanted = false;
    for (const to of open) {
      to.abandon(reason === 'shutdown' ? why.reply : undefined);
      this.#done(to);
    }
    this.#events.push({ kind: 'closed', reason, ...why });
  }
}
