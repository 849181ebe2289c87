import { formatParameters, type EsmtpParameter } from '@dsnkit/esmtp-parameters';
import type { ReceivedReply } from '@dsnkit/smtp';
import { dotStuffed } from '../wire/content.ts';
import { DialogueError, type Dialogue } from '../wire/dialogue.ts';
import type { Plan, PlannedRecipient } from './plan.ts';

/** What became of one recipient at the server that the message was given to. */
export interface Result {
  /** Null: the answer never came. */
  readonly accepted: boolean | null;
  /** Which command the answer belongs to. */
  readonly stage: 'mail' | 'rcpt' | 'data' | 'content';
  readonly reply: ReceivedReply | null;
  /** Why there is no answer. */
  readonly fault?: string;
}

/** How to go about it. */
export interface Manner {
  readonly pipelining: boolean;
  readonly chunking: boolean;
  readonly lmtp: boolean;
}

/** Gives a message to a server and tells what became of each recipient, in the order of the plan. */
export async function transfer(
  dialogue: Dialogue,
  plan: Plan,
  content: Uint8Array,
  manner: Manner,
): Promise<readonly Result[]> {
  const state = new Transfer(dialogue, plan, content, manner);
  try {
    await state.run();
  } catch (error) {
    if (!(error instanceof DialogueError)) throw error;
    return state.results(error.message);
  }
  return state.results();
}

class Transfer {
  readonly #dialogue: Dialogue;
  readonly #plan: Plan;
  readonly #content: Uint8Array;
  readonly #manner: Manner;
  readonly #results: (Result | undefined)[];
  #stage: Result['stage'] = 'mail';

  constructor(dialogue: Dialogue, plan: Plan, content: Uint8Array, manner: Manner) {
    this.#dialogue = dialogue;
    this.#plan = plan;
    this.#content = content;
    this.#manner = manner;
    this.#results = plan.recipients.map(() => undefined);
  }

  results(fault = ''): readonly Result[] {
    return this.#results.map((result) => result ?? { accepted: null, stage: this.#stage, reply: null, fault });
  }

  async run(): Promise<void> {
    const { reversePath, mailParameters, recipients } = this.#plan;
    const { pipelining, chunking } = this.#manner;
    const mail = commandLine(`MAIL FROM:<${reversePath}>`, mailParameters);
    const rcpts = recipients.map(rcptLine);
    if (pipelining) {
      this.#dialogue.write([mail, ...rcpts, ...(chunking ? [] : ['DATA'])]);
      this.#mailReply(await this.#dialogue.reply());
      for (const place of rcpts.keys()) this.#rcptReply(place, await this.#dialogue.reply());
    } else {
      this.#mailReply(await this.#dialogue.command(mail));
      if (this.#open().length === 0) return;
      for (const [place, line] of rcpts.entries()) this.#rcptReply(place, await this.#dialogue.command(line));
    }
    if (chunking) await this.#sendChunk();
    else await this.#sendData();
  }

  #mailReply(reply: ReceivedReply): void {
    if (reply.code >= 300) this.#settle({ accepted: false, stage: 'mail', reply });
    this.#stage = 'rcpt';
  }

  #rcptReply(place: number, reply: ReceivedReply): void {
    if (reply.code >= 300) this.#results[place] ??= { accepted: false, stage: 'rcpt', reply };
  }

  async #sendData(): Promise<void> {
    const { pipelining } = this.#manner;
    const wanted = this.#open().length > 0;
    if (!wanted && !pipelining) return;
    this.#stage = 'data';
    const reply = pipelining ? await this.#dialogue.reply() : await this.#dialogue.command('DATA');
    if (reply.code !== 354) {
      this.#settle({ accepted: false, stage: 'data', reply });
      return;
    }
    this.#stage = 'content';
    if (wanted)
      await this.#dialogue.writeOctets(dotStuffed(this.#content), `[${this.#content.length} octets of content]`);
    // RFC 2920 §3.1: a server that says 354 to nobody's message wants it ended all the same.
    else this.#dialogue.write(['.']);
    await this.#contentReplies();
  }

  async #sendChunk(): Promise<void> {
    if (this.#open().length === 0) return;
    this.#stage = 'content';
    this.#dialogue.write([`BDAT ${this.#content.length} LAST`]);
    await this.#dialogue.writeOctets(this.#content, `[${this.#content.length} octets of content]`);
    await this.#contentReplies();
  }

  /** One reply for all, or with LMTP one for each recipient that was taken. RFC 2033 §4.2. */
  async #contentReplies(): Promise<void> {
    const open = this.#open();
    if (!this.#manner.lmtp) {
      const reply = await this.#dialogue.contentReply();
      this.#settle({ accepted: reply.code < 300, stage: 'content', reply });
      return;
    }
    for (const place of open) {
      const reply = await this.#dialogue.contentReply();
      this.#results[place] = { accepted: reply.code < 300, stage: 'content', reply };
    }
  }

  #open(): number[] {
    return [...this.#results.keys()].filter((place) => this.#results[place] === undefined);
  }

  #settle(result: Result): void {
    for (const place of this.#open()) this.#results[place] = result;
  }
}

function rcptLine({ forwardPath, parameters }: PlannedRecipient): string {
  return commandLine(`RCPT TO:<${forwardPath}>`, parameters);
}

function commandLine(start: string, parameters: readonly EsmtpParameter[]): string {
  return parameters.length === 0 ? start : `${start} ${formatParameters(parameters)}`;
}
