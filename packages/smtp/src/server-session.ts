import {
  EsmtpParameterError,
  commandLineLimit,
  parseMailCommand,
  parseRcptCommand,
  readMailParameters,
  readRcptParameters,
} from '@dsnkit/esmtp-parameters';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { SmtpError } from './error.ts';
import { type ServerExtensions, announce } from './extensions.ts';
import { Input } from './input.ts';
import { LineReader } from './line-reader.ts';
import { Output } from './output.ts';
import { type Reply, replyWire } from './reply.ts';
import * as replies from './server-replies.ts';
import type { ResetEvent, ServerClosedEvent, ServerEvent } from './server-events.ts';
import { Transaction, skip } from './server-transaction.ts';
import { decodeUtf8 } from './text.ts';
import { readXclient } from './xclient.ts';

/** How a {@link ServerSession} behaves. */
export interface ServerSessionOptions {
  /** The name in the greeting and in the reply to EHLO: a domain or an address literal. RFC 5321 §4.2. */
  readonly hostname: string;
  /** Default `smtp`. LMTP: RFC 2033. */
  readonly protocol?: 'smtp' | 'lmtp';
  readonly extensions?: ServerExtensions;
  /** The connection is inside TLS from the start. */
  readonly secure?: boolean;
  /** Text after the hostname in the greeting; default `ESMTP` or `LMTP`. */
  readonly banner?: string;
  /** Recipients of one transaction; default 1000, never under the 100 of RFC 5321 §4.5.3.1.8. */
  readonly maxRecipients?: number;
  /** Faulty commands in a session until it is closed with 421; default 20. */
  readonly maxErrors?: number;
  /** Commands that bring no message nearer (NOOP, RSET, VRFY, …) between two messages; default 100. */
  readonly maxIdleCommands?: number;
  /** A CR or LF that stands alone in content: refuse the message (the default), or turn it into CRLF. */
  readonly bareLineEnds?: 'refuse' | 'normalise';
}

type Pausing = Extract<
  ServerEvent,
  { kind: 'hello' | 'mail' | 'rcpt' | 'end-of-content' | 'starttls' | 'auth' | 'auth-response' | 'verify' | 'xclient' }
>;
type Phase = 'new' | 'command' | 'content' | 'chunk' | 'auth' | 'tls' | 'no-service' | 'closed';

interface Chunk {
  remaining: number;
  readonly last: boolean;
  /** Said when the octets are read, if the chunk can't be taken. */
  readonly refusal: Reply | undefined;
}

const NOTHING_ANNOUNCED: ReadonlyMap<string, string> = new Map();
const BASE_LIMIT = 512;
/** RFC 4954 §4. */
const AUTH_LIMIT = 12_288;
const MINUTE = 60_000;

/**
 * The server's side of one SMTP or LMTP connection, without I/O.
 *
 * Give it what arrives with `receive()`, take events with `next()` until there is none, then write what `takeOutput()`
 * has. Events that need a decision pause the session until `answer()`: input that comes meanwhile waits, so pipelined
 * commands are answered in order (RFC 2920 §3.2). Chunks given to `receive()` belong to the session until their events
 * are used.
 *
 * @example
 * const session = new ServerSession({ hostname: 'mx.example.org', extensions: { pipelining: true, dsn: true } });
 * session.start();
 * session.receive(octets);
 * for (let event = session.next(); event; event = session.next()) {
 *   if (event.kind === 'rcpt' && !known(event.path.address)) session.answer({ code: 550, status: '5.1.1', lines: ['No such user'] });
 *   else if (event.kind !== 'content' && event.kind !== 'reset' && event.kind !== 'closed') session.answer();
 * }
 * socket.write(session.takeOutput());
 */
export class ServerSession {
  readonly #options: ServerSessionOptions;
  readonly #lmtp: boolean;
  readonly #input = new Input();
  readonly #lines = new LineReader();
  readonly #output = new Output();
  #events: ServerEvent[] = [];
  #offer: ServerExtensions;
  #announced = NOTHING_ANNOUNCED;
  #mailLimit = BASE_LIMIT;
  #rcptLimit = BASE_LIMIT;
  #phase: Phase = 'new';
  #waiting: Pausing | undefined;
  #greeted = false;
  #secure: boolean;
  #authenticated = false;
  #transaction: Transaction | undefined;
  #chunk: Chunk | undefined;
  #inputEnded = false;
  #stopping = false;
  #errors = 0;
  #idleCommands = 0;

