import type { CheckResult } from './card.ts';
import { UNSEEN, type Seen } from './delivery.ts';
import { relayResults } from './relay-checks.ts';
import { reportResults } from './report-checks.ts';

/** Judges what came out of the server: messages at the next hop, reports at the sender. */
export function deliveryResults(seen: ReadonlyMap<string, Seen>, sender: string): readonly CheckResult[] {
  const of = (name: string): Seen => {
    return seen.get(name) ?? { ...UNSEEN, sender };
  };
  return [...relayResults(of), ...reportResults(of)];
}
