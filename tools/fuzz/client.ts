import { ClientSession, type ClientEvent, type ClientTransaction } from '@dsnkit/smtp';
import { Fault, type Target } from './target.ts';

/** A state of the client's session: what the server has said, and what the client is made to do. */
interface State {
  readonly name: string;
  readonly protocol?: 'smtp' | 'lmtp';
  readonly heard: readonly string[];
  readonly then?: (client: ClientSession, driving: Driving) => void;
}

const OFFER = '250-mx\r\n250-CHUNKING\r\n250-STARTTLS\r\n250-AUTH LOGIN\r\n250-DSN\r\n250 PIPELINING\r\n';
const READY = ['220 mx\r\n', OFFER];
const SLOW = ['220 mx\r\n', '250 mx\r\n'];
const TAKEN = ['250 ok\r\n', '250 ok\r\n', '550 no\r\n', '354 go\r\n'];

const states: readonly State[] = [
  { name: 'new', heard: [] },
  { name: 'hello', heard: ['220 mx\r\n'] },
  { name: 'quit', heard: READY, then: (client) => client.quit() },
  { name: 'reset', heard: READY, then: (client) => client.reset() },
  { name: 'starttls', heard: READY, then: (client) => client.startTls() },
  { name: 'auth', heard: READY, then: (client) => client.authenticate('LOGIN') },
  { name: 'envelope', heard: SLOW, then: (_, driving) => driving.begin(false) },
  { name: 'pipelined', heard: READY, then: (_, driving) => driving.begin(false) },
  { name: 'chunking', heard: READY, then: (_, driving) => driving.begin(true) },
  { name: 'lmtp', protocol: 'lmtp', heard: READY, then: (_, driving) => driving.begin(false) },
  ...(['smtp', 'lmtp'] as const).map((protocol): State => ({
    name: `${protocol} content`,
    protocol,
    heard: READY,
    then(_, driving) {
      driving.begin(false);
      for (const reply of TAKEN) driving.take(reply);
    },
  })),
];

const latin1 = (octets: Uint8Array | undefined): string => Buffer.from(octets ?? []).toString('latin1');
const CONTENT = Buffer.from('x\r\n.\r\n');

/** A client that begins whatever it may, and answers whatever it is asked. */
class Driving {
  readonly client: ClientSession;
  readonly told: string[] = [];
  said = '';
  #begun = 0;
  #done = 0;
  #events = 0;
  /** Whether it goes on by itself; not while its state is being reached. */
  #isOn = false;

  constructor(state: State) {
    this.client = new ClientSession({
      clientName: 'c',
      ...(state.protocol === undefined ? {} : { protocol: state.protocol }),
    });
    for (const reply of state.heard) this.take(reply);
    state.then?.(this.client, this);
    this.#isOn = true;
  }

  begin(chunking: boolean): void {
    this.#begun++;
    const recipients = [0, 1].map((n) => ({ forwardPath: `u${n}@x.example`, parameters: [] }));
    this.client.begin({ reversePath: '', mailParameters: [], recipients, chunking });
  }

  take(reply: string): void {
    this.client.receive(Buffer.from(reply, 'latin1'));
    this.#drain();
  }

