import { ServerSession, type Reply, type ServerEvent, type ServerSessionOptions } from '@dsnkit/smtp';
import { Fault, type Target } from './target.ts';

/** A state of the server's session: how it is reached, by what the client said and what the owner did. */
interface State {
  readonly name: string;
  readonly options?: Partial<ServerSessionOptions>;
  readonly said: string;
  /** What the owner does then. */
  readonly then?: (session: ServerSession) => void;
  /** The greeting, if it is a refusal. */
  readonly refusal?: Reply;
  /** The last event that waits is not answered until the next octets come. */
  readonly waits?: true;
}

const HELLO = 'EHLO c.example\r\n';
const ENVELOPE = `${HELLO}MAIL FROM:<a@b.example>\r\nRCPT TO:<u@x.example>\r\nRCPT TO:<v@x.example>\r\n`;

const states: readonly State[] = [
  { name: 'greeted', said: '' },
  { name: 'greeted 554', said: '', refusal: { code: 554, lines: ['No'] } },
  { name: 'hello', said: HELLO },
  { name: 'hello waits', said: HELLO, waits: true },
  { name: 'tls begun', said: `${HELLO}STARTTLS\r\n` },
  { name: 'in tls', said: `${HELLO}STARTTLS\r\n`, then: (session) => session.secured() },
  { name: 'tls first', said: HELLO, options: { extensions: { startTls: true, tlsFirst: true, chunking: true } } },
  { name: 'auth', said: `${HELLO}AUTH LOGIN\r\n` },
  { name: 'mail', said: `${HELLO}MAIL FROM:<a@b.example> SMTPUTF8\r\n` },
  { name: 'rcpt', said: ENVELOPE },
  { name: 'rcpt waits', said: ENVELOPE, waits: true },
  { name: 'data', said: `${ENVELOPE}DATA\r\n` },
  { name: 'data normal', said: `${ENVELOPE}DATA\r\n`, options: { bareLineEnds: 'normalise' } },
  { name: 'data ended', said: `${ENVELOPE}DATA\r\nx\r\n.\r\n`, waits: true },
  { name: 'stopping', said: `${ENVELOPE}DATA\r\nx`, then: (session) => session.shutdown() },
  { name: 'chunk', said: `${ENVELOPE}BDAT 40\r\n` },
  { name: 'last chunk', said: `${ENVELOPE}BDAT 9 LAST\r\n` },
  { name: 'lmtp', said: ENVELOPE.replace('EHLO', 'LHLO'), options: { protocol: 'lmtp' } },
  { name: 'lmtp data', said: `${ENVELOPE.replace('EHLO', 'LHLO')}DATA\r\n`, options: { protocol: 'lmtp' } },
];

// prettier-ignore
const EXTENSIONS = {
  pipelining: true, size: 200, vrfy: true, expn: true, startTls: true, auth: ['PLAIN', 'LOGIN'], enhancedStatusCodes: true, dsn: true,
  smtputf8: true, chunking: true, binaryMime: true, deliverBy: 0, mtPriority: '', rrvs: true, xclient: ['NAME', 'ADDR'],
} as const;

const latin1 = (octets: Uint8Array | undefined): string => Buffer.from(octets ?? []).toString('latin1');

/** What went on, as text; two ways of cutting the same octets must give the same. */
class Serving {
  readonly session: ServerSession;
  readonly told: string[] = [];
  said = '';
  #state: State;
  #content = 0;
  #decision: number;
  #events = 0;

  constructor(state: State, decision: number) {
    this.#state = state;
    this.#decision = decision;
    this.session = new ServerSession({ hostname: 'mx', extensions: EXTENSIONS, maxErrors: 6, ...state.options });
    this.session.start(state.refusal);
    this.session.receive(Buffer.from(state.said));
    for (let event = this.session.next(); event !== undefined; event = this.session.next()) {
      if (event.kind === 'content') this.#content += event.octets.length;
      if (event.kind === 'end-of-content') this.#content = 0;
      if (!this.session.paused || event.kind === 'content') continue;
      if (state.waits === true && this.session.bufferedOctets === 0) return;
      if (event.kind === 'auth') this.session.challenge(Buffer.from('?'));
      else this.session.answer();
    }
    state.then?.(this.session);
    this.said = latin1(this.session.takeOutput());
  }

