import type { Config } from '../config.ts';
import type { Admin, Clock } from '../ports.ts';
import type { OtherNodesEvents } from './other-nodes-events.ts';
import type { Rates } from './rates.ts';
import type { EventRing } from './ring.ts';
import type { Submit } from './submit.ts';

/** What the routes of the API work with. */
export interface ApiParts {
  /** In force now. */
  readonly config: () => Config;
  readonly version: string;
  readonly clock: Clock;
  readonly admin: Admin;
  readonly rates: Rates;
  readonly events: EventRing;
  readonly others: OtherNodesEvents;
  readonly submit: Submit;
  /** Messages and recipients in the queue. */
  readonly counts: () => Promise<{ readonly messages: number; readonly recipients: number }>;
  /** The text of `/metrics`, and its media type. */
  readonly metrics: () => Promise<{ readonly text: string; readonly type: string }>;
  /** Why the server takes no mail now, in one sentence; undefined if it does. */
  readonly notReady: () => Promise<string | undefined>;
  /** Who acts, as events name it. */
  readonly by: string;
}