  end(): void {
    this.client.eof();
    this.#drain();
    const { client } = this;
    if (!client.closed || this.told.at(-1)?.startsWith('closed') !== true) throw new Fault('no end');
    if (this.#done !== this.#begun) throw new Fault(`${this.#begun} transactions, ${this.#done} results`);
    client.receive(Buffer.from('250 ok\r\n'));
    client.timeout();
    if (client.next() !== undefined || client.takeOutput() !== undefined) throw new Fault('alive after the end');
    checkSaid(this.said);
  }

  #drain(): void {
    const { client } = this;
    for (let event = client.next(); event !== undefined; event = client.next()) {
      if (++this.#events > 2_000) throw new Fault('events without end');
      if (this.told.at(-1)?.startsWith('closed') === true) throw new Fault(`${event.kind} after the end`);
      this.told.push(event.kind === 'done' ? `done ${this.#settled(event)}` : event.kind);
      this.#follow(event);
      this.said += latin1(client.takeOutput());
    }
    this.said += latin1(client.takeOutput());
  }

  #follow(event: ClientEvent): void {
    const { client } = this;
    if (event.kind === 'content-wanted') {
      client.content(CONTENT);
      client.endContent();
    }
    if (event.kind === 'challenge') client.respond(event.octets.length % 2 === 0 ? CONTENT : undefined);
    if (event.kind === 'tls' && this.#begun === 0) client.secured();
    if (!this.#isOn) return;
    const chunking = client.extensions.has('CHUNKING') && client.extensions.has('PIPELINING');
    while (client.canBegin && this.#begun < 3) this.begin(chunking && this.#begun === 2);
    if (client.canBegin) client.quit();
  }

  /** One result for each recipient, and none is good without a reply that says so. */
  #settled({ transaction, recipients }: Extract<ClientEvent, { kind: 'done' }>): string {
    this.#done++;
    const { recipients: asked }: ClientTransaction = transaction;
    if (asked.length !== recipients.length) throw new Fault('a recipient without a result');
    for (const { accepted, reply } of recipients) {
      if (accepted && (reply === undefined || reply.code >= 300)) throw new Fault('accepted without a reply');
      if (reply?.raw.some((line) => line.includes('\n')) === true) throw new Fault('a line end inside a reply');
    }
    return recipients.map(({ accepted, stage, reply }) => `${accepted} ${stage} ${reply?.code}`).join();
  }
}

const COMMAND =
  /^(?:EHLO c|HELO c|LHLO c|MAIL FROM:<>|RCPT TO:<u[01]@x\.example>|DATA|RSET|QUIT|STARTTLS|AUTH LOGIN|BDAT 0 LAST|\*|eA0KLg0K|)$/;

/** Nothing but commands that were meant, and content that nobody could take for a command. */
function checkSaid(said: string): void {
  const commands = said
    .replaceAll('x\r\n..\r\n.\r\n', '')
    .replaceAll(/BDAT 6\r\nx\r\n\.\r\n/g, '')
    .replaceAll(/^\.\r\n/gm, '');
  const lines = commands.split('\r\n');
  if (lines.pop() !== '') throw new Fault('half a line is said');
  for (const line of lines) if (!COMMAND.test(line)) throw new Fault(`it says ${JSON.stringify(line)}`);
}

function run(state: State, octets: Uint8Array): void {
  const text = latin1(octets);
  const lines = text.split(/(?<=\n)/);
  const whole = new Driving(state);
  for (const line of lines) whole.take(line);
  whole.end();
  // A reply may come in pieces, and that changes nothing.
  const cut = new Driving(state);
  for (const line of lines) {
    const at = (octets.length * 7) % (line.length + 1);
    cut.take(line.slice(0, at));
    cut.take(line.slice(at));
  }
  cut.end();
  if (cut.told.join() !== whole.told.join())
    throw new Fault(`cut otherwise, it tells ${cut.told.join()}, not ${whole.told.join()}`);
  // All at once it is another dialogue, which has an end as well.
  const atOnce = new Driving(state);
  atOnce.take(text);
  atOnce.end();
}

const TOKENS = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\0',
    'é',
    '\xff',
    '250-',
    '250 ',
    '2',
    '354 go\r\n',
    '550 5.1.1 no\r\n',
    '421 bye\r\n',
    'x'.repeat(5_000),
  ],
  ...[
    '250 ok\r\n',
    '250 ok\r\n',
    '221 bye\r\n',
    '220 go\r\n',
    '334 YQ==\r\n',
    '334 !\r\n',
    '235 in\r\n',
    '450 later\r\n',
    '999 x\r\n',
    OFFER,
  ],
];
const SEEDS = [
  [...READY, ...TAKEN, '250 queued\r\n', '221 bye\r\n'],
  [...TAKEN, '250 queued\r\n', '250 queued\r\n', ...TAKEN, '554 no\r\n', '221 bye\r\n'],
  ['220 go\r\n', OFFER, '250 ok\r\n', '450 no\r\n', '450 no\r\n', '354 go\r\n', '503 no\r\n', '221 bye\r\n'],
  ['334 VXNlcm5hbWU6\r\n', '334 UGFzc3dvcmQ6\r\n', '235 in\r\n', ...TAKEN, '250 queued\r\n'],
  ['250-2.1.0 a\r\n250-2.1.0 b\r\n250 2.1.0 c\r\n', '251 ok\r\n', '250 ok\r\n', '354\r\n', '250\r\n'],
].map((lines) => Buffer.from(lines.join('')));

/** The client's session in each of its states. */
export const clientTargets: readonly Target[] = states.map((state) => ({
  name: `client ${state.name}`,
  share: 0.01,
  own: [],
  seeds: SEEDS,
  tokens: TOKENS,
  run: (octets) => run(state, octets),
  hostile: [],
}));