  /** Octets come; `answers` says whether the owner is quick. */
  take(octets: Uint8Array, answers: boolean): void {
    // What waited so long is answered now.
    if (this.session.paused) this.#answer({ kind: this.#waiting ?? 'hello' });
    this.session.receive(octets);
    this.#drain(answers);
  }

  end(): void {
    while (this.session.paused) {
      this.#answer({ kind: this.#waiting ?? 'hello' });
      this.#drain(true);
    }
    this.session.eof();
    this.#drain(true);
    this.said += latin1(this.session.takeOutput());
    this.#checkEnd();
  }

  #waiting: ServerEvent['kind'] | undefined;

  #drain(answers: boolean): void {
    const { session } = this;
    for (let event = session.next(); event !== undefined; event = session.next()) {
      if (++this.#events > 2_000) throw new Fault('events without end');
      if (this.told.at(-1)?.startsWith('closed') === true) throw new Fault(`${event.kind} after the end`);
      if (event.kind === 'content') this.#content += event.octets.length;
      else this.told.push(told(event, this.#content));
      if (event.kind === 'end-of-content' || event.kind === 'reset') this.#content = 0;
      if (!session.paused || !PAUSING.has(event.kind)) continue;
      this.#waiting = event.kind;
      if (answers) this.#answer(event);
    }
    if (!session.paused && !session.closed && session.bufferedOctets > 0) throw new Fault('octets are left unread');
  }

  /** One decision of the owner's; each gives one reply, or one for each LMTP recipient. */
  #answer({ kind }: Pick<ServerEvent, 'kind'>): void {
    const { session } = this;
    this.said += latin1(session.takeOutput());
    const choice = (this.#decision = (Math.imul(this.#decision, 1_103_515_245) + 12_345) >>> 0) >>> 24;
    if (kind.startsWith('auth') && choice < 128) session.challenge(Buffer.from('?'));
    else if (choice < 180) session.answer();
    else session.answer({ code: choice < 200 ? 450 : choice < 250 ? 550 : 421, lines: ['No', 'é'] });
    const reply = latin1(session.takeOutput());
    const count = replies(reply);
    const isLmtp = this.#state.options?.protocol === 'lmtp' && kind === 'end-of-content';
    if (count < 1 || (count > 2 && !isLmtp)) throw new Fault(`${count} replies to ${kind}`);
    this.said += reply;
  }

  #checkEnd(): void {
    const { session } = this;
    if (!session.closed || this.told.at(-1)?.startsWith('closed') !== true) throw new Fault('no end');
    session.receive(Buffer.from('NOOP\r\n'));
    session.answer();
    session.timeout();
    session.shutdown();
    if (session.next() !== undefined || session.takeOutput() !== undefined) throw new Fault('alive after the end');
  }
}

// prettier-ignore
const PAUSING: ReadonlySet<ServerEvent['kind']> = new Set(['hello', 'mail', 'rcpt', 'end-of-content', 'starttls', 'auth', 'auth-response', 'verify', 'xclient']);

/** Of content that came to nothing it depends on the cutting how much was given. */
function told(event: ServerEvent, content: number): string {
  const { kind } = event;
  if (kind === 'end-of-content' && event.sizeOctets !== content) throw new Fault('the size is not that of the content');
  return `${kind}${'reason' in event ? ` ${event.reason}` : ''}${'raw' in event ? ` ${event.raw}` : ''}${kind === 'end-of-content' ? ` ${content}` : ''}`;
}

/** How many replies a text has; it must have nothing else. RFC 5321 §4.2. */
function replies(text: string): number {
  const lines = text.split('\r\n');
  if (lines.pop() !== '') throw new Fault('half a reply');
  let count = 0;
  let open = '';
  for (const line of lines) {
    const [, code = '', more] = /^([2-5]\d\d)([ -])[^\r\n\0]*$/.exec(line) ?? [];
    if (code === '' || (open !== '' && open !== code)) throw new Fault(`no reply: ${JSON.stringify(line)}`);
    open = more === '-' ? code : '';
    if (more === ' ') count++;
  }
  if (open !== '') throw new Fault('half a reply');
  return count;
}

function run(state: State, octets: Uint8Array): void {
  let hash = 7;
  for (const octet of octets) hash = (Math.imul(hash, 31) + octet) >>> 0;
  const whole = new Serving(state, hash);
  whole.take(octets, true);
  whole.end();
  const cut = new Serving(state, hash);
  const [first, second] = [hash % (octets.length + 1), (hash >>> 8) % (octets.length + 1)];
  const [from, to] = [Math.min(first, second), Math.max(first, second)];
  cut.take(octets.subarray(0, from), hash % 3 > 0);
  cut.take(octets.subarray(from, to), hash % 5 > 0);
  cut.take(octets.subarray(to), true);
  cut.end();
  if (cut.said !== whole.said) throw new Fault(`cut otherwise, it says ${cut.said} and not ${whole.said}`);
  if (cut.told.join() !== whole.told.join()) throw new Fault(`cut otherwise, it tells ${cut.told.join()}`);
  // Never more replies than lines, but for one each from a line too long, the end and each LMTP recipient.
  const lines = `${state.said}${latin1(octets)}`.split('\n').length;
  if (replies(whole.said) > 2 * lines + 3) throw new Fault('more replies than commands');
}

const TOKENS = [
  ...['\r\n', '\n', '\r', '.', '\r\n.\r\n', '\0', 'é', '\xff', ' ', '<', '>', '*\r\n', 'YQ==\r\n', 'x'.repeat(600)],
  ...['EHLO a\r\n', 'HELO a\r\n', 'LHLO a\r\n', 'MAIL FROM:<>\r\n', 'MAIL FROM:<a@b> BODY=BINARYMIME\r\n', 'QUIT\r\n'],
  ...['RCPT TO:<u@x>\r\n', 'DATA\r\n', 'BDAT 3\r\nabc', 'BDAT 0 LAST\r\n', 'BDAT 99999999999999999999\r\n', 'NOOP\r\n'],
  ...['RSET\r\n', 'STARTTLS\r\n', 'AUTH PLAIN\r\n', 'AUTH LOGIN =\r\n', 'VRFY u\r\n', 'XCLIENT NAME=x\r\n', 'HELP\r\n'],
];
const SEEDS = [
  `${HELLO}MAIL FROM:<a@b> RET=FULL ENVID=q\r\nRCPT TO:<c@d> NOTIFY=NEVER\r\nDATA\r\nhi\r\n..\r\n.\r\nQUIT\r\n`,
  'RCPT TO:<u@x.example>\r\nBDAT 5\r\nhelloBDAT 2 LAST\r\n\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n.\r\n',
  'YWxpY2U=\r\nYQ==\r\nAUTH PLAIN AGEAYg==\r\nVRFY é SMTPUTF8\r\nRSET\r\n',
  'text\r\n.\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\nx\r\n.\r\n',
  'STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@x>\r\nXCLIENT ADDR=192.0.2.1\r\n',
].map((seed) => Buffer.from(seed));

/** The server's session in each of its states. */
export const serverTargets: readonly Target[] = states.map((state) => ({
  name: `server ${state.name}`,
  share: 0.01,
  own: [],
  seeds: SEEDS,
  tokens: TOKENS,
  run: (octets) => run(state, octets),
  hostile: [],
}));
