import { replaceHarmful } from '@dsnkit/delivery-status';

/**
 * A configuration that can't be used; `message` is the one line to show:
 * `FILE:LINE: KEY: what is wrong; allowed: …`.
 *
 * @example
 * ```ts
 * new ConfigError('dsnd.toml', 7, 'listen.role', '"rely" is unknown; allowed: relay, submission, lmtp').message
 * // 'dsnd.toml:7: listen.role: "rely" is unknown; allowed: relay, submission, lmtp'
 * ```
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Table and key, e.g. `retry.delays`; '' when the text is no TOML. */
  readonly key: string;

  constructor(file: string, line: number, key: string, what: string) {
    super(oneLine(`${file}:${line}: ${key === '' ? '' : `${key}: `}${what}`));
    this.file = file;
    this.line = line;
    this.key = key;
  }
}

/**
 * The known word that was probably meant, if one is near: at most two edits, a third of its length at most.
 *
 * @example
 * ```ts
 * nearest('relay_from', ['address', 'relay-from']) // 'relay-from'
 * ```
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 64) return undefined;
  let best: string | undefined;
  let bestDistance = 3;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate);
    if (distance < bestDistance && distance * 3 <= candidate.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's distance, where swapped neighbours count once. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** Values of the file are quoted in messages: whatever they hold, the message stays one line of bounded length. */
function oneLine(text: string): string {
  const flat = replaceHarmful(text, () => ' ');
  return flat.length > 1000 ? `${flat.slice(0, 1000)}…` : flat;
}
