/**
 * Fuzzes the libraries: random and mutated inputs against every reader and against the server's and the client's session
 * in each of their states.
 *
 *     npm run fuzz -- [--inputs 10000000] [--seed 1] [--only xtext|server|client|…] [--no-growth]
 *
 * Wanted: no reader throws anything but its package's error; what is read and written again is the same, in pieces too; and
 * time grows no faster than the input (sizes doubling to 64 MiB of hostile text). Of sessions it is wanted that they throw nothing,
 * answer each command once, leave nothing unread, come to an end, are silent behind it, and say and tell the same however
 * the octets are cut. Prints a table; exit code 1 and the input in base64 where something is found.
 */
import { parseArgs } from 'node:util';
import { clientTargets } from './fuzz/client.ts';
import { readerTargets } from './fuzz/readers.ts';
import { serverTargets } from './fuzz/server.ts';
import { Fault, tolerate, type Target } from './fuzz/target.ts';

const targets: readonly Target[] = [...readerTargets, ...serverTargets, ...clientTargets];

main();

function main(): void {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '10000000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      only: { type: 'string' },
      'no-growth': { type: 'boolean', default: false },
    },
  });
  const chosen = targets.filter((target) => values.only === undefined || target.name.startsWith(values.only));
  const shares = chosen.reduce((sum, target) => sum + target.share, 0);
  let total = 0;
  console.log(
    `seed ${values.seed}\n\n${'reader'.padEnd(20)}${'inputs'.padStart(12)}${'seconds'.padStart(10)}${'slowest ms'.padStart(12)}`,
  );
  for (const target of chosen) {
    const count = Math.ceil((Number(values.inputs) * target.share) / shares);
    const { seconds, slowestMs } = fuzz(target, count, Number(values.seed));
    total += count;
    console.log(
      `${target.name.padEnd(20)}${String(count).padStart(12)}${seconds.toFixed(1).padStart(10)}${slowestMs.toFixed(1).padStart(12)}`,
    );
  }
  console.log(`\n${total} inputs, no fault`);
  if (!values['no-growth']) for (const target of chosen) growth(target);
}

function fuzz(target: Target, count: number, seed: number): { readonly seconds: number; readonly slowestMs: number } {
  const random = generator(seed);
  const startMs = performance.now();
  let slowestMs = 0;
  for (let i = 0; i < count; i++) {
    const input = mutate(target, random);
    const beganMs = performance.now();
    try {
      target.run(input);
      target.check?.(input);
    } catch (error) {
      if (!target.own.some((own) => error instanceof own) || error instanceof Fault) report(target, input, error);
    }
    const tookMs = performance.now() - beganMs;
    if (tookMs > 1_000) report(target, input, new Fault(`took ${tookMs.toFixed(0)} ms`));
    slowestMs = Math.max(slowestMs, tookMs);
  }
  return { seconds: (performance.now() - startMs) / 1_000, slowestMs };
}

/** A seed with some octets changed, cut, doubled, or replaced by what means something to the reader. */
function mutate({ seeds, tokens }: Target, random: (below: number) => number): Uint8Array {
  let octets = Buffer.from(seeds[random(seeds.length)] ?? []);
  for (let left = 1 + random(6); left > 0; left--) {
    const at = random(octets.length + 1);
    switch (random(5)) {
      case 0:
        if (at < octets.length) octets[at] = random(256);
        break;
      case 1:
        octets = Buffer.concat([octets.subarray(0, at), octets.subarray(at + 1 + random(20))]);
        break;
      case 2:
        octets = Buffer.concat([
          octets.subarray(0, at),
          Buffer.from(tokens[random(tokens.length)] ?? ''),
          octets.subarray(at),
        ]);
        break;
      case 3: {
        const from = random(octets.length + 1);
        octets = Buffer.concat([octets.subarray(0, at), octets.subarray(from, from + random(64)), octets.subarray(at)]);
        break;
      }
      default:
        octets = octets.subarray(0, at);
    }
  }
  return octets;
}

/** Sizes doubling to 64 MiB: time per MiB must not grow with the size. */
function growth(target: Target): void {
  for (const [index, make] of target.hostile.entries()) {
    const perMiB: number[] = [];
    for (const size of [4, 8, 16, 32, 64]) {
      const input = make(size * 1_048_576);
      const beganMs = performance.now();
      tolerate(target.own, () => target.run(input));
      perMiB.push((performance.now() - beganMs) / size);
    }
    const [first = 0] = perMiB;
    const last = perMiB.at(-1) ?? 0;
    console.log(
      `${target.name}, hostile ${index}: ms per MiB at 4 to 64 MiB: ${perMiB.map((ms) => ms.toFixed(1)).join(' ')}`,
    );
    // Linear time stays flat; quadratic time would grow by sixteen. Small numbers are noise.
    if (last > 4 * Math.max(first, 2))
      report(target, make(256), new Fault(`hostile ${index} grows faster than its input`));
  }
}

function report(target: Target, input: Uint8Array, error: unknown): never {
  console.error(`${target.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  console.error(`input, base64: ${Buffer.from(input).toString('base64')}`);
  process.exit(1);
}

/** Mulberry32: the same seed gives the same inputs. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}
