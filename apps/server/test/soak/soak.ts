import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as moment } from 'node:timers/promises';
import { freePort, temporaryFolder, waitFor } from '../support/dsnd.ts';
import { submit, type Answered } from '../torture/client.ts';
import { filesOf, ReportReader, type Verdict } from '../torture/ledger.ts';
import { leftovers } from '../torture/leftovers.ts';
import { Node } from '../torture/node.ts';
import { bundle } from '../torture/server.ts';
import { account, type Evidence, type Operated } from './accounting.ts';
import { Api } from './api.ts';
import { configuration, EXPIRED_MS, KEPT_MS, login, users, type Ports } from './configuration.ts';
import { median, quantile } from './growth.ts';
import { numberIn, planned, type Planned } from './plan.ts';
import { Receiver, startHops, type Arrivals, type Hops } from './places.ts';
import { databaseSizes, judged, processFigures, spanOf, tableOf, type Row, type Sample } from './samples.ts';

export interface SoakOptions {
  /** For so long messages come; then everything drains. */
  readonly ms: number;
  readonly perSecond: number;
  /** Told now and then. */
  readonly progress?: (line: string) => void;
}

/** What a soak found. */
export interface Soaked extends Verdict {
  readonly samples: readonly Sample[];
  readonly table: readonly Row[];
  /** How long the life was that the table is about, without its warm-up. */
  readonly judgedMs: number;
}

/** Restarts come early and late, so that one life between them is long enough to be judged. */
const RESTARTS = [0.1, 0.2, 0.93];
const SHORT_MS = 3 * 60_000;
const START_MS = 30_000;
const DRAIN_MS = 120_000;
const PAUSE_MS = 2_000;
const HELD_MS = 1_500;
/** How long after its expiry a message is looked up in the history; it is kept for longer. */
const SWEEP_LAG_MS = EXPIRED_MS + 25_000;
/** The server collects its garbage at every so many samples. */
const COLLECT_EVERY = 6;
const RECEIVER_AWAY_MS = 3_000;
const GONE = 'gone@hop.example';

/** Lets a server work with everything on, and judges what became of every message, and whether it grew. */
export async function soak(options: SoakOptions): Promise<Soaked> {
  const folder = temporaryFolder('dsnd-soak-');
  const run = new Soak(folder.path, options);
  try {
    await run.open();
    return await run.run();
  } finally {
    await run.close();
    folder.remove();
  }
}

class Soak implements Arrivals {
  readonly #folder: string;
  readonly #options: SoakOptions;
  readonly #receiver = new Receiver();
  readonly #reader: ReportReader;
  readonly #answers = new Map<number, Answered>();
  readonly #operated = new Map<number, Operated>();
  readonly #found: string[] = [];
  readonly #changed: string[] = [];
  readonly #history: string[] = [];
  readonly #samples: Sample[] = [];
  readonly #problems: string[] = [];
  readonly #counts = new Map<string, number>();
  /** How long MAIL waited for its reply, since the last sample. */
  #mailMs: number[] = [];
  readonly #pending = new Set<Promise<void>>();
  #hops: Hops | undefined;
  #ports: Ports = { relay: 0, submission: 0, admin: 0 };
  #api = new Api(0);
  #node: Node | undefined;
  #life = 0;
  #generation = 0;
  #reloads = 0;
  #next = 0;
  #isComing = true;
  #sweptToMs = 0;
  #cpuSeconds = 0;

