/**
 * Whether hostile texts stay linear: `node --conditions=source packages/delivery-status/bench/linear.ts [MiB]`. Each shape is
 * parsed and formatted at sizes that double; the rate must not fall with the size. Memory for garbage collection makes the
 * largest sizes somewhat slower; twice the time for twice the text is the question, not the figure.
 */
import { formatDeliveryStatus, parseDeliveryStatus } from '@dsnkit/delivery-status';
import { hostile } from '../test/hostile.ts';

const largest = Number(process.argv[2] ?? 64);
const sizes = [largest / 8, largest / 4, largest / 2, largest];
console.log(`ns per character (parse, format) at ${sizes.join(', ')} MiB`);
for (const [name, make] of Object.entries(hostile)) {
  const rates = sizes.map((size) => {
    const text = make(size * 1024 * 1024);
    const start = performance.now();
    const parsed = parseDeliveryStatus(text);
    const middle = performance.now();
    if (formatDeliveryStatus(parsed) !== text) throw new Error(`${name}: not the same text`);
    const end = performance.now();
    return [middle - start, end - middle].map((ms) => ((ms * 1e6) / text.length).toFixed(1)).join('+');
  });
  console.log(`${name.padEnd(28)} ${rates.map((rate) => rate.padStart(14)).join(' ')}`);
}
