import { randomBytes } from 'node:crypto';
import { formatParameters, type EsmtpParameter } from '@dsnkit/esmtp-parameters';
import { formatDate } from '@dsnkit/delivery-status';
import type { Reply, ServerEvent, ServerExtensions } from '@dsnkit/smtp';
import { check as lint, type Checked } from '../lint/check.ts';
import { summaryOf, type Summary } from '../report/summary.ts';
import type { Address } from '../wire/dialogue.ts';
import { Listener, type ReceivedMessage } from '../wire/listener.ts';
import type { Check, CheckResult } from './card.ts';
import { throwIfPutOff, type Prober } from './prober.ts';

/** Where the operator has routed a test domain to. */
export interface DeliveryOptions {
  /** Every address of it leads to `listen`. */
  readonly domain: string;
  readonly listen: Address;
  /** How long to wait for messages and reports. */
  readonly waitMs: number;
}

/** What was seen of a trial that was not made. */
export const UNSEEN: Omit<Seen, 'sender'> = {
  made: false,
  envid: '',
  forwardPath: '',
  relayed: undefined,
  reports: [],
};

/** Longer than servers keep a connection that they need no more. */
const DESERTED_MS = 8000;

/** A message that is sent to see what becomes of it. */
interface Trial {
  readonly name: string;
  /** Whether the next hop announces DSN. */
  readonly hop: 'dsn' | 'plain';
  readonly fate: 'ok' | 'no';
  readonly mail: readonly EsmtpParameter[];
  readonly rcpt: readonly EsmtpParameter[];
  readonly title: string;
}

const ORCPT = 'rfc822;Probe+2Btag@Example.ORG';
const DECODED_ORCPT = 'Probe+tag@Example.ORG';

const parameter = (keyword: string, value: string): EsmtpParameter => ({ keyword, value });

const TRIALS: readonly Trial[] = [
  {
    name: 'whole', hop: 'dsn', fate: 'ok', title: 'all four parameters, to a next hop with DSN',
    mail: [parameter('RET', 'HDRS')], rcpt: [parameter('NOTIFY', 'SUCCESS,FAILURE'), parameter('ORCPT', ORCPT)],
  },
  { name: 'bare', hop: 'dsn', fate: 'ok', title: 'no parameters, to a next hop with DSN', mail: [], rcpt: [] },
  {
    name: 'failure', hop: 'dsn', fate: 'no', title: 'NOTIFY=FAILURE RET=FULL, refused by the next hop',
    mail: [parameter('RET', 'FULL')], rcpt: [parameter('NOTIFY', 'FAILURE'), parameter('ORCPT', ORCPT)],
  },
  { name: 'absent', hop: 'dsn', fate: 'no', title: 'no parameters, refused by the next hop', mail: [], rcpt: [] },
  {
    name: 'headers', hop: 'dsn', fate: 'no', title: 'NOTIFY=FAILURE RET=HDRS, refused by the next hop',
    mail: [parameter('RET', 'HDRS')], rcpt: [parameter('NOTIFY', 'FAILURE')],
  },
  { name: 'never', hop: 'dsn', fate: 'no', title: 'NOTIFY=NEVER, refused by the next hop', mail: [], rcpt: [parameter('NOTIFY', 'NEVER')] },
  { name: 'unasked', hop: 'dsn', fate: 'no', title: 'NOTIFY=SUCCESS, refused by the next hop', mail: [], rcpt: [parameter('NOTIFY', 'SUCCESS')] },
  {
    name: 'relayed', hop: 'plain', fate: 'ok', title: 'NOTIFY=SUCCESS, to a next hop without DSN',
    mail: [parameter('RET', 'FULL')], rcpt: [parameter('NOTIFY', 'SUCCESS,FAILURE'), parameter('ORCPT', ORCPT)],
  },
  { name: 'silent', hop: 'plain', fate: 'ok', title: 'NOTIFY=FAILURE, to a next hop without DSN', mail: [], rcpt: [parameter('NOTIFY', 'FAILURE')] },
  { name: 'plain-never', hop: 'plain', fate: 'ok', title: 'NOTIFY=NEVER, to a next hop without DSN', mail: [], rcpt: [parameter('NOTIFY', 'NEVER')] },
]; // prettier-ignore

