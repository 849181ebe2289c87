import type { Reply } from '@dsnkit/smtp';
import type { StatusCode } from '@dsnkit/delivery-status';

/** How a message came into the queue. */
export type Origin = 'smtp' | 'submission' | 'lmtp' | 'report' | 'list';

/** The envelope of one queued message, and what is known of it. Its content lies apart. */
export interface Message {
  /** Queue id: unique in the store, letters and digits, sorts by time. */
  readonly id: string;
  /** Reverse-path as received, without the angle brackets; '' is the null reverse-path. */
  readonly reversePath: string;
  /** The MAIL parameters exactly as received, e.g. `RET=HDRS ENVID=QQ314159`; '' if none (RFC 3461 §5.2.1). */
  readonly mailParameters: string;
  readonly arrivedAtMs: number;
  readonly origin: Origin;
  /** The client that handed the message over: its HELO name and network address. Absent for our own messages. */
  readonly client?: { readonly name: string; readonly address: string };
  /** Octets of the content as stored, trace lines included. */
  readonly sizeOctets: number;
}

/** One recipient of a queued message. */
export interface Recipient {
  /** Index within the message; never reused. Children of an alias get new ones. */
  readonly n: number;
  /** Forward-path as accepted, without angle brackets and source route; case kept. */
  readonly address: string;
  /** The RCPT parameters exactly as received, or as the alias rules made them. */
  readonly parameters: string;
  /** Key of the next hop (see `routing/next-hop.ts`): recipients of a message that share it travel together. */
  readonly destination: string;
  /** Attempts made so far. */
  readonly attempts: number;
  /**
   * When the recipient wants to be looked at next: retry, delay notice or expiry. What is due longest goes first, so that
   * of an urgent message it may lie before its arrival (RFC 6710 §5.1).
   */
  readonly dueAtMs: number;
  /** When the next attempt is allowed; `dueAtMs` may be earlier when a delay notice or the expiry comes first. */
  readonly retryAtMs: number;
  /** A `delayed` report was issued, or is not wanted any more. */
  readonly delayReported: boolean;
  /** The last temporary failure, for reports and for people. */
  readonly lastFailure?: Failure;
  /** Set on the child of an alias: the address as this server accepted it, which reports name (RFC 3464 §2.3.2). */
  readonly shownAs?: string;
}

/** What a remote system answered, and which. */
export interface RemoteReply {
  /** Name of the remote MTA for Remote-MTA: host name or address literal. */
  readonly mta: string;
  /** Network address and port, for people and logs. */
  readonly address?: string;
  readonly reply: Reply;
  /** The reply line by line exactly as it came, for Diagnostic-Code (RFC 3461 §9.2). */
  readonly rawLines: readonly string[];
  readonly stage: 'connect' | 'hello' | 'mail' | 'rcpt' | 'data' | 'content';
  /** The version of TLS under which it came. Absent: in the clear, or no network was between. */
  readonly tls?: string;
}

/** Why an attempt did not succeed. */
export interface Failure {
  readonly status: StatusCode;
  /** Our own words, one sentence without trailing full stop; no CR or LF. */
  readonly reason: string;
  /** Present only if a remote system replied. */
  readonly remote?: RemoteReply;
  readonly atMs: number;
}

/** What one attempt gave for one recipient. */
export type Outcome =
  | { readonly kind: 'delivered'; readonly status: StatusCode; readonly remote?: RemoteReply }
  | {
      readonly kind: 'relayed';
      readonly status: StatusCode;
      readonly nextHopSupportsDsn: boolean;
      /** It announced DELIVERBY; absent is no (RFC 2852 §4.1.4.2). */
      readonly nextHopSupportsDeliverBy?: boolean;
      readonly remote?: RemoteReply;
    }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'deferred'; readonly failure: Failure };

/** A message on its way: what a transport gets. All recipients share one destination. */
export interface Delivery {
  readonly message: Message;
  readonly recipients: readonly Recipient[];
  readonly content: Content;
  /** From then on no transaction begins any more: what still waits for a connection is deferred. Absent: at any time. */
  readonly notAfterMs?: number;
  /**
   * Whether the message is still ours to deliver; asked again just before the end of the content is said, since a process
   * may have slept, and another node have taken the message over meanwhile. Absent: it is.
   */
  readonly isHeld?: () => boolean;
}

/** The content of a message: header and body, CRLF line ends, not dot-stuffed. */
export interface Content {
  readonly sizeOctets: number;
  /** The whole content where it is small enough to be held in memory. */
  readonly octets?: Uint8Array;
  /** Reads the content piece by piece; may be called more than once. */
  read(): AsyncIterable<Uint8Array>;
  /**
   * The same, but the memory of a piece is used again: it is good until the next piece is asked for. Spares the garbage
   * of large contents. Absent: only {@link Content.read}.
   */
  readInPlace?(): AsyncIterable<Uint8Array>;
}

/** Tries to hand a message over. Never rejects: every fault is an outcome. One outcome per recipient, in their order. */
export interface Transport {
  deliver(delivery: Delivery): Promise<readonly Outcome[]>;
  /** Closes idle connections; attempts under way are finished. */
  close(): Promise<void>;
}