  constructor(folder: string, options: SoakOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#reader = new ReportReader(
      join(folder, 'mail'),
      ({ action, originalRecipient, finalRecipient }, { message }) =>
        `${message.originalEnvelopeId ?? ''} ${action ?? ''} ${(originalRecipient ?? finalRecipient)?.value ?? ''}`,
    );
  }

  async open(): Promise<void> {
    await this.#receiver.open();
    this.#hops = await startHops(this);
    this.#ports = { relay: await freePort(), submission: await freePort(), admin: await freePort() };
    this.#api = new Api(this.#ports.admin);
    mkdirSync(join(this.#folder, 'queue'), { mode: 0o700 });
    writeFileSync(join(this.#folder, 'users.toml'), users);
    // Where a program of a package finds its version.
    writeFileSync(join(this.#folder, 'package.json'), '{"type":"module","version":"0.0.0"}');
    this.#node = new Node({
      ...{ program: bundle(join(this.#folder, 'program/built/files')), folder: this.#folder, name: 'dsnd' },
      ...{ toml: this.#toml(), port: this.#ports.relay, preload: new URL('./collect.ts', import.meta.url).href },
      said: (line) => this.#hear(line),
    });
    await this.#node.start();
  }

  async close(): Promise<void> {
    await this.#node?.kill();
    await this.#receiver.close();
    for (const hop of Object.values(this.#hops ?? {})) await hop.close();
  }

  arrived(place: string, address: string, content: string): void {
    const number = numberIn(content);
    if (number === undefined) this.#changed.push(`${place} ${address}: ${content.slice(0, 200)}`);
    else this.#found.push(`${number} ${place} ${address}`);
  }

  async run(): Promise<Soaked> {
    const startMs = Date.now();
    this.#sweptToMs = startMs;
    const entries = [{ address: GONE }];
    const isAnswered = async () =>
      (await this.#api.post('suppressions', { entries }).catch(() => undefined))?.ok === true;
    await waitFor(isAnswered, START_MS).catch(() => {
      throw new Error(`the server is not there: ${this.#node?.log()}`);
    });
    const [going, sampling] = [this.#submitAll(), this.#sampleAll()];
    for (const { atMs, what } of agenda(this.#options.ms)) {
      await moment(Math.max(0, startMs + atMs - Date.now()));
      await this.#do(what);
    }
    await moment(Math.max(0, startMs + this.#options.ms - Date.now()));
    this.#isComing = false;
    await Promise.all([going, sampling, ...this.#pending]);
    const seconds = (Date.now() - startMs) / 1_000;
    this.#options.progress?.('draining');
    await this.#drain();
    const isOver = await this.#node?.stop();
    if (isOver !== 0) this.#problems.push(`the server ended with ${isOver}`);
    const { problems, figures } = account(this.#evidence());
    const samples = judged(this.#samples);
    return {
      problems: [
        ...this.#problems,
        ...problems,
        ...leftovers(this.#folder, ['fresh', 'message', 'recipient', 'journal', 'dead_letter', 'paused']),
      ],
      figures: {
        ...{
          'seconds of load': Math.round(seconds),
          'messages a second': Math.round((10 * this.#next) / seconds) / 10,
        },
        'processor time of the server, % of a core': Math.round((1_000 * this.#cpuSeconds) / seconds) / 10,
        'processor time of the harness, % of a core':
          Math.round((1_000 * processFigures(process.pid).cpuSeconds) / seconds) / 10,
        ...figures,
        ...{ 'reports in the Maildir': this.#reader.reports, 'webhook requests': this.#receiver.requests },
        ...{
          '  of them not taken or not answered': this.#receiver.failures,
          'requests with traces': this.#receiver.spans,
        },
        ...Object.fromEntries([...this.#counts].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      },
      samples: this.#samples,
      table: tableOf(samples, (3_600 * this.#next) / seconds),
      judgedMs: spanOf(samples),
    };
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  /** Every line of the log. Nothing of what is done here is an error. */
  #hear(line: string): void {
    if (!line.startsWith('{')) this.#problems.push(`not a line of the log: ${line}`);
    else if (/"level":[56]0/.test(line)) this.#problems.push(`error in the log: ${line}`);
    else if (line.includes('"msg":"reloaded"')) this.#reloads += 1;
  }

  #toml(): string {
    if (this.#hops === undefined) throw new Error('not open');
    return configuration(this.#ports, this.#hops, this.#receiver.port, this.#generation);
  }

  async #do(what: Action): Promise<void> {
    this.#count(`done: ${what}`);
    const destination = `smtp://127.0.0.1:${this.#hops?.hop.port}`;
    switch (what) {
      case 'restart':
        await this.#restart();
        return;
      case 'reload':
        await this.#reload();
        return;
      case 'pause':
        await this.#api.untilAnswered(() => this.#api.post('destinations/pause', { destination }));
        await moment(PAUSE_MS);
        await this.#api.untilAnswered(() => this.#api.post('destinations/resume', { destination }));
        return;
      case 'receiver away':
        this.#receiver.isAway = true;
        await moment(RECEIVER_AWAY_MS);
        this.#receiver.isAway = false;
        return;
      case 'suppressed':
        await this.#offerSuppressed();
        return;
    }
  }

  async #reload(): Promise<void> {
    const before = this.#reloads;
    this.#generation += 1;
    this.#node?.reload(this.#toml());
    await waitFor(() => this.#reloads > before, 10_000).catch(() => this.#problems.push('not reloaded at SIGHUP'));
  }

  async #restart(): Promise<void> {
    this.#addCpu();
    const code = await this.#node?.stop();
    if (code !== 0) this.#problems.push(`the server ended with ${code}`);
    this.#life += 1;
    await this.#node?.start();
  }

  /** What a life has cost, at its end. A server that ended by itself is a find, with its last words. */
  #addCpu(): void {
    const node = this.#node;
    if (node?.pid === undefined) return;
    if (node.isUp()) this.#cpuSeconds += processFigures(node.pid).cpuSeconds;
    else throw new Error(`the server ended by itself: ${node.log()}`);
  }

  /** Whoever is on the suppression list is refused at submission. */
  async #offerSuppressed(): Promise<void> {
    let reply = '';
    const message = { before: [login], mail: 'MAIL FROM:<>', rcpt: [`RCPT TO:<${GONE}>`], content: '\r\n' };
    await submit(this.#ports.submission, { ...message, refused: (text) => (reply = text) });
    if (!reply.startsWith('550 5.1.1')) this.#problems.push(`a suppressed address was not refused, but: ${reply}`);
  }

  async #submitAll(): Promise<void> {
    while (this.#isComing) {
      const sending = this.#send(planned(this.#next++)).catch((error: unknown) => {
        this.#problems.push(`sending: ${String(error)}`);
      });
      this.#pending.add(sending);
      void sending.finally(() => this.#pending.delete(sending));
      await moment((-Math.log(1 - Math.random()) * 1_000) / this.#options.perSecond);
    }
  }

  async #send(plan: Planned): Promise<void> {
    if (plan.via === 'http') {
      await this.#sendByHttp(plan);
      return;
    }
    const { number, mail, rcpt, content } = plan;
    const isSubmission = plan.via === 'submission';
    const answer = await submit(isSubmission ? this.#ports.submission : this.#ports.relay, {
      ...{ mail, rcpt, content: content.replace(/\r\n$/, '') },
      ...(isSubmission ? { before: [login] } : {}),
      refused: (reply) => this.#refused(reply),
      replied: (command, tookMs) => {
        if (command.startsWith('MAIL')) this.#mailMs.push(tookMs);
      },
    });
    this.#answers.set(number, answer);
  }

  async #sendByHttp(plan: Planned): Promise<void> {
    const answer = await this.#api.submit(plan);
    this.#answers.set(plan.number, 'id' in answer ? 'accepted' : 'refused');
    if (!('id' in answer)) {
      this.#refused(answer.refused);
      return;
    }
    if (plan.number % 3 === 0) {
      const again = await this.#api.submit(plan);
      this.#count('requests made again with their Idempotency-Key');
      if (!('id' in again) || again.id !== answer.id)
        this.#problems.push(`the same key gave another answer: ${JSON.stringify([answer, again])}`);
    }
    if (plan.operation !== undefined) await this.#operate(plan, answer.id);
  }

  /** Only a server that is about to stop turns anybody away. */
  #refused(reply: string): void {
    if (reply.startsWith('421')) this.#count('replies of 421');
    else this.#problems.push(`refused: ${reply}`);
  }

  /** Does what an operator does until it is done, or there is nothing any more for which it could be. */
  async #operate({ number, operation = 'retry' }: Planned, messageId: string): Promise<void> {
    const isLastWord = operation === 'drop' || operation === 'bounce';
    for (let attempt = 1; attempt <= 25; attempt++) {
      if (isLastWord) this.#operated.set(number, { operation, isAnswered: false });
      const response = await this.#api.post(`queue/${operation}`, { messageId }).catch(() => undefined);
      if (response?.status === 404) break;
      const done = response?.ok === true ? ((await response.json()) as { recipients: number }).recipients : 0;
      if (done > 0) {
        this.#count(`operator: ${operation}`);
        if (isLastWord) this.#operated.set(number, { operation, isAnswered: true });
        break;
      }
      await moment(150);
    }
    if (operation !== 'hold') return;
    // It may be held without an answer, too.
    await moment(HELD_MS);
    await this.#api.untilAnswered(() => this.#api.post('queue/release', { messageId }));
  }

  async #sampleAll(): Promise<void> {
    const everyMs = Math.min(5_000, this.#options.ms / 20);
    for (let count = 0; this.#isComing; count++) {
      await moment(everyMs);
      const isCollected = count % COLLECT_EVERY === 0;
      await this.#sample(isCollected).catch(() => this.#count('samples that found no server'));
      if (count % 4 === 0) await this.#sweep(Date.now() - SWEEP_LAG_MS).catch(() => undefined);
      if (count % 60 === 59) this.#options.progress?.(this.#report());
    }
    this.#addCpu();
  }

  /** After a collection the heap tells what stays; between two of them, how much garbage there is. */
  async #sample(isCollected: boolean): Promise<void> {
    const [life, pid] = [this.#life, this.#node?.pid];
    if (pid === undefined) return;
    if (isCollected) this.#node?.collect();
    // Answered after the signal, whose work is done between two turns.
    await this.#api.get('/healthz');
    const metrics = await this.#api.metrics();
    await (await this.#api.get('/api/v1/queue?limit=20')).arrayBuffer();
    const [{ rss, files }, { all, wal }, mailMs] = [
      processFigures(pid),
      databaseSizes(join(this.#folder, 'queue')),
      this.#mailMs,
    ];
    this.#mailMs = [];
    if (life !== this.#life) return;
    this.#samples.push({
      ...{ atMs: Date.now(), life },
      values: {
        ...{ 'RSS (MB)': rss, 'open files': files, 'databases and WAL (MB)': all, 'WAL alone (MB)': wal },
        ...(isCollected
          ? { 'heap after a collection (MB)': (metrics.get('nodejs_heap_size_used_bytes') ?? NaN) / 1_048_576 }
          : {}),
        'timers, sockets, requests': metrics.get('nodejs_active_resources') ?? NaN,
        ...(mailMs.length === 0
          ? {}
          : { 'reply to MAIL, median (ms)': median(mailMs), 'reply to MAIL, 99 % (ms)': quantile(mailMs, 0.99) }),
      },
    });
  }

  #report(): string {
    const values = Object.entries(this.#samples.at(-1)?.values ?? {}).map(
      ([name, value]) => `${name} ${value.toFixed(1)}`,
    );
    return `${this.#next} messages, ${this.#problems.length} problems; ${values.join(', ')}`;
  }

  /** Takes down what the history says of messages that arrived before then: soon it will have forgotten them. */
  async #sweep(toMs: number): Promise<void> {
    if (toMs <= this.#sweptToMs) return;
    const lines: string[] = [];
    for await (const { envelopeId, origin, recipients } of this.#api.arrived(this.#sweptToMs, toMs)) {
      if (envelopeId === null || origin === 'report' || origin === 'list') continue;
      lines.push(...recipients.map(({ address, state }) => `${envelopeId} ${state} ${address}`));
    }
    if (Date.now() - this.#sweptToMs > KEPT_MS) this.#count('times that the history was read too late');
    this.#history.push(...lines);
    this.#sweptToMs = toMs;
  }

  /** Until nothing waits, and every event has come; and a little longer: something too many would come with it. */
  async #drain(): Promise<void> {
    const untilMs = Date.now() + DRAIN_MS;
    for (;;) {
      await moment(1_000);
      const waiting = (await this.#api.metrics()).get('dsnd_queue_messages');
      const { webhooks } = (await (await this.#api.get('/api/v1/webhooks')).json()) as {
        webhooks: readonly { readonly state: string }[];
      };
      const isIdle = webhooks.every(({ state }) => state === 'idle');
      if (waiting === 0 && isIdle) break;
      if (Date.now() > untilMs) {
        this.#problems.push(`not drained: ${waiting} messages wait, ${JSON.stringify(webhooks)}`);
        break;
      }
    }
    await moment(2_500);
    await this.#sweep(Date.now());
    this.#reader.readNew();
    this.#readMailbox();
  }

  #readMailbox(): void {
    for (const file of filesOf(join(this.#folder, 'mail'), 'here@here.example')) {
      const content = readFileSync(file, 'utf8');
      this.arrived('here', /^Delivered-To: (\S+)/m.exec(content)?.[1] ?? '', content);
      unlinkSync(file);
    }
  }

  #evidence(): Evidence {
    const events = this.#receiver.heard.flatMap(({ type, data: { recipient, recipients = [] } }) =>
      finals.has(type)
        ? (recipient === undefined ? recipients : [recipient]).map((address) => `${type} ${address}`)
        : [],
    );
    return {
      ...{ answers: this.#answers, operated: this.#operated, found: this.#found, changed: this.#changed },
      ...{ groups: this.#reader.groups, history: this.#history },
      // Of reports and of the copies of lists there are events, too, under other addresses.
      events: events.filter((line) => /\+\d/.test(line) && !line.endsWith('@sender.example')),
    };
  }
}

const finals = new Set(['delivered', 'relayed', 'expanded', 'failed', 'expired', 'bounced', 'dropped']);

type Action = 'restart' | 'reload' | 'pause' | 'receiver away' | 'suppressed';

/** What is done to the server, and when; one thing after the other. */
function agenda(ms: number): readonly { readonly atMs: number; readonly what: Action }[] {
  const isShort = ms < SHORT_MS;
  const every = (what: Action, longMs: number, shortMs: number) => {
    const stepMs = isShort ? shortMs : longMs;
    return Array.from({ length: Math.floor(ms / stepMs) }, (_, index) => ({ atMs: (index + 0.7) * stepMs, what }));
  };
  return [
    ...RESTARTS.map((part) => ({ atMs: part * ms, what: 'restart' as const })),
    ...every('reload', 30_000, 5_000),
    ...every('pause', 70_000, 9_000),
    ...every('receiver away', 240_000, 15_000),
    ...every('suppressed', 20_000, 6_000),
  ].toSorted((a, b) => a.atMs - b.atMs);
}