/** A report that came to the sender's mailbox. */
export interface ReceivedReport {
  readonly message: ReceivedMessage;
  readonly summary: Summary;
  readonly checked: Checked;
}

/** What was seen of one trial. */
export interface Seen {
  /** False where the server does not announce DSN, and the trial would send its parameters. */
  readonly made: boolean;
  readonly envid: string;
  readonly forwardPath: string;
  /** The reverse-path of the message. */
  readonly sender: string;
  /** The message as the next hop got it. */
  readonly relayed: ReceivedMessage | undefined;
  readonly reports: readonly ReceivedReport[];
}

/** Sends the trials and watches what comes out at the other side. */
export class Delivery {
  readonly #prober: Prober;
  readonly #options: DeliveryOptions;
  readonly #trials: readonly Trial[];
  readonly #token = randomBytes(4).toString('hex');
  readonly #messages: ReceivedMessage[] = [];
  readonly #seen = new Map<string, Seen>();

  /** @param dsn the server announces DSN; to others no parameters are sent (RFC 3461 §5.2.2(a)) */
  constructor(prober: Prober, options: DeliveryOptions, dsn: boolean) {
    this.#prober = prober;
    this.#options = options;
    this.#trials = TRIALS.filter(({ mail, rcpt }) => dsn || mail.length + rcpt.length === 0);
  }

  get sender(): string {
    return `probe-sender-${this.#token}@${this.#options.domain}`;
  }

  /** Runs every trial, first those with a next hop that announces DSN. */
  async run(report: (result: CheckResult) => void, remark: (text: string) => void): Promise<ReadonlyMap<string, Seen>> {
    const listener = await Listener.start({
      ...this.#options.listen,
      hostname: 'probe.invalid',
      extensions: announcing('dsn'),
      answer: refuse,
      onMessage: (message) => void this.#messages.push(message),
    });
    try {
      for (const hop of ['dsn', 'plain'] as const) {
        const trials = this.#trials.filter((trial) => trial.hop === hop);
        if (trials.length === 0) continue;
        // A server that meets a closed port, or a 421 in a connection that it kept, may come back after an hour only.
        await listener.deserted(DESERTED_MS);
        listener.offer(announcing(hop));
        await sleep(500);
        for (const trial of trials) report(await this.#send(trial));
        const seconds = this.#options.waitMs / 1000;
        remark(
          `waiting up to ${seconds} s for messages and reports (next hop ${hop === 'dsn' ? 'with' : 'without'} DSN)`,
        );
        await this.#wait(trials);
      }
    } finally {
      await listener.stop();
    }
    for (const { name, fate } of this.#trials) this.#seen.set(name, this.#look(name, fate));
    return this.#seen;
  }

  async #send({ name, fate, mail, rcpt, title }: Trial): Promise<CheckResult> {
    const check: Check = {
      id: `deliver-${name}`,
      group: 'relay',
      clause: 'RFC 3461 §5.1',
      level: 'MUST',
      title: `a message is taken: ${title}`,
    };
    return await this.#prober.check(check, async () => {
      const withEnvid = mail.length > 0 ? [...mail, parameter('ENVID', this.#envid(name))] : mail;
      const lines = [
        line(`MAIL FROM:<${this.sender}>`, withEnvid),
        line(`RCPT TO:<${this.#address(name, fate)}>`, rcpt),
        'DATA',
      ];
      for (const command of lines) {
        const reply = await this.#prober.say(command);
        if (reply.code < 400) continue;
        throwIfPutOff(reply);
        await this.#prober.say('RSET');
        return { result: 'fail', detail: reply.raw.join(' ') };
      }
      const { dialogue } = await this.#prober.session();
      await dialogue.writeOctets(this.#content(name, fate), '[content]');
      const reply = await dialogue.contentReply();
      throwIfPutOff(reply);
      const { code, raw } = reply;
      return { result: code < 300 ? 'pass' : 'fail', detail: raw.join(' ') };
    });
  }

  #content(name: string, fate: string): Uint8Array {
    const lines = [
      `From: <${this.sender}>`,
      `To: <${this.#address(name, fate)}>`,
      `Subject: dsn probe ${name}`,
      `Date: ${formatDate(new Date())}`,
      `Message-ID: <${this.#envid(name)}@probe.invalid>`,
      '',
      'A test of delivery status notifications. Nobody needs to read this.',
      '.',
      '',
    ];
    return Buffer.from(lines.join('\r\n'));
  }

  #envid(name: string): string {
    return `probe-${this.#token}-${name}`;
  }