  constructor(options: ServerSessionOptions) {
    this.#options = options;
    this.#lmtp = options.protocol === 'lmtp';
    this.#offer = options.extensions ?? {};
    this.#secure = options.secure === true;
    announce(this.#offer, this.#secure);
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
    return this.#secure;
  }

  /** Whether an AUTH exchange has succeeded. */
  get authenticated(): boolean {
    return this.#authenticated;
  }

  /** Octets received and not yet read. Before {@link ServerSession.start}, more than none means a client that talks first. */
  get bufferedOctets(): number {
    return this.#input.length;
  }

  /** How long to wait for the client now, in milliseconds; undefined while the session waits for its owner. RFC 5321 §4.5.3.2. */
  get timeoutMs(): number | undefined {
    if (this.#waiting !== undefined || this.#phase === 'new' || this.#phase === 'closed') return undefined;
    return this.#phase === 'content' || this.#phase === 'chunk' ? 3 * MINUTE : 5 * MINUTE;
  }

  /** Change what is offered, from the next reply to EHLO on: per client while `hello` waits, after TLS, after AUTH. */
  configure(changes: ServerExtensions): void {
    const offer = { ...this.#offer, ...changes };
    announce(offer, this.#secure);
    this.#offer = offer;
  }

  /** Greet: 220, or the refusal given (554 lets the client only QUIT, 421 closes). RFC 5321 §3.1. */
  start(refusal?: Reply): void {
    if (this.#phase !== 'new') throw new SmtpError('wrong-state', 'The session has been started');
    if (refusal === undefined) {
      this.#greet();
      return;
    }
    this.#output.text(replyWire(refusal, true));
    this.#phase = 'no-service';
    if (refusal.code === 421) this.#close('refused');
  }

  /** Octets from the client. Dropped while TLS is being started and after the end. */
  receive(octets: Uint8Array): void {
    if (this.#phase !== 'tls' && this.#phase !== 'closed') this.#input.push(octets);
  }

  /** The client sends no more. What it has sent is still worked off. */
  eof(): void {
    this.#inputEnded = true;
  }

  /** The next event, or undefined: then it needs input, an answer, or is closed. */
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
    if (reply !== undefined && reply.code >= 300 && reply.code < 400)
      throw new SmtpError('bad-reply', `${reply.code} answers nothing here`);
    const positive = reply === undefined || reply.code < 300;
    this.#settle(waiting, positive, reply);
    this.#waiting = undefined;
    if (reply?.code === 421) this.#close('refused');
    else if (this.#stopping) this.#stop();
  }

  /**
   * LMTP: answer the end of the content once for each accepted recipient, in their order. RFC 2033 §4.2.
   *
   * @throws {SmtpError} `bad-argument` for another number of replies, else as {@link ServerSession.answer}
   */
  answerEach(answers: readonly Reply[]): void {
    if (this.#phase === 'closed') return;
    const accepted = this.#transaction?.accepted;
    if (this.#waiting?.kind !== 'end-of-content') throw new SmtpError('wrong-state', 'No content waits for an answer');
    if (answers.length !== (this.#lmtp ? accepted : 1)) {
      throw new SmtpError('bad-argument', `${answers.length} replies for ${accepted} recipients`);
    }
    let wire = '';
    for (const reply of answers) wire += this.#wire(reply);
    this.#output.text(wire);
    this.#endTransaction(answers.some((reply) => reply.code < 300));
    this.#waiting = undefined;
    if (answers.some((reply) => reply.code === 421)) this.#close('refused');
    else if (this.#stopping) this.#stop();
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
    this.#waiting = undefined;
    this.#phase = 'auth';
  }

  /** TLS is up after `starttls`: everything known of the client is forgotten. RFC 3207 §4.2. */
  secured(): void {
    if (this.#phase !== 'tls') throw new SmtpError('wrong-state', 'STARTTLS was not answered');
    this.#secure = true;
    this.#phase = 'command';
  }

  /** The client let {@link ServerSession.timeoutMs} go by. RFC 5321 §4.5.3.2.7. */
  timeout(): void {
    this.#end(replies.TIMED_OUT, 'timeout');
  }

  /** Leave at the next point where no message is in flight: 421. RFC 5321 §3.8. */
  shutdown(): void {
    this.#stopping = true;
    if (this.#waiting === undefined && this.#phase !== 'content' && this.#phase !== 'chunk') this.#stop();
  }

  /** What is to be written to the client; all of it. */
  takeOutput(): Uint8Array | undefined {
    return this.#output.take();
  }

  #greet(): void {
    const { hostname, banner } = this.#options;
    this.#output.text(
      replyWire({ code: 220, lines: [`${hostname} ${banner ?? (this.#lmtp ? 'LMTP' : 'ESMTP')}`] }, false),
    );
    this.#phase = 'command';
  }

  /** One step; false when it needs more input. */
  #advance(): boolean {
    switch (this.#phase) {
      case 'content':
        return this.#readData();
      case 'chunk':
        return this.#readChunk();
      default:
        return this.#readLine();
    }
  }

  #readLine(): boolean {
    const limit = this.#phase === 'auth' ? AUTH_LIMIT : this.#longestLine();
    const octets = this.#lines.next(this.#input, limit);
    if (octets !== undefined) {
      if (this.#phase === 'auth') this.#authLine(octets);
      else this.#command(octets);
      return true;
    }
    if (this.#lines.fault === undefined) return false;
    const reply = this.#lines.fault === 'bare-lf' ? replies.BARE_LF : replies.LINE_TOO_LONG;
    if (this.#phase === 'auth') this.#endAuth(reply === replies.BARE_LF ? reply : replies.RESPONSE_TOO_LONG);
    else this.#refuse(reply);
    return true;
  }

  #longestLine(): number {
    return this.#announced.has('AUTH') ? AUTH_LIMIT : Math.max(this.#mailLimit, this.#rcptLimit);
  }

  #command(octets: Uint8Array): void {
    const text = decodeUtf8(octets);
    if (text === undefined) {
      this.#refuse(replies.NOT_ASCII);
      return;
    }
    const line = /[^ -~]/.test(text) ? text.replace(/[ \t]+$/, '') : text;
    if (/[\x00-\x1F\x7F]/.test(line)) {
      this.#refuse(replies.BAD_CHARACTER);
      return;
    }
    const space = line.indexOf(' ');
    const verb = (space < 0 ? line : line.slice(0, space)).toUpperCase();
    if (octets.length + 2 > this.#limitOf(verb)) {
      this.#refuse(replies.LINE_TOO_LONG);
      return;
    }
    if (this.#phase === 'no-service' && verb !== 'QUIT') {
      this.#refuse(replies.NO_SERVICE);
      return;
    }
    this.#dispatch(verb, line, space < 0 ? '' : line.slice(space + 1).trim());
  }

  #limitOf(verb: string): number {
    if (verb === 'MAIL') return this.#mailLimit;
    if (verb === 'RCPT') return this.#rcptLimit;
    return verb === 'AUTH' ? AUTH_LIMIT : BASE_LIMIT;
  }

  #dispatch(verb: string, line: string, argument: string): void {
    switch (verb) {
      case 'MAIL': {
        this.#mail(line);
        return;
      }
      case 'RCPT': {
        this.#rcpt(line);
        return;
      }
      case 'DATA': {
        this.#data(argument);
        return;
      }
      case 'BDAT': {
        this.#bdat(argument);
        return;
      }
      case 'EHLO':
      case 'HELO':
      case 'LHLO': {
        this.#hello(verb, argument);
        return;
      }
      case 'RSET': {
        this.#rset(argument);
        return;
      }
      case 'QUIT': {
        this.#quit(argument);
        return;
      }
      case 'STARTTLS': {
        this.#startTls(argument);
        return;
      }
      case 'AUTH': {
        this.#auth(argument);
        return;
      }
      default: {
        this.#minor(verb, argument);
        return;
      }
    }
  }

  #mail(line: string): void {
    if (!this.#greeted) {
      this.#refuse(replies.HELLO_FIRST);
      return;
    }
    if (this.#transaction !== undefined) {
      this.#refuse(replies.ALREADY_SENDER);
      return;
    }
    try {
      const { reversePath, parameters } = parseMailCommand(line);
      const typed = readMailParameters(parameters, this.#announced);
      const limit = this.#offer.size ?? 0;
      if (typed.size !== undefined && limit > 0 && typed.size > limit) {
        this.#say(replies.TOO_LARGE);
        return;
      }
      this.#pause({ kind: 'mail', path: reversePath, parameters, typed, raw: line });
    } catch (error) {
      this.#refuseParameter(error);
    }
  }

  #rcpt(line: string): void {
    const transaction = this.#transaction;
    if (transaction === undefined) {
      this.#refuse(this.#greeted ? replies.MAIL_FIRST : replies.HELLO_FIRST);
      return;
    }
    if (transaction.chunked) {
      this.#refuse(replies.CHUNKS_BEGUN);
      return;
    }
    try {
      const context = { smtputf8: transaction.smtputf8 };
      const { forwardPath, parameters } = parseRcptCommand(line, context);
      const typed = readRcptParameters(parameters, this.#announced, context);
      transaction.tried++;
      if (transaction.accepted >= Math.max(100, this.#options.maxRecipients ?? 1000)) {
        this.#say(replies.TOO_MANY_RECIPIENTS);
        return;
      }
      this.#pause({ kind: 'rcpt', path: forwardPath, parameters, typed, raw: line });
    } catch (error) {
      this.#refuseParameter(error);
    }
  }

  #data(argument: string): void {
    const refusal = this.#contentRefusal();
    if (argument !== '') {
      this.#refuse(replies.NO_ARGUMENT);
      return;
    }
    if (refusal !== undefined) {
      this.#refuse(refusal);
      return;
    }
    if (this.#transaction?.chunked === true) {
      this.#refuse(replies.CHUNKS_BEGUN);
      return;
    }
    if (this.#transaction?.binary === true) {
      this.#refuse(replies.BDAT_NEEDED);
      return;
    }
    this.#say(replies.GO_AHEAD);
    this.#phase = 'content';
  }

  #contentRefusal(): Reply | undefined {
    const transaction = this.#transaction;
    if (transaction === undefined) return this.#greeted ? replies.MAIL_FIRST : replies.HELLO_FIRST;
    if (transaction.accepted > 0) return undefined;
    return transaction.tried === 0 || this.#lmtp ? replies.RCPT_FIRST : replies.NO_VALID_RECIPIENTS;
  }

  #bdat(argument: string): void {
    if (!this.#announced.has('CHUNKING')) {
      this.#refuse(replies.NOT_OFFERED);
      return;
    }
    const [, digits, last] = /^(\d{1,15})( +LAST)?$/i.exec(argument) ?? [];
    if (digits === undefined) {
      // Where the chunk ends is unknown, and its octets must not be taken for commands.
      this.#say(replies.BAD_ARGUMENT);
      this.#close('bad-chunk');
      return;
    }
    const refusal = this.#transaction?.refusal === undefined ? this.#contentRefusal() : replies.CHUNK_FAILED;
    if (refusal === undefined && this.#transaction !== undefined) this.#transaction.chunked = true;
    this.#chunk = { remaining: Number(digits), last: last !== undefined, refusal };
    this.#phase = 'chunk';
  }

  #readData(): boolean {
    const transaction = this.#transaction!;
    const refused = transaction.refusal !== undefined;
    const slice = transaction.readData(this.#input);
    if (slice !== undefined) this.#events.push({ kind: 'content', octets: slice });
    else if (!refused && transaction.refusal !== undefined) this.#tellRefusal(transaction.refusal);
    else if (transaction.ended) this.#endContent(transaction);
    else return this.#input.length > 0;
    return true;
  }

  #readChunk(): boolean {
    const chunk = this.#chunk!;
    const before = this.#input.length;
    const transaction = chunk.refusal === undefined ? this.#transaction : undefined;
    const refused = transaction?.refusal !== undefined;
    const slice =
      transaction === undefined
        ? void skip(this.#input, chunk.remaining)
        : transaction.readChunk(this.#input, chunk.remaining);
    chunk.remaining -= before - this.#input.length;
    if (slice !== undefined) this.#events.push({ kind: 'content', octets: slice });
    if (!refused && transaction?.refusal !== undefined) this.#tellRefusal(transaction.refusal);
    if (chunk.remaining === 0) this.#endChunk(chunk, transaction);
    return chunk.remaining === 0 || this.#input.length > 0 || slice !== undefined;
  }

  #endChunk(chunk: Chunk, transaction: Transaction | undefined): void {
    this.#phase = 'command';
    this.#chunk = undefined;
    if (chunk.refusal !== undefined) {
      this.#refuse(chunk.refusal);
      return;
    }
    if (transaction === undefined) return;
    if (chunk.last) {
      const refused = transaction.refusal !== undefined;
      const rest = transaction.finish();
      if (rest !== undefined) this.#events.push({ kind: 'content', octets: rest });
      if (!refused && transaction.refusal !== undefined) this.#tellRefusal(transaction.refusal);
      this.#endContent(transaction);
      return;
    }
    this.#say(transaction.refusal ?? replies.CHUNK_OK);
  }

  #tellRefusal(refusal: Reply): void {
    this.#events.push({ kind: 'reset', reason: refusal === replies.TOO_LARGE ? 'too-large' : 'bare-line-end' });
  }

  #endContent(transaction: Transaction): void {
    this.#phase = 'command';
    if (transaction.refusal === undefined) {
      this.#pause({ kind: 'end-of-content', sizeOctets: transaction.size });
      return;
    }
    this.#sayToAll(transaction, transaction.refusal);
    this.#endTransaction(false);
    if (this.#stopping) this.#stop();
  }

  /** RFC 2033 §4.2: one reply for each accepted recipient. */
  #sayToAll(transaction: Transaction, reply: Reply): void {
    const wire = this.#wire(reply);
    this.#output.text(this.#lmtp ? wire.repeat(transaction.accepted) : wire);
  }

  #hello(verb: 'EHLO' | 'HELO' | 'LHLO', name: string): void {
    // RFC 2033 §4.1: each protocol has its own greeting and refuses the other's.
    if ((verb === 'LHLO') !== this.#lmtp) {
      this.#refuse(replies.UNKNOWN_COMMAND);
      return;
    }
    if (!/^[!-~]{1,255}$/.test(name)) {
      this.#refuse(replies.BAD_NAME);
      return;
    }
    if (this.#tooIdle()) return;
    this.#pause({ kind: 'hello', verb, name });
  }

  #rset(argument: string): void {
    if (argument !== '') {
      this.#refuse(replies.NO_ARGUMENT);
      return;
    }
    if (this.#tooIdle()) return;
    this.#dropTransaction('rset');
    this.#say(replies.RESET_OK);
  }

  #quit(argument: string): void {
    if (argument !== '') {
      this.#refuse(replies.NO_ARGUMENT);
      return;
    }
    this.#say(replies.BYE);
    this.#close('quit');
  }

  #startTls(argument: string): void {
    if (this.#secure) {
      this.#refuse(replies.ALREADY_SECURE);
      return;
    }
    if (!this.#announced.has('STARTTLS')) {
      this.#refuse(replies.NOT_OFFERED);
      return;
    }
    if (argument !== '') {
      this.#refuse(replies.NO_ARGUMENT);
      return;
    }
    if (this.#transaction !== undefined) {
      this.#refuse(replies.NOT_IN_TRANSACTION);
      return;
    }
    this.#pause({ kind: 'starttls' });
  }

  #auth(argument: string): void {
    if (!this.#greeted) {
      this.#refuse(replies.HELLO_FIRST);
      return;
    }
    const mechanisms = this.#announced.get('AUTH');
    if (mechanisms === undefined) {
      this.#refuse(replies.NOT_OFFERED);
      return;
    }
    if (this.#authenticated) {
      this.#refuse(replies.ALREADY_AUTHENTICATED);
      return;
    }
    if (this.#transaction !== undefined) {
      this.#refuse(replies.NOT_IN_TRANSACTION);
      return;
    }
    const [, name = '', initial] = /^([\w-]{1,20})(?: (\S+))?$/.exec(argument) ?? [];
    if (name === '') {
      this.#refuse(replies.BAD_ARGUMENT);
      return;
    }
    const mechanism = name.toUpperCase();
    if (!mechanisms.toUpperCase().split(' ').includes(mechanism)) {
      this.#refuse(replies.UNKNOWN_MECHANISM);
      return;
    }
    if (initial === undefined) {
      this.#pause({ kind: 'auth', mechanism });
      return;
    }
    const initialResponse = decodeBase64(initial === '=' ? '' : initial);
    if (initialResponse === undefined) {
      this.#refuse(replies.BAD_BASE64);
      return;
    }
    this.#pause({ kind: 'auth', mechanism, initialResponse });
  }

  #authLine(octets: Uint8Array): void {
    const line = decodeUtf8(octets) ?? ' ';
    if (line === '*') {
      this.#endAuth(replies.CANCELLED);
      return;
    }
    const response = decodeBase64(line);
    if (response === undefined) {
      this.#endAuth(replies.BAD_BASE64);
      return;
    }
    this.#phase = 'command';
    this.#pause({ kind: 'auth-response', response });
  }

