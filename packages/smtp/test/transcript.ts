import { parseParameters } from '@dsnkit/esmtp-parameters';
import {
  ClientSession,
  type ClientSessionOptions,
  type ClientTransaction,
  type Reply,
  type ServerEvent,
  ServerSession,
  type ServerSessionOptions,
} from '../src/index.ts';

/**
 * A dialogue in a text file, one line each:
 *
 *     # title, then comments          @ options of the session as JSON
 *     C: what the client says         S: what the server says
 *     A: kind reply                   an answer to the next event of that kind, as `A: rcpt 550 5.1.1 No such user`
 *     E: an event that is expected    all of them, if any is given
 *     T: a transaction as JSON        R: a result that is expected
 *     ! a call of the session
 *
 * C and S lines end in CRLF; `\r \n \0 \xHH` are octets, a `\` at the end leaves the CRLF away.
 */
export interface Transcript {
  readonly title: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
}

interface Step {
  readonly kind: 'C' | 'S' | 'A' | 'E' | 'T' | 'R' | '!';
  readonly text: string;
}

export type Mode = 'line by line' | 'octet by octet' | 'pipelined';

export function parseTranscript(text: string): Transcript {
  const lines = text.split('\n').filter((line) => line !== '');
  const title = lines.find((line) => line.startsWith('# '))?.slice(2) ?? '';
  const options = lines.filter((line) => line.startsWith('@ ')).map((line) => JSON.parse(line.slice(2)) as object);
  const steps = lines.flatMap((line): Step[] => {
    const [, kind, rest = ''] = /^([CSAETR!]):? ?(.*)$/.exec(line) ?? [];
    return kind === undefined ? [] : [{ kind: kind as Step['kind'], text: rest }];
  });
  return { title, options: Object.assign({}, ...options) as Readonly<Record<string, unknown>>, steps };
}

/** The octets of a C or S line. */
export function octetsOf(text: string): Uint8Array {
  const whole = text.endsWith('\\') ? text.slice(0, -1) : `${text}\r\n`;
  const plain = whole.replace(
    /\\(r|n|0|x[0-9A-F]{2})/g,
    (_, escape: string) => ESCAPES[escape] ?? `\u{F000}${escape.slice(1)}`,
  );
  const octets: number[] = [];
  for (let at = 0; at < plain.length; at++) {
    if (plain[at] === '\u{F000}') {
      octets.push(parseInt(plain.slice(at + 1, at + 3), 16));
      at += 2;
    } else {
      const point = String.fromCodePoint(plain.codePointAt(at) ?? 0);
      octets.push(...new TextEncoder().encode(point));
      at += point.length - 1;
    }
  }
  return Uint8Array.from(octets);
}

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', 0: '\0' };

export interface Played {
  /** What the session said, turn by turn in line-by-line mode, else as a whole. */
  readonly said: readonly string[];
  readonly expected: readonly string[];
  readonly events: readonly string[];
  readonly content: string;
}

/** Plays the client's lines to a server session. */
export function playServer(transcript: Transcript, mode: Mode): Played {
  const session = new ServerSession(transcript.options as unknown as ServerSessionOptions);
  const answers = answersOf(transcript);
  const events: string[] = [];
  let content = '';
  const said: string[] = [];
  const expected: string[] = [];
  const pump = (): void => {
    for (let event = session.next(); event !== undefined; event = session.next()) {
      if (event.kind === 'content') content += text(event.octets);
      else events.push(summary(event));
      if (session.paused && event.kind !== 'content' && event.kind !== 'reset')
        answer(session, answers.get(event.kind)?.shift());
    }
  };
  session.start(answers.get('connect')?.shift()?.[0]);
  for (const turn of turnsOf(transcript, 'C', mode)) {
    for (const call of turn.calls) callServer(session, call);
    const octets = turn.octets;
    for (const piece of mode === 'octet by octet' ? single(octets) : [octets]) {
      session.receive(piece);
      pump();
    }
    pump();
    said.push(text(session.takeOutput() ?? new Uint8Array(0)));
    expected.push(turn.expected);
  }
  return mode === 'line by line'
    ? { said, expected, events, content }
    : { said: [said.join('')], expected: [expected.join('')], events, content };
}