  #address(name: string, fate: string): string {
    return `probe-${fate}-${this.#token}-${name}@${this.#options.domain}`;
  }

  /** Until everything has come that is expected, and then a little longer for what must not come. */
  async #wait(trials: readonly Trial[]): Promise<void> {
    const { waitMs } = this.#options;
    const untilMs = Date.now() + waitMs;
    while (Date.now() < untilMs && !trials.every((trial) => this.#isComplete(trial))) await sleep(100);
    await sleep(Math.min(2000, waitMs / 4));
  }

  #isComplete({ name, fate, hop, rcpt }: Trial): boolean {
    const { relayed, reports } = this.#look(name, fate);
    const notify = rcpt.find(({ keyword }) => keyword === 'NOTIFY')?.value;
    const reported =
      fate === 'no'
        ? notify === undefined || notify.includes('FAILURE')
        : hop === 'plain' && notify?.includes('SUCCESS') === true;
    return (fate === 'no' || relayed !== undefined) && (!reported || reports.length > 0);
  }

  #look(name: string, fate: string): Seen {
    const forwardPath = this.#address(name, fate);
    const envid = this.#envid(name);
    const relayed = this.#messages.find(({ recipients }) => recipients.some((one) => one.forwardPath === forwardPath));
    const reports = this.#messages
      .filter((message) => this.#isReport(message))
      .map(readReport)
      .filter(({ summary }) => isAbout(summary, forwardPath, envid));
    return { made: true, envid, forwardPath, sender: this.sender, relayed, reports };
  }

  #isReport({ recipients }: ReceivedMessage): boolean {
    return recipients.some(({ forwardPath }) => forwardPath.toLowerCase() === this.sender.toLowerCase());
  }
}

function announcing(hop: Trial['hop']): ServerExtensions {
  const usual = { pipelining: true, eightBitMime: true, smtputf8: true, size: 0, enhancedStatusCodes: true };
  return { ...usual, dsn: hop === 'dsn' };
}

/** Our next hop knows no recipients whose names begin so. */
function refuse(event: ServerEvent): Reply | undefined {
  if (event.kind !== 'rcpt' || !event.path.address.startsWith('probe-no-')) return undefined;
  return { code: 550, status: '5.1.1', lines: ['no such mailbox at the probe'] };
}

function readReport(message: ReceivedMessage): ReceivedReport {
  const input = { file: 'report', octets: message.content };
  const checked = lint(input);
  return { message, checked, summary: summaryOf(checked.report, input) };
}

function isAbout({ recipients, report, original }: Summary, forwardPath: string, envid: string): boolean {
  if (report?.originalEnvelopeId === envid || original?.messageId === `<${envid}@probe.invalid>`) return true;
  return recipients.some(({ address }) => address?.toLowerCase() === forwardPath.toLowerCase());
}

function line(start: string, parameters: readonly EsmtpParameter[]): string {
  return parameters.length === 0 ? start : `${start} ${formatParameters(parameters)}`;
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

export { DECODED_ORCPT, ORCPT };
