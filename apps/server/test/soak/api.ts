import { setTimeout as moment } from 'node:timers/promises';
import type { Planned } from './plan.ts';

/** A recipient in the history. */
interface Known {
  readonly address: string;
  readonly state: string;
}

/** A message in the history. */
export interface KnownMessage {
  readonly id: string;
  readonly origin: string;
  readonly envelopeId: string | null;
  readonly recipients: readonly Known[];
}

const TIMEOUT_MS = 10_000;
const AGAIN_MS = 200;

/** What an operator or a program does over HTTP. Rejects while the server is away. */
export class Api {
  readonly #url: string;

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}`;
  }

  async get(path: string): Promise<Response> {
    return await fetch(`${this.#url}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  }

  async post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return await fetch(`${this.#url}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }

  /** Hands a message over, again with the same key until there is an answer. Gives its queue id, or why it was refused. */
  async submit({
    sender,
    envelopeId,
    mail,
    notify,
    recipients,
    content,
  }: Planned): Promise<{ id: string } | { refused: string }> {
    const words = notify?.toLowerCase().split(',');
    const message = {
      ...{ from: sender, envelopeId, ret: mail.includes('RET=FULL') ? 'full' : 'headers', raw: content },
      recipients: recipients.map(({ address, original }) => ({
        address,
        orcpt: `${/^\p{ASCII}*$/u.test(original) ? 'rfc822' : 'utf-8'};${original}`,
        ...(words === undefined ? {} : { notify: words[0] === 'never' ? 'never' : words }),
      })),
    };
    const response = await this.untilAnswered(() => this.post('messages', message, { 'Idempotency-Key': envelopeId }));
    const text = await response.text();
    return response.status === 202
      ? { id: (JSON.parse(text) as { id: string }).id }
      : { refused: `${response.status} ${text}` };
  }

  /** Tries until the server is there, and says something else than that it can't. */
  async untilAnswered(ask: () => Promise<Response>): Promise<Response> {
    for (;;) {
      const response = await ask().catch(() => undefined);
      if (response !== undefined && response.status < 500) return response;
      await moment(AGAIN_MS);
    }
  }

  /** Messages that arrived in a time, page by page. */
  async *arrived(fromMs: number, toMs: number): AsyncGenerator<KnownMessage> {
    const time = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
    let cursor = '';
    do {
      const response = await this.get(`/api/v1/messages?limit=1000&from=${time(fromMs)}&to=${time(toMs)}${cursor}`);
      if (!response.ok) throw new Error(`history: ${response.status} ${await response.text()}`);
      const { messages, next } = (await response.json()) as { messages: readonly KnownMessage[]; next: string | null };
      yield* messages;
      cursor = next === null ? '' : `&cursor=${encodeURIComponent(next)}`;
    } while (cursor !== '');
  }

  /** The values of the metrics, summed over their labels. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const text = await (await this.get('/metrics')).text();
    const values = new Map<string, number>();
    for (const [, name = '', value] of text.matchAll(/^([a-z_]+)(?:\{[^}]*\})? ([-+.\deE]+)$/gm))
      values.set(name, (values.get(name) ?? 0) + Number(value));
    return values;
  }
}
