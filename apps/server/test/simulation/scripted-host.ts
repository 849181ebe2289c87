import type { Connection, TlsOptions } from '../../src/ports.ts';
import type { SimulatedHost } from './network.ts';

/**
 * What a scripted host does at one point of the dialogue: reply (lines parted by LF), keep silent, close the connection,
 * or break it.
 */
export type Answer = string | { readonly do: 'stall' | 'close' | 'cut' };
export const stall: Answer = { do: 'stall' };
export const close: Answer = { do: 'close' };
export const cut: Answer = { do: 'cut' };

/** One transaction as the host saw it; content with dots un-stuffed. */
export interface SeenTransaction {
  readonly mail: string;
  readonly rcpt: string[];
  content?: string;
}

/** Answers by command; `content` answers the end of data, once, or for LMTP once per accepted recipient. */
export type Script = Partial<
  Record<
    | 'greeting'
    | 'EHLO'
    | 'HELO'
    | 'LHLO'
    | 'STARTTLS'
    | 'AUTH'
    | 'MAIL'
    | 'RCPT'
    | 'DATA'
    | 'content'
    | 'RSET'
    | 'QUIT',
    Answer | ((line: string, dialogue: Dialogue) => Answer)
  >
>;

/** What the answers may depend on. */
export interface Dialogue {
  /** The number of this connection to the host, from 1. */
  readonly connection: number;
  /** Transactions that were begun on this connection, the current one included. */
  transactions: number;
  /** TLS is up. */
  secured: boolean;
  /** Recipients accepted in this transaction. */
  accepted: string[];
}

const standard: Required<Script> = {
  greeting: '220 host.example ESMTP',
  EHLO: '250-host.example\n250-PIPELINING\n250-SIZE 10000000\n250-ENHANCEDSTATUSCODES\n250-8BITMIME\n250 DSN',
  LHLO: '250-host.example\n250-PIPELINING\n250-ENHANCEDSTATUSCODES\n250 8BITMIME',
  HELO: '250 host.example',
  STARTTLS: '220 2.0.0 Go ahead',
  AUTH: '235 2.7.0 Welcome',
  MAIL: '250 2.1.0 Sender ok',
  RCPT: '250 2.1.5 Recipient ok',
  DATA: '354 Go ahead',
  content: '250 2.0.0 Queued',
  RSET: '250 2.0.0 Reset',
  QUIT: '221 2.0.0 Bye',
};

/**
 * An SMTP or LMTP server of a test: well-behaved but for what its script says, and with a memory.
 *
 * @example const host = await ScriptedHost.start(network.host('mx.ivory.edu', '192.0.2.1'), { RCPT: '550 5.1.1 No such user' });
 */
export class ScriptedHost {
  /** Every command line, per connection in order. */
  readonly commands: string[] = [];
  readonly transactions: SeenTransaction[] = [];
  /** Pieces of octets as they arrived: shows what was pipelined. */
  readonly arrivals: string[] = [];
  connections = 0;
  script: Script;

  private constructor(script: Script) {
    this.script = script;
  }

  /** With `implicit` it begins TLS with the first octet. */
  static async start(
    host: Pick<SimulatedHost, 'listen'>,
    script: Script = {},
    port = 25,
    implicit = false,
  ): Promise<ScriptedHost> {
    const scripted = new ScriptedHost(script);
    await host.listen({ host: '0.0.0.0', port }, (connection) => scripted.#serve(connection, implicit));
    return scripted;
  }

  #serve(connection: Connection, implicit: boolean): void {
    const dialogue: Dialogue = { connection: ++this.connections, transactions: 0, secured: false, accepted: [] };
    const session = new Session(this, connection, dialogue);
    connection.attach({
      data: (octets) => {
        session.receive(new TextDecoder().decode(octets));
      },
      closed: () => {
        session.over = true;
      },
    });
    if (implicit) session.secure(() => session.say('greeting', ''));
    else session.say('greeting', '');
  }
}

const asServer: TlsOptions = {
  side: 'server',
  identity: { certificateFile: '', keyFile: '', minimumVersion: 'TLSv1.2' },
  timeoutMs: 60_000,
};

