import type { Claim, Clock } from '../ports.ts';

/** More are not kept waiting: those that came first are worked off, of which the rest will hardly be missing. */
const MOST_CLAIMS = 500;

/** How claims are collected. */
export interface Gathering {
  /** Claims that are due at the same time come one after the other: after this long without another one all are there. */
  readonly quietMs: number;
  /** So many of one destination are worked off at once. Without it they wait for the rest. */
  readonly mostOfOne?: number;
}

/**
 * Collects claims that belong together, and works them off as one.
 *
 * @returns takes one claim; resolves when it is worked off
 */
export function makeGatherer(
  clock: Clock,
  { quietMs, mostOfOne = Infinity }: Gathering,
  work: (claims: readonly Claim[]) => Promise<void>,
): (claim: Claim) => Promise<void> {
  const groups = new Map<string, Gathered[]>();
  let waiting = 0;
  let timer: { cancel(): void } | undefined;

  function begin(names: readonly string[]): void {
    const batch = names.flatMap((name) => groups.get(name) ?? []);
    for (const name of names) groups.delete(name);
    waiting -= batch.length;
    void work(batch.map(({ claim }) => claim)).finally(() => batch.forEach(({ resolve }) => resolve()));
  }

  function look(): void {
    timer?.cancel();
    timer = undefined;
    if (waiting >= MOST_CLAIMS) begin(mostOfOne === Infinity ? [...groups.keys()] : firstHalf());
    if (waiting > 0) timer = clock.after(quietMs, () => begin([...groups.keys()]));
  }

  function firstHalf(): readonly string[] {
    let taken = 0;
    const names: string[] = [];
    for (const [name, { length }] of groups) {
      if (taken >= waiting / 2) break;
      names.push(name);
      taken += length;
    }
    return names;
  }

  return (claim) =>
    new Promise((resolve) => {
      const name = claim.recipients[0]?.destination ?? '';
      const group = groups.get(name) ?? [];
      groups.set(name, group);
      group.push({ claim, resolve });
      waiting += 1;
      if (group.length >= mostOfOne) begin([name]);
      look();
    });
}

interface Gathered {
  readonly claim: Claim;
  readonly resolve: () => void;
}
