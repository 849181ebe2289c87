import { parseParameters, readMailParameters } from '@dsnkit/esmtp-parameters';
import type { Delivery, Outcome, Recipient, Transport } from '../model.ts';
import type { Clock, Programs } from '../ports.ts';
import { deliveryHeader } from './maildir-transport.ts';
import { fault, type Trouble } from './outcomes.ts';

const TIMEOUT_MS = 300_000;

/**
 * Final delivery to a program of this machine: it is run once per recipient, without a shell, and reads the message
 * with its Return-Path from standard input. SENDER, RECIPIENT, ENVELOPE_ID and QUEUE_ID stand in its environment.
 *
 * Exit code 0 is delivered; of the others the codes of sysexits are known: 67 and 68 (no such user or host), 75 (try
 * again), 77 (not permitted), 65 (bad data), 70, 71, 73 and 74 (trouble here). Unknown ones are final.
 *
 * @example new PipeTransport(['/usr/local/bin/ticket', '--queue', 'sales'], { programs, clock })
 */
export class PipeTransport implements Transport {
  readonly #command: readonly [string, ...string[]];
  readonly #programs: Programs;
  readonly #clock: Clock;

  constructor(command: readonly [string, ...string[]], ports: { readonly programs: Programs; readonly clock: Clock }) {
    this.#command = command;
    this.#programs = ports.programs;
    this.#clock = ports.clock;
  }

  async deliver(delivery: Delivery): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    // One after the other: a program per recipient at once would let a message of a thousand start a thousand.
    for (const recipient of delivery.recipients) outcomes.push(await this.#run(delivery, recipient));
    return outcomes;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #run({ message, content }: Delivery, recipient: Recipient): Promise<Outcome> {
    const header = new TextEncoder().encode(deliveryHeader(message, recipient));
    const { envid = '' } = readMailParameters(parseParameters(message.mailParameters));
    try {
      const { exitCode, said } = await this.#programs.run({
        command: this.#command,
        environment: {
          SENDER: message.reversePath,
          RECIPIENT: recipient.address,
          ENVELOPE_ID: envid,
          QUEUE_ID: message.id,
        },
        input: behind(header, content.read()),
        timeoutMs: TIMEOUT_MS,
      });
      if (exitCode === 0) return { kind: 'delivered', status: '2.0.0' };
      return fault(troubleOf(exitCode, said), this.#clock.now());
    } catch {
      const trouble: Trouble = {
        status: '4.3.0',
        reason: 'the program that takes this mail could not be run to its end',
      };
      return fault(trouble, this.#clock.now());
    }
  }
}

async function* behind(header: Uint8Array, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield header;
  yield* content;
}

const STATUSES: Readonly<Record<number, Trouble['status']>> = {
  65: '5.6.0',
  67: '5.1.1',
  68: '5.1.2',
  70: '4.3.0',
  71: '4.3.0',
  73: '4.3.0',
  74: '4.3.0',
  75: '4.3.0',
  77: '5.7.1',
};

function troubleOf(exitCode: number, said: string): Trouble {
  const words = said
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
    .slice(0, 300);
  const ended = `the program that takes this mail ended with code ${exitCode}`;
  return { status: STATUSES[exitCode] ?? '5.3.0', reason: words === '' ? ended : `${ended}: ${words}` };
}