class Session {
  over = false;
  readonly #host: ScriptedHost;
  readonly #connection: Connection;
  readonly #dialogue: Dialogue;
  #text = '';
  #inMail = false;
  #inData = false;
  #lmtp = false;

  constructor(host: ScriptedHost, connection: Connection, dialogue: Dialogue) {
    this.#host = host;
    this.#connection = connection;
    this.#dialogue = dialogue;
  }

  receive(text: string): void {
    this.#host.arrivals.push(text);
    this.#text += text;
    while (!this.over && (this.#inData ? this.#takeContent() : this.#takeLine()));
  }

  /** Says what the script has for this point; gives the text of the reply. */
  say(point: keyof Script, line: string): string {
    const answer = this.#host.script[point] ?? standard[point];
    const said = typeof answer === 'function' ? answer(line, this.#dialogue) : answer;
    if (typeof said === 'string') {
      this.#write(said);
      if (said.startsWith('421') || point === 'QUIT') this.#stop(() => this.#connection.end());
      return said;
    }
    if (said.do === 'stall') this.over = true;
    else if (said.do === 'close') this.#stop(() => this.#connection.end());
    else this.#stop(() => this.#connection.destroy());
    return '';
  }

  secure(then: () => void): void {
    this.#text = '';
    this.#dialogue.secured = true;
    this.#connection.startTls(asServer).then(then, () => (this.over = true));
  }

  #write(reply: string): void {
    this.#connection.write(new TextEncoder().encode(`${reply.replaceAll('\n', '\r\n')}\r\n`));
  }

  #stop(end: () => void): void {
    this.over = true;
    end();
  }

  #takeLine(): boolean {
    const end = this.#text.indexOf('\r\n');
    if (end < 0) return false;
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 2);
    this.#host.commands.push(line);
    this.#command(line);
    return true;
  }

  #command(line: string): void {
    const verb = line.slice(0, 4).toUpperCase();
    const current = this.#host.transactions.at(-1);
    switch (verb) {
      case 'MAIL':
        this.#host.transactions.push({ mail: line, rcpt: [] });
        this.#dialogue.transactions++;
        this.#dialogue.accepted = [];
        this.#inMail = this.say('MAIL', line).startsWith('25');
        return;
      case 'RCPT':
        if (!this.#inMail) {
          this.#write('503 5.5.1 MAIL first');
          return;
        }
        if (!this.say('RCPT', line).startsWith('25')) return;
        current?.rcpt.push(line);
        this.#dialogue.accepted.push(line);
        return;
      case 'DATA':
        if (!this.#inMail) this.#write('503 5.5.1 MAIL first');
        else if (this.#dialogue.accepted.length === 0 && this.#host.script.DATA === undefined) {
          this.#write('554 5.5.1 No valid recipients');
        } else this.#inData = this.say('DATA', line).startsWith('354');
        return;
      case 'LHLO':
        this.#lmtp = true;
        this.say('LHLO', line);
        return;
      case 'STAR':
        if (this.say('STARTTLS', line).startsWith('220')) this.secure(() => undefined);
        return;
      case 'EHLO':
      case 'HELO':
      case 'AUTH':
      case 'RSET':
      case 'QUIT':
        this.say(verb, line);
        return;
      default:
        this.#write('500 5.5.2 What?');
    }
  }

  #takeContent(): boolean {
    const whole = /^\.\r\n|\r\n\.\r\n/.exec(this.#text);
    if (whole === null) return false;
    const content = this.#text.slice(0, whole.index + (whole[0].startsWith('.') ? 0 : 2));
    this.#text = this.#text.slice(whole.index + whole[0].length);
    this.#inData = this.#inMail = false;
    const current = this.#host.transactions.at(-1);
    if (current !== undefined) current.content = content.replaceAll(/^\./gm, '');
    const replies = this.#lmtp ? this.#dialogue.accepted : [''];
    for (const line of replies) if (!this.over) this.say('content', line);
    return true;
  }
}
