/** Originals and the reports made of them, from when they are read until they are stored. One alone may be larger. */
const MOST_OCTETS = 8_388_608;

/** What a report says itself, in all its forms. */
const OWN_OCTETS = 8_192;

/** Of a larger original no more than its header is read, and that no further. */
const ORIGINAL_MAX_OCTETS = 262_144;

/** Bounds how much of reports is in memory at once, however many are owed. */
export interface Making {
  /**
   * Waits until there is room for reports about originals of so many octets each; who came first goes first. To be called
   * when they are stored, or given up: what it resolves with.
   */
  enter(originals: readonly number[]): Promise<() => void>;
}

/** Makes the bound. */
export function makeMaking(mostOctets: number = MOST_OCTETS): Making {
  let inHand = 0;
  const waiting: { readonly octets: number; readonly begin: () => void }[] = [];

  function hasRoom(octets: number): boolean {
    return inHand === 0 || inHand + octets <= mostOctets;
  }

  function leave(octets: number): void {
    inHand -= octets;
    for (let [next] = waiting; next !== undefined && hasRoom(next.octets); [next] = waiting) {
      waiting.shift();
      inHand += next.octets;
      next.begin();
    }
  }

  return {
    async enter(originals) {
      const octets = originals.reduce((sum, original) => sum + octetsOf(original), 0);
      if (waiting.length === 0 && hasRoom(octets)) inHand += octets;
      else await new Promise<void>((begin) => waiting.push({ octets, begin }));
      let isIn = true;
      return () => {
        if (!isIn) return;
        isIn = false;
        leave(octets);
      };
    },
  };
}

/** The original, and the report that returns it. */
function octetsOf(original: number): number {
  return OWN_OCTETS + 2 * Math.min(original, ORIGINAL_MAX_OCTETS);
}
