import { commandLineLimit } from '@dsnkit/esmtp-parameters';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { SmtpError } from './error.ts';
import { type ServerExtensions, announce } from './extensions.ts';
import { Input } from './input.ts';
import { LineReader } from './line-reader.ts';
import { Output } from './output.ts';
import { type Reply, asciiReply, formatReply, preparedOctets, replyWire } from './reply.ts';
import { type Outcome, longestLine, readCommand } from './server-commands.ts';
import { IncomingContent, RefusedChunk } from './server-content.ts';
import type { HelloEvent, MailEvent, ResetEvent, ServerClosedEvent, ServerEvent } from './server-events.ts';
import * as replies from './server-replies.ts';
import {
  AUTH_LIMIT,
  NOTHING_ANNOUNCED,
  type PausingEvent,
  type ServerSessionOptions,
  type ServerState,
  completeOffer,
  forgetClient,
  newState,
} from './server-state.ts';
import { Transaction } from './server-transaction.ts';
import { decodeAny } from './text.ts';

type Phase = 'new' | 'command' | 'auth' | 'tls' | 'closed';

const MINUTE = 60_000;
/** What a client gets for commands it sent before it could know of a refusal; no fault of its own. RFC 2920 §3.1. */
const CONSEQUENCES: ReadonlySet<Reply> = new Set([replies.NO_SENDER, replies.NO_RECIPIENTS, replies.CHUNK_FAILED]);

/**
 * The server's side of one SMTP or LMTP connection, without I/O.
 *
 * Give it what arrives with `receive()`, take events with `next()` until there is none, then write what `takeOutput()`
 * has. Events that need a decision pause the session until `answer()`: input that comes meanwhile waits, so pipelined
 * commands are answered in order (RFC 2920 §3.2). Chunks given to `receive()` belong to the session until their events
 * are used.
 *
 * @example
 * ```ts
 * const session = new ServerSession({ hostname: 'mx.example.org', extensions: { pipelining: true, dsn: true } });
 * session.start();
 * session.receive(octets);
 * for (let event = session.next(); event; event = session.next()) {
 *   if (event.kind === 'rcpt' && !known(event.path.address)) session.answer({ code: 550, status: '5.1.1', lines: ['No such user'] });
 *   else if (session.paused) session.answer();
 * }
 * socket.write(session.takeOutput());
 * ```
 */
export class ServerSession {
  readonly #state: ServerState;
  readonly #greeting: string;
  readonly #input = new Input();
  readonly #lines = new LineReader();
  readonly #output = new Output();
  #events: ServerEvent[] = [];
  #phase: Phase = 'new';
  #waiting: PausingEvent | undefined;
  /** Content, or a chunk that is thrown away: the input is no commands until it ends. */
  #content: IncomingContent | RefusedChunk | undefined;
  #inputEnded = false;
  #stopping = false;
  #errors = 0;

