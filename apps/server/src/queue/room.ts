import type { Clock } from '../ports.ts';

/** How much work may be in hand at once. */
export interface RoomLimits {
  /** Claims in hand over all destinations; more accepted messages rest in the store until there is room. */
  readonly inFlight: number;
  /**
   * Claims in hand of one destination; and never more than half of the room that is left, so that some slow ones together
   * leave room for others, too.
   */
  readonly perDestination: number;
}

/** What the store may be asked for. */
export interface RoomLeft {
  /** Claims at most. */
  readonly limit: number;
  /** Claims of one destination at most. */
  readonly perDestination: number;
  /** Destinations that have as many in hand as they may: none of theirs. */
  readonly full: readonly string[];
}

/** The room for claims in hand: how much of it each destination has, and how much more it may have. */
export interface Room {
  /** Claims in hand now, of one destination or of all. */
  inHand(destination?: string): number;
  /** Whether one more claim of a destination may be taken in hand. */
  isLeftFor(destination: string): boolean;
  /** What is left for all; undefined if it is nothing. What is left out here is what `onRoom` waits for. */
  left(): RoomLeft | undefined;
  /** Destinations that have as many claims in hand as they may. */
  full(): readonly string[];
  /** Whether nothing was left for anybody when it was last asked what is. */
  isUsedUp(): boolean;
  /** Takes room for a claim. */
  take(destination: string): void;
  /** Gives the room of a claim back: at once, but after a rest where it was put off and its destination has much in hand. */
  free(destination: string, wasPutOff: boolean): void;
  /** Ends all rests; `onRoom` is not called for them. */
  close(): void;
}

const CLAIM_BATCH = 200;
const PUT_OFF_REST_MS = 100;

/** Makes the room; `onRoom` is called when there is some again for what was left out when it was last asked what is left. */
export function makeRoom(limits: RoomLimits, clock: Clock, onRoom: () => void): Room {
  const held = new Map<string, number>();
  let total = 0;
  /** There was no room for any claim: the end of each makes some. */
  let starved = false;
  /** Destinations that had as many claims as they may: their work waits for the end of one of these, others' does not. */
  let full: ReadonlySet<string> = new Set();
  /** With so much for each their work can go on, too, since others have left room. */
  let enough = Infinity;
  /** Room of destinations that put messages off: free again when the rest is over. */
  const resting = new Map<string, number>();
  let rest: { cancel(): void } | undefined;

  /** What one destination may have in hand now. The last room is for those that have nothing. */
  function share(): number {
    return Math.max(1, Math.min(limits.perDestination, Math.floor((limits.inFlight - total) / 2)));
  }

  function taken(): readonly (readonly [destination: string, count: number])[] {
    const most = share();
    return [...held].filter(([, count]) => count >= most);
  }

  function giveBack(destination: string, count: number): void {
    const left = (held.get(destination) ?? count) - count;
    if (left === 0) held.delete(destination);
    else held.set(destination, left);
  }

  function letRest(destination: string): void {
    resting.set(destination, (resting.get(destination) ?? 0) + 1);
    rest ??= clock.after(PUT_OFF_REST_MS, () => {
      rest = undefined;
      for (const [name, count] of resting) giveBack(name, count);
      resting.clear();
      onRoom();
    });
  }

  return {
    inHand: (destination) =>
      destination === undefined ? total : (held.get(destination) ?? 0) - (resting.get(destination) ?? 0),
    isLeftFor: (destination) => total < limits.inFlight && (held.get(destination) ?? 0) < share(),
    left() {
      // Not all of the room at once: who has taken some of it is asked last for the rest.
      const limit = Math.min(CLAIM_BATCH, Math.ceil((limits.inFlight - total) / 2));
      starved = limit <= 0;
      if (starved) return undefined;
      const most = share();
      const all = taken();
      full = new Set(all.map(([destination]) => destination));
      const least = Math.min(...all.map(([, count]) => count));
      enough = least < limits.perDestination ? least + 1 : Infinity;
      return { limit, perDestination: Math.ceil(most / 2), full: [...full] };
    },
    full: () => taken().map(([destination]) => destination),
    isUsedUp: () => starved,
    take(destination) {
      total += 1;
      held.set(destination, (held.get(destination) ?? 0) + 1);
    },
    free(destination, wasPutOff) {
      total -= 1;
      const rests = wasPutOff && (held.get(destination) ?? 0) >= share() / 2;
      if (rests) letRest(destination);
      else giveBack(destination, 1);
      if (starved || (!rests && full.has(destination)) || share() >= enough) onRoom();
    },
    close: () => rest?.cancel(),
  };
}
