import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, takesConnections, temporaryFolder } from '../support/dsnd.ts';
import { startRecordingHop } from '../support/recording-hop.ts';
import type { RecordingHop } from '../support/recording-hop.ts';
import { submit } from './client.ts';
import type { Answered } from './client.ts';
import { leftovers, spoolFiles } from './leftovers.ts';
import { judge, owedNumbers, ReportReader } from './ledger.ts';
import type { Evidence, Relayed, Verdict } from './ledger.ts';
import { planned } from './plan.ts';
import { Workbench } from './server.ts';
import type { Tortured } from './server.ts';

/** Where the server is killed. What the preload does is told in preload.ts; the rest the harness does from outside. */
export const points = [
  'any-moment',
  'before-commit',
  'inside-commit',
  'after-commit',
  'group-commit',
  'settling',
  'after-hop-250',
  'after-maildir',
  'recovery',
  'start',
  'spooling',
] as const;
export type Point = (typeof points)[number];

/** Ways to break the store, to see whether the harness notices. */
export const breaks = ['answers-early', 'reports-later', 'settles-in-parts'] as const;

export interface TortureOptions {
  readonly kills: number;
  /** Only these points, in turn. Default: all. */
  readonly points?: readonly Point[];
  readonly broken?: (typeof breaks)[number];
  /** Told after every kill. */
  readonly progress?: (kills: number) => void;
}

const clients = 8;
const messagesPerRun = 24;
/** A point that does not come about: the server is killed all the same. */
const patienceMs = 5_000;
const largeOctets = 700_000;
/** Lives that end early get little done: now and then one goes on until delays can be told before the expiry. */
const livesBeforeCalm = 11;
const calmMs = 1_500;

/** Kills a server again and again while it works, lets the last one finish, and judges. */
export async function torture(options: TortureOptions): Promise<Verdict> {
  const folder = temporaryFolder('dsnd-torture-');
  const yard = new Yard(folder.path);
  try {
    await yard.open();
    return await yard.torture(options);
  } finally {
    await yard.close();
    folder.remove();
  }
}

