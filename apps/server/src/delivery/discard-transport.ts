import type { Delivery, Outcome, Transport } from '../model.ts';
import { forAll } from './outcomes.ts';

/**
 * Takes every message and keeps none, as `discard:` in a route asks.
 *
 * @example await new DiscardTransport().deliver(delivery) // each recipient 'delivered'
 */
export class DiscardTransport implements Transport {
  deliver(delivery: Delivery): Promise<readonly Outcome[]> {
    return Promise.resolve(forAll(delivery, { kind: 'delivered', status: '2.0.0' }));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
