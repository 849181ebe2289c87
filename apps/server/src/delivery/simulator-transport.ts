import type { StatusCode } from '@dsnkit/delivery-status';
import type { Delivery, Outcome, Recipient, RemoteReply, Transport } from '../model.ts';
import type { Clock } from '../ports.ts';
import { fault, troubleOfReply } from './outcomes.ts';
import { replyForCode, replyForStatus, type SimulatedReply } from './simulator-replies.ts';

/** The name under which the simulator answers. */
const mta = 'simulator.test';

/** No `slow-SECONDS@` takes longer, so that no claim is held for ever. */
const maxSlowSeconds = 600;

/**
 * A next hop inside the server, whose recipients decide their own fate by local-part, so that anyone can provoke each
 * kind of report. Letter case and a `+tag` do not count.
 *
 *     ok            delivered
 *     NNN           refused with that reply code: 5NN fails, 4NN is deferred for ever, 2NN is delivered
 *     5.N.N 4.N.N   the same with that enhanced status code and a reply code that fits it
 *     defer-N       deferred N times, then delivered
 *     no-dsn dsn    relayed to a hop without DSN; to one with DSN
 *     slow slow-N   delivered after 10 seconds; after N seconds
 *     drop          the connection is lost after the data: deferred for ever
 *
 * Any other local-part is refused with 550 5.1.1 and the list of these.
 *
 * @example await new SimulatorTransport(clock).deliver(delivery)
 */
export class SimulatorTransport implements Transport {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  deliver(delivery: Delivery): Promise<readonly Outcome[]> {
    return Promise.all(delivery.recipients.map((recipient) => this.#decide(recipient)));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #decide(recipient: Recipient): Promise<Outcome> {
    const name = simulatorName(recipient.address);
    const slow = /^slow(?:-(\d{1,4}))?$/.exec(name);
    if (slow !== null) {
      const seconds = Math.min(maxSlowSeconds, Number(slow[1] ?? 10));
      await new Promise<void>((resolve) => this.#clock.after(seconds * 1000, resolve));
      return delivered(`Delivered after ${seconds} s, as asked`);
    }
    return this.#decideNow(name, recipient);
  }

  #decideNow(name: string, recipient: Recipient): Outcome {
    switch (name) {
      case 'ok':
        return delivered('Delivered');
      case 'no-dsn':
      case 'dsn':
        return {
          kind: 'relayed',
          status: '2.0.0',
          nextHopSupportsDsn: name === 'dsn',
          remote: remote({
            code: 250,
            status: '2.0.0',
            lines: ['Message accepted for onward delivery'],
            stage: 'content',
          }),
        };
      case 'drop':
        return fault(
          { status: '4.4.2', reason: `the connection to ${mta} was lost after the message was sent` },
          this.#clock.now(),
        );
    }
    const reply = this.#replyFor(name, recipient);
    if (reply.code < 400) return { kind: 'delivered', status: reply.status, remote: remote(reply) };
    return fault(troubleOfReply(remote(reply)), this.#clock.now());
  }

  #replyFor(name: string, recipient: Recipient): SimulatedReply {
    const defer = /^defer-(\d{1,4})$/.exec(name);
    if (defer !== null) {
      const left = Number(defer[1]) - recipient.attempts;
      if (left <= 0)
        return {
          code: 250,
          status: '2.1.5',
          lines: [`Delivered after ${recipient.attempts} deferrals`],
          stage: 'content',
        };
      return { code: 451, status: '4.3.0', lines: [`Deferred as asked, ${left} more to go`], stage: 'rcpt' };
    }
    if (/^[245]\d\d$/.test(name)) return replyForCode(Number(name));
    if (/^[45](\.(0|[1-9]\d{0,2})){2}$/.test(name)) return replyForStatus(name as StatusCode);
    return {
      code: 550,
      status: '5.1.1',
      lines: [`No mailbox ${JSON.stringify(name.slice(0, 64))} in the simulator; there are:`, names],
      stage: 'rcpt',
    };
  }
}

const names =
  'ok, 550 (any reply code), 5.2.2 (any status), 4.2.1, defer-2, no-dsn, dsn, slow, slow-5, drop; +tags are allowed';

/** The local-part that decides: unquoted, lower case, without tag. */
function simulatorName(address: string): string {
  const at = address.lastIndexOf('@');
  const local = at < 0 ? address : address.slice(0, at);
  const plain = local.startsWith('"') && local.endsWith('"') ? local.slice(1, -1).replaceAll(/\\(.)/g, '$1') : local;
  return (plain.split('+', 1)[0] ?? '').toLowerCase();
}

function delivered(text: string): Outcome {
  return {
    kind: 'delivered',
    status: '2.1.5',
    remote: remote({ code: 250, status: '2.1.5', lines: [text], stage: 'content' }),
  };
}

function remote(simulated: SimulatedReply): RemoteReply {
  const { code, status, lines, stage } = simulated;
  const last = lines.length - 1;
  const rawLines = lines.map((line, index) => `${code}${index < last ? '-' : ' '}${status} ${line}`);
  return { mta, reply: { code, status, lines }, rawLines, stage };
}