export interface PlayedClient extends Played {
  readonly results: readonly string[];
}

/** Plays the server's lines to a client session. */
export function playClient(transcript: Transcript, mode: Mode): PlayedClient {
  const session = new ClientSession({
    clientName: 'client.example',
    ...(transcript.options as Partial<ClientSessionOptions>),
  });
  const waiting = transcript.steps.filter(({ kind }) => kind === 'T').map((step) => readTransaction(step.text));
  const contents = new Map(waiting.map(({ transaction, content }) => [transaction, content]));
  const played = {
    said: [] as string[],
    expected: [] as string[],
    events: [] as string[],
    results: [] as string[],
    content: '',
  };
  let ready = false;
  const pump = (): void => {
    for (let event = session.next(); event !== undefined; event = session.next()) {
      played.events.push(
        event.kind === 'closed'
          ? `closed ${event.reason}${event.error === undefined ? '' : ` ${event.error.code}`}`
          : event.kind,
      );
      if (event.kind === 'ready') ready = true;
      if (event.kind === 'content-wanted') {
        session.content(new TextEncoder().encode(contents.get(event.transaction) ?? ''));
        session.endContent();
      }
      if (event.kind === 'done') {
        for (const [place, { accepted, stage, reply }] of event.recipients.entries()) {
          const path = event.transaction.recipients[place]?.forwardPath;
          played.results.push(
            `${path} ${accepted ? 'accepted' : 'refused'} ${stage} ${reply?.raw.join('|') ?? 'lost'}`,
          );
        }
      }
    }
    while (ready && session.canBegin && waiting[0] !== undefined)
      session.begin((waiting.shift() ?? waiting[0]).transaction);
  };
  for (const turn of turnsOf(transcript, 'S', mode)) {
    for (const call of turn.calls) callClient(session, call);
    for (const piece of mode === 'octet by octet' ? single(turn.octets) : [turn.octets]) {
      session.receive(piece);
      pump();
    }
    pump();
    played.said.push(text(session.takeOutput() ?? new Uint8Array(0)));
    played.expected.push(turn.expected);
  }
  return played;
}

interface Turn {
  readonly octets: Uint8Array;
  readonly expected: string;
  readonly calls: readonly string[];
}

/** What one side says until the other answers. Pipelined: until a call of the session. */
function turnsOf({ steps }: Transcript, side: 'C' | 'S', mode: Mode): Turn[] {
  const turns: { octets: number[]; expected: number[]; calls: string[] }[] = [];
  const last = (): (typeof turns)[0] => {
    if (turns.length === 0) turns.push({ octets: [], expected: [], calls: [] });
    return turns.at(-1)!;
  };
  for (const { kind, text: line } of steps) {
    if (kind === '!') turns.push({ octets: [], expected: [], calls: [line] });
    else if (kind === side) {
      if (mode !== 'pipelined' && last().expected.length > 0) turns.push({ octets: [], expected: [], calls: [] });
      last().octets.push(...octetsOf(line));
    } else if (kind === 'C' || kind === 'S') last().expected.push(...octetsOf(line));
  }
  return turns.map(({ octets, expected, calls }) => ({
    octets: Uint8Array.from(octets),
    expected: text(Uint8Array.from(expected)),
    calls,
  }));
}

/** Answers wait by kind of event; several replies, split by `|`, are one for each LMTP recipient. */
function answersOf({ steps }: Transcript): Map<string, (readonly Reply[])[]> {
  const answers = new Map<string, (readonly Reply[])[]>();
  for (const step of steps) {
    if (step.kind !== 'A') continue;
    const space = step.text.indexOf(' ');
    const kind = step.text.slice(0, space);
    answers.set(kind, [
      ...(answers.get(kind) ?? []),
      step.text
        .slice(space + 1)
        .split('|')
        .map(readReply),
    ]);
  }
  return answers;
}

function readReply(line: string): Reply {
  const [, code, status, rest = ''] = /^(\d{3})(?: (\d\.\d+\.\d+))?(?: (.*))?$/.exec(line) ?? [];
  return { code: Number(code), lines: [rest], ...(status !== undefined && { status }) };
}

