import type { Content, MailEvent, Recipient, Transport } from '../model.ts';
import type { Claim, Clock, EventSink, NewMessage, QueueStore } from '../ports.ts';
import type { Router } from '../routing/router.ts';
import type { Making } from './telling/making.ts';
import type { NoteKind } from './telling/notes.ts';
import type { Fate } from './consequence.ts';
import type { Reporter } from './telling/report.ts';
import type { ReturnedMail } from './returned.ts';
import type { RetryPlan } from './schedule.ts';
import type { Teller } from './telling/tell.ts';

/** What an alias or a list makes of a recipient. */
export interface Expanded {
  readonly fate: Fate;
  /** New recipients of the same message. */
  readonly children: readonly Recipient[];
  /** New messages: the post to the members of a list. */
  readonly messages: readonly NewMessage[];
  /** What else it tells, of whichever message. */
  readonly events?: readonly MailEvent[];
}

/** What working a claim off needs. */
export interface WorkParts {
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly router: Router;
  readonly retry: RetryPlan;
  /** The transport of a destination key. */
  readonly transportFor: (destination: string) => Transport;
  /** Expands a recipient that the router calls an alias or a list. */
  readonly expand: (
    claim: Claim,
    recipient: Recipient,
    nextN: number,
    content: () => Promise<Content>,
  ) => Promise<Expanded>;
  /** Decides who is told, and makes the messages that tell it. */
  readonly tell: Teller;
  /** Bounds what is in memory for the sake of reports. */
  readonly making: Making;
  /** Return paths of our own, and what comes back on them. */
  readonly returned: Pick<ReturnedMail, 'pathFor' | 'remember' | 'forward' | 'watch'>;
  /** A report of ours in a form that a next hop may take which refused it, if it has a simpler one. */
  readonly simplify: Reporter['simplify'];
  /** Works off a note: what this server keeps in the queue until it is told. */
  readonly note: (kind: NoteKind, claim: Claim) => Promise<void>;
  /** Whether operators want a destination left alone. */
  readonly isPaused: (destination: string) => boolean;
  /** When operators last let a destination go on. */
  readonly resumedAtMs: (destination: string) => number | undefined;
  /** Whether the claim under a token is still ours. */
  readonly isHeld: (token: string) => boolean;
  /** Told of a claim that gave nothing but deferrals. */
  readonly putOff: (token: string) => void;
  /** From 0 up to 1: spreads retries. */
  readonly jitter: () => number;
  /** Something in the store becomes due then. */
  readonly expect: (atMs: number) => void;
  /** The store could not settle; it is tried again until it can. */
  readonly trouble: (error: unknown) => void;
}

/** What became of a recipient. */
export interface Result {
  readonly recipient: Recipient;
  readonly fate: Fate;
}

/** What working on a claim came to. */
export interface Worked {
  readonly results: readonly Result[];
  readonly children?: readonly Recipient[];
  readonly messages?: readonly NewMessage[];
  readonly events?: readonly MailEvent[];
}