/** One change of state, before it is known of which message and when. */
export type NewEvent =
  | {
      readonly kind: 'accepted';
      readonly reversePath: string;
      readonly envelopeId?: string;
      readonly recipients: readonly string[];
      readonly sizeOctets: number;
      readonly origin: Origin;
      readonly client?: string;
      /** Who had logged in. */
      readonly user?: string;
      /** The version of TLS under which it came. */
      readonly tls?: string;
      /** What MT-PRIORITY asked for (RFC 6710 §4.1). */
      readonly priority?: number;
      /** Message-ID and Subject of its header as they stand there, where somebody keeps a history. */
      readonly headerMessageId?: string;
      readonly subject?: string;
    }
  | {
      readonly kind: 'attempted';
      readonly destination: string;
      readonly recipients: readonly string[];
      readonly durationMs: number;
    }
  | {
      readonly kind: 'delivered' | 'relayed';
      readonly recipient: string;
      /** The address that was presented to the next hop, where an alias made it another one; so in other events. */
      readonly address?: string;
      readonly destination: string;
      readonly status: StatusCode;
      readonly remote?: RemoteReply;
      readonly delayMs: number;
    }
  | { readonly kind: 'expanded'; readonly recipient: string; readonly to: readonly string[] }
  | {
      readonly kind: 'deferred';
      readonly recipient: string;
      readonly address?: string;
      readonly destination: string;
      readonly failure: Failure;
      readonly attempts: number;
      readonly retryAtMs: number;
    }
  | {
      readonly kind: 'delayed';
      readonly recipient: string;
      readonly address?: string;
      readonly destination: string;
      readonly failure?: Failure;
    }
  /** `bounced`: by an operator. */
  | {
      readonly kind: 'failed' | 'expired' | 'bounced';
      readonly recipient: string;
      readonly address?: string;
      readonly destination: string;
      readonly failure: Failure;
      readonly by?: string;
    }
  /** What an operator did with recipients that wait. `dropped`: they are gone, and nobody is told. */
  | {
      readonly kind: 'held' | 'released' | 'retried' | 'dropped';
      readonly recipients: readonly string[];
      readonly by?: string;
    }
  /** Recipients go to another next hop: an operator sent them there, or a new route leads to it and it is paused. */
  | {
      readonly kind: 'rerouted';
      readonly recipients: readonly string[];
      readonly destination: string;
      readonly by?: string;
    }
  /** An operator told the queue to leave a destination alone, or not to any more. */
  | { readonly kind: 'paused' | 'resumed'; readonly destination: string; readonly by?: string }
  /** A recipient was refused at submission: the address is on the suppression list. */
  | {
      readonly kind: 'suppressed';
      readonly recipient: string;
      readonly reversePath: string;
      readonly client: string;
      readonly reason: string;
      readonly status?: string;
      readonly untilMs?: number;
    }
  /** An address came onto the suppression list, after failures or by an operator, or went from it. */
  | {
      readonly kind: 'suppression-added' | 'suppression-removed';
      readonly address: string;
      readonly reason?: string;
      readonly status?: string;
      readonly untilMs?: number;
      readonly by?: string;
    }
  | {
      readonly kind: 'report-issued';
      readonly reportId: string;
      readonly to: string;
      readonly actions: readonly { readonly recipient: string; readonly action: string; readonly status: string }[];
      /** Message-ID and Subject of the report, not encoded, and its size. */
      readonly headerMessageId?: string;
      readonly subject?: string;
      readonly sizeOctets?: number;
    }
  /** Too many reports go to this reverse-path: this one waits, and then goes together with others. */
  | {
      readonly kind: 'report-held';
      readonly to: string;
      readonly recipients: readonly string[];
      readonly untilMs: number;
    }
  /**
   * A report came back about this message, or some other answer. `verified`: it came to the return path that was made for
   * that recipient; else it came by way of this server and says so itself.
   */
  | {
      readonly kind: 'report-received';
      readonly reportId: string;
      readonly verified: boolean;
      /** `bounce`: one that follows no standard. */
      readonly what: 'dsn' | 'bounce' | 'mdn' | 'feedback' | 'auto-reply' | 'other';
      /** To whom the message went on, if it came to a return path. */
      readonly recipient?: string;
      readonly address?: string;
      readonly reportingMta?: string;
      /** If it came from `<>` to the return path, and says with confidence that mail to this recipient fails for good. */
      readonly failure?: Failure;
      readonly actions: readonly {
        readonly recipient: string;
        readonly action: string;
        readonly status: string;
        readonly diagnostic?: string;
        /** One of those of `@dsnkit/bounce`. */
        readonly reason?: string;
      }[];
    }
  /** The postmaster is told of failures of which no sender was. The message is the digest. */
  | { readonly kind: 'digest-issued'; readonly to: string; readonly failures: number }
  /** A failure of which no report may tell the sender (RFC 3461 §5.2, §5.2.6(b)); `trouble`: the report could not be made. */
  | {
      readonly kind: 'not-reported';
      readonly recipient: string;
      readonly reason: 'null-reverse-path' | 'not-asked' | 'trouble';
    };

/**
 * One change of state. Log line, live stream, timeline, webhook and metrics are views of it. `messageId` is '' for what is
 * about no message that is in the queue.
 */
export type MailEvent = NewEvent & { readonly atMs: number; readonly messageId: string };

/** What an event tells of. */
export type EventKind = MailEvent['kind'];
