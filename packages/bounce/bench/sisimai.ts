/**
 * Reading bounces beside Sisimai (Debian's libsisimai-perl), on the public collections in ../shared/corpus.
 *
 *     node --conditions=source packages/bounce/bench/sisimai.ts [rounds]
 *
 * Each reads every bounce that is asserted to be one, from memory, all in one process, so that start-up counts for nobody.
 * A figure is the best round of a file, since other work on the machine only adds to it; the ratio is that of the medians.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readBounce } from '../src/index.ts';

const rounds = Number(process.argv[2] ?? 9);
const folder = fileURLToPath(new URL('../../../../shared/corpus/', import.meta.url));
if (!existsSync(`${folder}truth.json`)) {
  console.log('skipped: ../shared/corpus is not there');
  process.exit(0);
}
const truth = JSON.parse(readFileSync(`${folder}truth.json`, 'utf8')) as { file: string; isBounce: boolean | null }[];
const files = truth.filter(({ isBounce }) => isBounce === true).map(({ file }) => `${folder}${file}`);
const messages = files.map((file) => new Uint8Array(readFileSync(file)));

const ours = messages.map(() => Infinity);
for (let round = 0; round <= rounds * 4; round++) {
  messages.forEach((message, index) => {
    const start = process.hrtime.bigint();
    readBounce(message);
    const tookUs = Number(process.hrtime.bigint() - start) / 1000;
    if (round > 0) ours[index] = Math.min(ours[index] ?? Infinity, tookUs);
  });
}
console.log(`${files.length} bounces, ${rounds} rounds`);
print('@dsnkit/bounce', ours);

const perl = spawnSync('perl', [fileURLToPath(new URL('sisimai.pl', import.meta.url)), String(Math.min(rounds, 5))], {
  input: files.join('\n'),
  encoding: 'utf8',
});
if (perl.status !== 0) console.log(`Sisimai is not there: ${perl.stderr.split('\n')[0] ?? ''}`);
else {
  const theirs = perl.stdout.trim().split('\n').map(Number);
  print('Sisimai', theirs);
  console.log(`ratio of the medians: ${(median(theirs) / median(ours)).toFixed(1)}`);
}

function print(name: string, list: readonly number[]): void {
  console.log(
    `${name.padEnd(16)} median ${median(list).toFixed(1)} µs, 90 % under ${quantile(list, 0.9).toFixed(1)} µs`,
  );
}

function median(list: readonly number[]): number {
  return quantile(list, 0.5);
}

function quantile(list: readonly number[], share: number): number {
  return [...list].sort((one, other) => one - other)[Math.floor(list.length * share)] ?? NaN;
}