class Yard {
  readonly #folder: string;
  readonly #answers = new Map<number, Answered>();
  readonly #relayed: Relayed[] = [];
  readonly #hops: RecordingHop[] = [];
  readonly #kills = new Map<string, number>();
  #bench: Workbench | undefined;
  #server: Tortured | undefined;
  #port = 0;
  #run = 0;
  /** Transactions until the hop has the server killed. */
  #fuse = Infinity;
  #next = 0;
  #budget = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(): Promise<void> {
    const dsn = ['PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES', 'DSN'];
    this.#hops.push(await this.#startHop(dsn.slice(0, -1)), await this.#startHop(dsn));
    this.#port = await freePort();
    const [plain = 0, knowing = 0] = this.#hops.map(({ port }) => port);
    this.#bench = new Workbench(this.#folder, configuration(this.#port, plain, knowing));
  }

  async close(): Promise<void> {
    await this.#server?.kill();
    for (const hop of this.#hops) await hop.close();
  }

  async torture({ kills, broken, progress, points: wanted = points }: TortureOptions): Promise<Verdict> {
    const startMs = performance.now();
    const busy = { going: true };
    const working = Array.from({ length: clients }, () => this.#submitAll(busy));
    for (let count = 0; count < kills; count++) {
      if (count % livesBeforeCalm === 0 && count > 0) await this.#calm(broken);
      await this.#killOnce(wanted[count % wanted.length] ?? 'any-moment', broken);
      progress?.(count + 1);
    }
    busy.going = false;
    await Promise.all(working);
    const elapsed = (performance.now() - startMs) / 1_000;
    const reader = new ReportReader(join(this.#folder, 'mail'));
    await this.#finish(reader, broken);
    const verdict = judge(this.#evidence(), reader);
    return {
      problems: [...verdict.problems, ...leftovers(this.#folder), ...this.#misses(kills, wanted)],
      figures: {
        ...{ kills, 'seconds of killing': Math.round(elapsed) },
        ...Object.fromEntries([...this.#kills].map(([point, times]) => [`  ${point}`, times])),
        'kills aimed into a commit that hit it': this.#hitCommits(),
        ...verdict.figures,
      },
    };
  }

  /** A life in which the server may work off what waits; it ends like the others. */
  async #calm(broken: string | undefined): Promise<void> {
    const server = this.#start(undefined, broken);
    if (await this.#isUp(server)) await moment(calmMs);
    await server.kill();
  }

  /** One life of the server: it starts, works, and is killed. */
  async #killOnce(point: Point, broken: string | undefined): Promise<void> {
    const count = 1 + Math.floor(Math.random() * (point === 'after-maildir' || point === 'settling' ? 4 : 8));
    const server = this.#start(`${point}:${count}`, broken);
    this.#fuse = point === 'after-hop-250' ? count : Infinity;
    let hit: string = point;
    if (point === 'start') {
      await moment(20 + Math.random() * 140);
    } else {
      const isUp = await this.#isUp(server);
      if (isUp) this.#budget = messagesPerRun;
      if (point === 'any-moment') await moment(Math.random() * 400);
      else if (point === 'spooling' && isUp) await this.#spoolHalf(server);
      else await Promise.race([server.ended, moment(patienceMs)]);
      const isChosen = point === 'any-moment' || point === 'spooling' || server.isOver();
      if (!isChosen) hit = 'any-moment';
    }
    this.#fuse = Infinity;
    const { signal } = await server.kill();
    if (signal !== 'SIGKILL') throw new Error(`the server ended by itself: ${server.log()}`);
    this.#kills.set(hit, (this.#kills.get(hit) ?? 0) + 1);
  }

  #start(point: string | undefined, broken: string | undefined): Tortured {
    if (this.#bench === undefined) throw new Error('not open');
    this.#run += 1;
    this.#server = this.#bench.start({
      run: this.#run,
      ...(point === undefined ? {} : { point }),
      ...(broken === undefined ? {} : { broken }),
    });
    return this.#server;
  }

  async #isUp(server: Tortured): Promise<boolean> {
    while (!server.isOver()) {
      if (await takesConnections(this.#port)) return true;
      await moment(5);
    }
    return false;
  }

  /** A large message comes half; then the server is killed. */
  async #spoolHalf(server: Tortured): Promise<void> {
    const number = this.#next++;
    const halfway = async () => {
      while (spoolFiles(this.#folder).length === 0 && !server.isOver()) await moment(5);
      await server.kill();
    };
    this.#answers.set(number, await submit(this.#port, { ...this.#message(number, largeOctets), halfway }));
  }

  async #submitAll(busy: { readonly going: boolean }): Promise<void> {
    while (busy.going) {
      if (this.#budget <= 0) {
        await moment(5);
        continue;
      }
      this.#budget -= 1;
      const number = this.#next++;
      const answer = await submit(this.#port, this.#message(number, number % 50 === 49 ? largeOctets : 100));
      this.#answers.set(number, answer);
      if (answer === 'not-sent') this.#budget = 0;
    }
  }

  #message(number: number, octets: number): Parameters<typeof submit>[1] {
    const { mail, rcpt } = planned(number);
    const head = `Subject: ${number}\r\nMessage-ID: <m${number}@sender.example>\r\n\r\n`;
    return {
      mail,
      rcpt,
      content: head + 'All work and no play makes mail a dull thing.\r\n'.repeat(Math.ceil(octets / 47)),
    };
  }

  /**
   * Lets a server without a point finish what is owed, and a little more: a report too many would come with it. What was
   * stored without an answer is owed, too, though nobody outside knows of it before it is paid.
   */
  async #finish(reader: ReportReader, broken: string | undefined): Promise<void> {
    // A store that is broken will not pay; what is owed last is owed at the expiry.
    const untilMs = performance.now() + (broken === undefined ? 120_000 : 43_000);
    do {
      const server = this.#start(undefined, broken === 'answers-early' ? undefined : broken);
      while (performance.now() < untilMs && !this.#isPaid(reader)) await moment(200);
      await moment(2_500);
      await server.stop();
    } while (performance.now() < untilMs && (!this.#isPaid(reader) || leftovers(this.#folder).length > 0));
  }

  #isPaid(reader: ReportReader): boolean {
    const evidence = this.#evidence();
    const groups = new Set(reader.readNew());
    const relayed = new Set(this.#relayed.map(({ address }) => address));
    return owedNumbers(evidence, reader.groups).every((number) => {
      const plan = planned(number);
      return plan.owed.every((owed) => groups.has(owed)) && plan.relayed.every((address) => relayed.has(address));
    });
  }

  #evidence(): Evidence {
    const journal = readFileSync(join(this.#folder, 'journal'), 'utf8');
    return { answers: this.#answers, relayed: this.#relayed, journal, mailDirectory: join(this.#folder, 'mail') };
  }

  /** Runs that were to end inside a commit, less those in which the commit came to its end before the kill. */
  #hitCommits(): number {
    const survived = this.#evidence().journal.match(/^survived /gm)?.length ?? 0;
    const aimed = ['inside-commit', 'group-commit', 'recovery'].map((point) => this.#kills.get(point) ?? 0);
    return aimed.reduce((sum, times) => sum + times, -survived);
  }

  /** A harness that never gets to a point must not pass for one that does. */
  #misses(kills: number, wanted: readonly Point[]): string[] {
    if (kills < 2 * wanted.length) return [];
    return wanted.filter((point) => !this.#kills.has(point)).map((point) => `no kill came about at: ${point}`);
  }

  async #startHop(extensions: readonly string[]): Promise<RecordingHop> {
    return startRecordingHop({
      extensions,
      rcpt: (address) => {
        if (address.startsWith('no+')) return '550 5.1.1 no such user';
        return address.startsWith('late+') ? '451 4.2.1 come back later' : '250 2.1.5 Ok';
      },
      endOfData: (addresses, commands) => {
        addresses.forEach((address, index) => {
          this.#relayed.push({ address, command: commands[index] ?? '', run: this.#run });
        });
        // The 250 is written in this turn; then the server ends before it can settle, or right after.
        if (--this.#fuse === 0) setImmediate(() => void this.#server?.kill());
        return '250 2.0.0 Ok: queued';
      },
    });
  }
}

function configuration(port: number, plain: number, knowing: number): string {
  const route = (match: string, to: string) => `[[route]]\nmatch = "${match}"\nto = "${to}"\n`;
  return `hostname = "mx.example.org"
store = "sqlite:queue"
recipient-delimiter = "+"
[[listen]]
address = "127.0.0.1:${port}"
${route('hop.example', `smtp://127.0.0.1:${plain}`)}${route('dsn.example', `smtp://127.0.0.1:${knowing}`)}
${route('here.example', 'maildir:mail')}${route('sender.example', 'maildir:mail')}
[retry]
delays = ["1s", "3s", "8s"]
delayed-after = "2s"
expire-after = "40s"
[report]
max-per-minute = 1000000
digest-every = "never"
`;
}

function moment(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