  constructor(options: ServerSessionOptions) {
    this.#state = newState(options);
    // A mistake in what is offered shows here and not at the first EHLO.
    announce(this.#state.offer, this.#state.secure);
    this.#greeting = greetingWire(this.#state);
  }

  /** Nothing more is read; write the output, then close the connection. */
  get closed(): boolean {
    return this.#phase === 'closed';
  }

  /** Whether an event waits for its answer. While it does, better read no more from the connection. */
  get paused(): boolean {
    return this.#waiting !== undefined;
  }

  /** Whether TLS is active. */
  get secure(): boolean {
    return this.#state.secure;
  }

  /** Whether an AUTH exchange has succeeded. */
  get authenticated(): boolean {
    return this.#state.authenticated;
  }

  /** Octets received and not yet read; more than none before the greeting is a client that talks first. */
  get bufferedOctets(): number {
    return this.#input.length;
  }

  /**
   * How long to wait for the client now, in milliseconds, counted from its last octets; undefined while the session
   * waits for its owner. RFC 5321 §4.5.3.2.
   */
  get timeoutMs(): number | undefined {
    if (this.#waiting !== undefined || this.#phase === 'new' || this.#phase === 'closed') return undefined;
    return this.#content === undefined ? 5 * MINUTE : 3 * MINUTE;
  }

  /**
   * Change what is offered, from the next reply to EHLO on: per client while `hello` waits, after TLS, after AUTH.
   *
   * @throws {SmtpError} `bad-argument` for parameters that no reply line can carry
   */
  configure(changes: ServerExtensions): void {
    this.offer({ ...this.#state.offer, ...changes });
  }

  /**
   * Offer this and nothing else, from the next reply to EHLO on: where the client turned out to be somebody else.
   *
   * @throws {SmtpError} `bad-argument` for parameters that no reply line can carry
   */
  offer(extensions: ServerExtensions): void {
    const offer = completeOffer(extensions, this.#state.lmtp);
    announce(offer, this.#state.secure);
    this.#state.offer = offer;
  }

  /**
   * Greet: 220, or the refusal given (554 lets the client only QUIT, 421 closes). RFC 5321 §3.1.
   *
   * @throws {SmtpError} `wrong-state` the second time
   */
  start(refusal?: Reply): void {
    if (this.#phase !== 'new') throw new SmtpError('wrong-state', 'The session has been started');
    this.#output.text(refusal === undefined ? this.#greeting : formatReply(refusal));
    this.#state.noService = refusal !== undefined;
    this.#phase = 'command';
    if (refusal?.code === 421) this.#close('refused');
  }

  /**
   * Octets from the client. Dropped while TLS is being started and after the end. Not copied: leave the array be as long
   * as {@link ServerSession.bufferedOctets} counts any, and until the content events made of it have been used.
   */
  receive(octets: Uint8Array): void {
    if (this.#phase !== 'tls' && this.#phase !== 'closed') this.#input.push(octets);
  }

  /** The client sends no more. What it has sent is still worked off. */
  eof(): void {
    this.#inputEnded = true;
  }

  /** The next event, or undefined: then the session needs input or an answer, or is closed. */
  next(): ServerEvent | undefined {
    while (this.#events.length === 0) {
      if (this.#waiting !== undefined || this.#phase === 'new' || this.#phase === 'closed') return undefined;
      if (this.#advance()) continue;
      if (!this.#inputEnded) return undefined;
      this.#close('eof');
    }
    return this.#events.shift();
  }

  /**
   * Answer the event that waits; without an argument, with the standard positive reply. A reply of 421 closes.
   * Does nothing when the session is closed: the client may leave while the owner still works.
   *
   * @throws {SmtpError} `wrong-state` when nothing waits, `bad-reply` for a reply that can't be said
   */
  answer(reply?: Reply): void {
    if (this.#phase === 'closed') return;
    const waiting = this.#waiting;
    if (waiting === undefined) throw new SmtpError('wrong-state', 'No event waits for an answer');
    if (reply !== undefined && reply.code >= 300 && reply.code < 400) {
      throw new SmtpError('bad-reply', `${reply.code} answers nothing here`);
    }
    const sayable = reply === undefined || this.#mayUseUtf8(waiting) ? reply : asciiReply(reply);
    this.#settle(waiting, reply === undefined || reply.code < 300, sayable);
    this.#answered(reply?.code === 421);
  }

  /**
   * LMTP: answer the end of the content once for each accepted recipient, in their order. RFC 2033 §4.2.
   *
   * @throws {SmtpError} `bad-argument` for another number of replies, else as {@link ServerSession.answer}
   */
  answerEach(answers: readonly Reply[]): void {
    if (this.#phase === 'closed') return;
    const { transaction, lmtp } = this.#state;
    if (this.#waiting?.kind !== 'end-of-content' || transaction === undefined) {
      throw new SmtpError('wrong-state', 'No content waits for an answer');
    }
    const count = lmtp ? transaction.accepted : 1;
    if (answers.length !== count) throw new SmtpError('bad-argument', `${answers.length} replies, ${count} are due`);
    let wire = '';
    for (const reply of answers) wire += this.#wire(transaction.smtputf8 ? reply : asciiReply(reply));
    this.#output.text(wire);
    this.#endTransaction(answers.some((reply) => reply.code < 300));
    this.#answered(answers.some((reply) => reply.code === 421));
  }

  /**
   * Answer `auth` or `auth-response` with a challenge. RFC 4954 §4.
   *
   * @throws {SmtpError} `wrong-state` when neither waits
   */
  challenge(octets: Uint8Array): void {
    if (this.#phase === 'closed') return;
    const kind = this.#waiting?.kind;
    if (kind !== 'auth' && kind !== 'auth-response') throw new SmtpError('wrong-state', 'No AUTH waits for an answer');
    this.#output.text(`334 ${encodeBase64(octets)}\r\n`);
    this.#phase = 'auth';
    this.#answered(false);
  }

  /**
   * TLS is up after `starttls`. RFC 3207 §4.2.
   *
   * @throws {SmtpError} `wrong-state` unless `starttls` was answered positively
   */
  secured(): void {
    if (this.#phase === 'closed') return;
    if (this.#phase !== 'tls') throw new SmtpError('wrong-state', 'STARTTLS was not accepted');
    this.#state.secure = true;
    this.#phase = 'command';
    this.#stopIfIdle();
  }

  /** The client let {@link ServerSession.timeoutMs} go by: 421. RFC 5321 §4.5.3.2.7. */
  timeout(): void {
    this.#end(replies.TIMED_OUT, 'timeout');
  }

  /** Leave at the next point where no content is in flight: 421. RFC 5321 §3.8. */
  shutdown(): void {
    this.#stopping = true;
    this.#stopIfIdle();
  }

  /** What is to be written to the client; all of it. */
  takeOutput(): Uint8Array | undefined {
    return this.#output.take();
  }

  /** One step; false when it needs more input. */
  #advance(): boolean {
    if (this.#content !== undefined) return this.#readContent(this.#content);
    if (this.#phase === 'tls') return false;
    const inAuth = this.#phase === 'auth';
    const octets = this.#lines.next(this.#input, inAuth ? AUTH_LIMIT : longestLine(this.#state));
    if (octets !== undefined) {
      if (inAuth) this.#authLine(octets);
      else this.#follow(readCommand(octets, this.#state));
    } else if (this.#lines.fault === undefined) return false;
    else if (!inAuth) this.#refuse(this.#lines.fault === 'bare-lf' ? replies.BARE_LF : replies.LINE_TOO_LONG);
    else this.#cancelAuth(this.#lines.fault === 'bare-lf' ? replies.BARE_LF : replies.RESPONSE_TOO_LONG);
    return true;
  }

  #follow(outcome: Outcome): void {
    if (outcome instanceof IncomingContent || outcome instanceof RefusedChunk) {
      this.#content = outcome;
      if (!outcome.counted) this.#say(replies.GO_AHEAD);
    } else if (!('kind' in outcome)) this.#refuse(outcome);
    else if (outcome.kind === 'rset') {
      this.#dropTransaction('rset');
      this.#say(replies.RESET_OK);
    } else if (outcome.kind === 'quit') this.#end(replies.BYE, 'quit');
    else if (outcome.kind === 'bad-chunk') {
      this.#refuse(replies.BAD_ARGUMENT);
      this.#end(replies.BAD_CHUNK, 'bad-chunk');
    } else this.#pause(outcome);
  }

  /** A reply of the session's own; protocol errors are counted. */
  #refuse(reply: Reply): void {
    const { code } = reply;
    const isError = ((code >= 500 && code <= 504) || code === 555) && !CONSEQUENCES.has(reply);
    if (isError && ++this.#errors >= (this.#state.options.maxErrors ?? 20)) {
      this.#end(replies.TOO_MANY_ERRORS, 'too-many-errors');
    } else if (code === 421) this.#end(reply, 'too-many-commands');
    else this.#say(reply);
  }

  #readContent(content: IncomingContent | RefusedChunk): boolean {
    const moved = content.read(this.#input, this.#events);
    if (!content.ended) return moved;
    this.#content = undefined;
    const end = content.end(this.#events);
    if (!(end instanceof Transaction)) for (let owed = content.replies; owed > 0; owed--) this.#refuse(end);
    else if (end.refusal === undefined) this.#pause({ kind: 'end-of-content', sizeOctets: end.size });
    else {
      end.reply(this.#wire(end.refusal), this.#output);
      this.#endTransaction(false);
    }
    this.#stopIfIdle();
    return true;
  }

  #authLine(octets: Uint8Array): void {
    const line = decodeAny(octets);
    const response = decodeBase64(line);
    if (line === '*') this.#cancelAuth(replies.CANCELLED);
    else if (response === undefined) this.#cancelAuth(replies.BAD_BASE64);
    else {
      this.#phase = 'command';
      this.#pause({ kind: 'auth-response', response });
    }
  }

  #cancelAuth(reply: Reply): void {
    this.#phase = 'command';
    this.#events.push({ kind: 'auth-cancelled' });
    this.#refuse(reply);
  }

  /** RFC 6531 §3.7.4.1: replies go beyond ASCII only where the client asked for it. */
  #mayUseUtf8(waiting: PausingEvent): boolean {
    if (waiting.kind === 'mail') return waiting.typed.smtputf8;
    return waiting.kind === 'verify' ? waiting.smtputf8 : this.#state.transaction?.smtputf8 === true;
  }

  #settle(waiting: PausingEvent, positive: boolean, reply: Reply | undefined): void {
    const state = this.#state;
    switch (waiting.kind) {
      case 'hello':
        this.#settleHello(waiting, positive, reply);
        return;
      case 'mail':
        this.#say(reply ?? replies.SENDER_OK);
        if (positive) this.#begin(waiting);
        return;
      case 'rcpt':
        this.#say(reply ?? replies.RECIPIENT_OK);
        state.transaction?.rcpt(positive);
        return;
      case 'end-of-content':
        state.transaction?.reply(this.#wire(reply ?? replies.MESSAGE_OK), this.#output);
        this.#endTransaction(positive);
        return;
      case 'starttls':
        this.#say(reply ?? replies.READY_FOR_TLS);
        if (positive) this.#forgetForTls();
        return;
      case 'auth':
      case 'auth-response':
        this.#say(reply ?? replies.AUTHENTICATED);
        state.authenticated = positive;
        if (!positive && ++this.#errors >= (state.options.maxErrors ?? 20))
          this.#end(replies.TOO_MANY_ERRORS, 'too-many-errors');
        return;
      case 'verify':
        this.#say(reply ?? replies.WILL_TRY);
        return;
      case 'xclient':
        if (reply !== undefined && !positive) this.#say(reply);
        else {
          forgetClient(state);
          this.#output.text(this.#greeting);
        }
    }
  }

  /** RFC 5321 §4.1.1.1, §4.1.4: a hello ends the transaction. RFC 2034 §3: no status in the reply. */
  #settleHello({ verb, name }: HelloEvent, positive: boolean, reply: Reply | undefined): void {
    if (reply !== undefined && !positive) {
      this.#output.text(formatReply(reply));
      return;
    }
    const state = this.#state;
    const announced = verb === 'HELO' ? NOTHING_ANNOUNCED : announce(state.offer, state.secure);
    const lines = [`${state.options.hostname} ${reply === undefined ? `greets ${name}` : reply.lines.join(' ')}`];
    for (const [keyword, parameters] of announced) lines.push(parameters === '' ? keyword : `${keyword} ${parameters}`);
    this.#output.text(formatReply({ code: 250, lines }));
    this.#dropTransaction('hello');
    state.greeted = true;
    state.announced = announced;
    state.mailLimit = commandLineLimit('MAIL', announced);
    state.rcptLimit = commandLineLimit('RCPT', announced);
  }

  #begin(mail: MailEvent): void {
    this.#state.transaction = new Transaction(mail.typed, this.#state);
    this.#state.mailRefused = false;
  }

  /** RFC 3207 §4.2: what was said in the clear counts for nothing, commands sent ahead included. */
  #forgetForTls(): void {
    forgetClient(this.#state);
    this.#input.clear();
    this.#phase = 'tls';
  }

  #dropTransaction(reason: ResetEvent['reason']): void {
    const { transaction } = this.#state;
    // One whose content was refused has been told already.
    if (transaction !== undefined && transaction.refusal === undefined) this.#events.push({ kind: 'reset', reason });
    this.#state.transaction = undefined;
    this.#state.mailRefused = false;
  }

  #endTransaction(accepted: boolean): void {
    this.#state.transaction = undefined;
    if (accepted) this.#state.idleCommands = this.#state.refusals = 0;
    else this.#state.refusals++;
  }

  #pause(event: PausingEvent): void {
    this.#waiting = event;
    this.#events.push(event);
  }

  #answered(refused: boolean): void {
    this.#waiting = undefined;
    if (refused) this.#close('refused');
    this.#stopIfIdle();
  }

  #stopIfIdle(): void {
    if (!this.#stopping || this.#waiting !== undefined || this.#content !== undefined || this.#phase === 'tls') return;
    this.#end(replies.SHUTTING_DOWN, 'shutdown');
  }

  #say(reply: Reply): void {
    if (reply.code >= 400) this.#state.refusals++;
    const octets = preparedOctets(reply, this.#state.offer.enhancedStatusCodes === true);
    if (octets === undefined) this.#output.text(this.#wire(reply));
    else this.#output.octets(octets);
  }

  #wire(reply: Reply): string {
    return replyWire(reply, this.#state.offer.enhancedStatusCodes === true);
  }

  #end(reply: Reply, reason: ServerClosedEvent['reason']): void {
    if (this.#phase === 'closed') return;
    // In the middle of a handshake nothing can be said.
    if (this.#phase !== 'tls') this.#say(reply);
    this.#close(reason);
  }

  #close(reason: ServerClosedEvent['reason']): void {
    if (this.#phase === 'closed') return;
    this.#dropTransaction('closed');
    this.#phase = 'closed';
    this.#waiting = undefined;
    this.#content = undefined;
    this.#input.clear();
    this.#events.push({ kind: 'closed', reason });
  }
}

/** RFC 2034 §3: no status in the greeting. */
function greetingWire({ options, lmtp }: ServerState): string {
  return formatReply({ code: 220, lines: [`${options.hostname} ${options.banner ?? (lmtp ? 'LMTP' : 'ESMTP')}`] });
}