  #endAuth(reply: Reply): void {
    this.#phase = 'command';
    this.#events.push({ kind: 'auth-cancelled' });
    this.#refuse(reply);
  }

  #minor(verb: string, argument: string): void {
    switch (verb) {
      case 'NOOP': {
        this.#idle(replies.NOOP_OK);
        return;
      }
      case 'HELP': {
        this.#idle(replies.HELP);
        return;
      }
      case 'VRFY':
      case 'EXPN': {
        this.#verify(verb, argument);
        return;
      }
      case 'XCLIENT': {
        this.#xclient(argument);
        return;
      }
      default: {
        this.#refuse(replies.UNKNOWN_COMMAND);
        return;
      }
    }
  }

  #verify(verb: 'VRFY' | 'EXPN', argument: string): void {
    if (argument === '') {
      this.#refuse(replies.BAD_ARGUMENT);
      return;
    }
    if (this.#announced.has(verb)) {
      if (!this.#tooIdle()) this.#pause({ kind: 'verify', verb, argument });
      return;
    }
    if (verb === 'EXPN') {
      this.#refuse(replies.NOT_OFFERED);
      return;
    }
    this.#idle(replies.WILL_TRY);
  }

  #xclient(argument: string): void {
    const names = this.#announced.get('XCLIENT');
    if (names === undefined) {
      this.#refuse(replies.NOT_OFFERED);
      return;
    }
    if (this.#transaction !== undefined) {
      this.#refuse(replies.NOT_IN_TRANSACTION);
      return;
    }
    const attributes = readXclient(argument, names);
    if (attributes === undefined) {
      this.#refuse(replies.BAD_ARGUMENT);
      return;
    }
    this.#pause({ kind: 'xclient', attributes });
  }

  #settle(waiting: Pausing, positive: boolean, reply: Reply | undefined): void {
    switch (waiting.kind) {
      case 'hello':
        if (positive) {
          this.#welcome(waiting.verb, waiting.name, reply);
          return;
        }
        break;
      case 'mail':
        this.#say(reply ?? replies.SENDER_OK);
        if (positive) {
          const normalise = this.#options.bareLineEnds === 'normalise';
          this.#transaction = new Transaction(waiting.typed, this.#offer.size ?? 0, normalise);
        }
        return;
      case 'rcpt':
        this.#say(reply ?? replies.RECIPIENT_OK);
        if (positive && this.#transaction !== undefined) this.#transaction.accepted++;
        return;
      case 'end-of-content':
        if (this.#transaction !== undefined) this.#sayToAll(this.#transaction, reply ?? replies.MESSAGE_OK);
        {
          this.#endTransaction(positive);
          return;
        }
      case 'starttls':
        this.#say(reply ?? replies.READY_FOR_TLS);
        if (positive) this.#forgetAll('tls');
        return;
      case 'auth':
      case 'auth-response':
        this.#say(reply ?? replies.AUTHENTICATED);
        this.#authenticated = positive;
        if (!positive) this.#errors++;
        return;
      case 'verify': {
        this.#say(reply ?? (waiting.verb === 'VRFY' ? replies.WILL_TRY : replies.NOT_OFFERED));
        return;
      }
      case 'xclient':
        if (positive) {
          this.#forgetAll('command');
          this.#greet();
          return;
        }
        break;
    }
    if (reply !== undefined) this.#say(reply);
  }

  /** RFC 5321 §4.1.1.1; RFC 2034 §3: no status code in this reply. RFC 5321 §4.1.4: a transaction ends here. */
  #welcome(verb: 'EHLO' | 'HELO' | 'LHLO', name: string, reply: Reply | undefined): void {
    const { hostname } = this.#options;
    const announced = verb === 'HELO' ? NOTHING_ANNOUNCED : announce(this.#offer, this.#secure);
    const lines = [`${hostname} ${reply === undefined ? `greets ${name}` : reply.lines.join(' ')}`];
    for (const [keyword, parameters] of announced) lines.push(parameters === '' ? keyword : `${keyword} ${parameters}`);
    this.#output.text(replyWire({ code: 250, lines }, false));
    this.#dropTransaction('hello');
    this.#greeted = true;
    this.#announced = announced;
    this.#mailLimit = commandLineLimit('MAIL', announced);
    this.#rcptLimit = commandLineLimit('RCPT', announced);
  }

  #forgetAll(phase: 'tls' | 'command'): void {
    // RFC 3207 §4.2: what the client said in the clear counts for nothing, pipelined commands included.
    this.#input.clear();
    this.#lines.clear();
    this.#greeted = false;
    this.#authenticated = false;
    this.#announced = NOTHING_ANNOUNCED;
    this.#mailLimit = this.#rcptLimit = BASE_LIMIT;
    this.#phase = phase;
  }

  #dropTransaction(reason: ResetEvent['reason']): void {
    // One that refused its content has been told already.
    if (this.#transaction !== undefined && this.#transaction.refusal === undefined)
      this.#events.push({ kind: 'reset', reason });
    this.#transaction = undefined;
  }

  #endTransaction(accepted: boolean): void {
    this.#transaction = undefined;
    if (accepted) this.#idleCommands = 0;
  }

  #pause(event: Pausing): void {
    this.#waiting = event;
    this.#events.push(event);
  }

  #idle(reply: Reply): void {
    if (!this.#tooIdle()) this.#say(reply);
  }

  #tooIdle(): boolean {
    if (++this.#idleCommands <= (this.#options.maxIdleCommands ?? 100)) return false;
    this.#end(replies.TOO_MANY_COMMANDS, 'too-many-commands');
    return true;
  }

  #refuse(reply: Reply): void {
    if (++this.#errors < (this.#options.maxErrors ?? 20)) this.#say(reply);
    else this.#end(replies.TOO_MANY_ERRORS, 'too-many-errors');
  }

  #refuseParameter(error: unknown): void {
    if (!(error instanceof EsmtpParameterError)) throw error;
    const { code, status } = error.reply;
    this.#refuse({ code, status, lines: [`${error.code}${error.keyword === undefined ? '' : `: ${error.keyword}`}`] });
  }

  #say(reply: Reply): void {
    this.#output.text(this.#wire(reply));
  }

  #wire(reply: Reply): string {
    return replyWire(reply, this.#offer.enhancedStatusCodes === true);
  }

  #stop(): void {
    this.#end(replies.SHUTTING_DOWN, 'shutdown');
  }

  #end(reply: Reply, reason: ServerClosedEvent['reason']): void {
    if (this.#phase === 'closed') return;
    this.#say(reply);
    this.#close(reason);
  }

  #close(reason: ServerClosedEvent['reason']): void {
    this.#dropTransaction('closed');
    this.#phase = 'closed';
    this.#waiting = undefined;
    this.#input.clear();
    this.#events.push({ kind: 'closed', reason });
  }
}
