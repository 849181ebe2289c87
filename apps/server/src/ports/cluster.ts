/**
 * The other nodes that work on the same queue. What is told here spares work and keeps limits; that nothing is lost or done
 * twice depends on none of it.
 */
export interface Cluster {
  /**
   * Calls `heard` when another node may have made something due, or has paused or resumed a destination; now and then
   * without a reason, as nobody may have been there to tell.
   */
  watch(heard: () => void): void;
  /** How many nodes are alive, this one counted: at least 1. Limits per destination are shared out among them. */
  nodes(): number;
  /** Tells the others that no host of a destination was ready, and until when that may be believed. */
  tellDown(destination: string, untilMs: number): void;
  /** Until when others found a destination down; 0 if nobody did. */
  downUntilMs(destination: string): number;
}