function answer(session: ServerSession, replies: readonly Reply[] | undefined): void {
  const [reply, ...others] = replies ?? [];
  if (reply?.code === 200) session.answer();
  else if (reply?.code === 334) session.challenge(new TextEncoder().encode(reply.lines[0]));
  else if (reply !== undefined && others.length > 0) session.answerEach([reply, ...others]);
  else session.answer(reply);
}

function callServer(session: ServerSession, call: string): void {
  const [name, argument = ''] = call.split(/ (.*)/, 2);
  if (name === 'secured') session.secured();
  else if (name === 'eof') session.eof();
  else if (name === 'timeout') session.timeout();
  else if (name === 'shutdown') session.shutdown();
  else if (name === 'configure') session.configure(JSON.parse(argument) as object);
  else throw new Error(`No call: ${call}`);
}

function callClient(session: ClientSession, call: string): void {
  const [name, argument = ''] = call.split(/ (.*)/, 2);
  if (name === 'secured') session.secured();
  else if (name === 'eof') session.eof();
  else if (name === 'timeout') session.timeout();
  else if (name === 'quit') session.quit();
  else if (name === 'reset') session.reset();
  else if (name === 'starttls') session.startTls();
  else if (name === 'auth') {
    const [mechanism = '', initial] = argument.split(' ');
    session.authenticate(
      mechanism,
      initial === undefined ? undefined : new TextEncoder().encode(initial.replaceAll('~', '\0')),
    );
  } else if (name === 'respond') session.respond(new TextEncoder().encode(argument));
  else if (name === 'cancel') session.respond();
  else throw new Error(`No call: ${call}`);
}

interface JsonTransaction {
  readonly from: string;
  readonly mail?: string;
  readonly to: readonly (string | readonly [string, string])[];
  readonly chunking?: boolean;
  readonly content?: string;
}

function readTransaction(json: string): { transaction: ClientTransaction; content: string } {
  const { from, mail = '', to, chunking, content = '' } = JSON.parse(json) as JsonTransaction;
  const parameters = (list: string): ReturnType<typeof parseParameters> => (list === '' ? [] : parseParameters(list));
  const recipients = to.map((recipient) => {
    const [forwardPath, list] = typeof recipient === 'string' ? [recipient, ''] : recipient;
    return { forwardPath, parameters: parameters(list) };
  });
  const transaction = {
    reversePath: from,
    mailParameters: parameters(mail),
    recipients,
    ...(chunking !== undefined && { chunking }),
  };
  return { transaction, content };
}

function summary(event: Exclude<ServerEvent, { kind: 'content' }>): string {
  switch (event.kind) {
    case 'hello':
      return `hello ${event.verb} ${event.name}`;
    case 'mail':
      return `mail <${event.path.wire}>${event.parameters.map(({ keyword, value }) => ` ${keyword}${value === undefined ? '' : `=${value}`}`).join('')}`;
    case 'rcpt':
      return `rcpt <${event.path.wire}>${event.parameters.map(({ keyword, value }) => ` ${keyword}${value === undefined ? '' : `=${value}`}`).join('')}`;
    case 'end-of-content':
      return `end-of-content ${event.sizeOctets}`;
    case 'reset':
    case 'closed':
      return `${event.kind} ${event.reason}`;
    case 'auth':
      return `auth ${event.mechanism}${event.initialResponse === undefined ? '' : ` ${JSON.stringify(text(event.initialResponse))}`}`;
    case 'auth-response':
      return `auth-response ${JSON.stringify(text(event.response))}`;
    case 'verify':
      return `verify ${event.verb} ${event.argument}${event.smtputf8 ? ' (UTF-8)' : ''}`;
    case 'xclient':
      return `xclient ${JSON.stringify([...event.attributes])}`;
    case 'starttls':
    case 'auth-cancelled':
      return event.kind;
  }
}

function text(octets: Uint8Array): string {
  return new TextDecoder().decode(octets);
}

function single(octets: Uint8Array): Uint8Array[] {
  return Array.from(octets, (octet) => Uint8Array.of(octet));
}
