import type { LimitsConfig, ListenConfig } from '../config.ts';
import type { Reply } from '@dsnkit/smtp';
import type { MailEvent } from '../model.ts';
import type { Clock, EventSink, IdSource, NewMessage, Notice, QueueStore, Resolver, TlsIdentity } from '../ports.ts';
import type { Router } from '../routing/router.ts';
import type { Logins } from './auth/login.ts';

/** A recipient that may be on the suppression list. */
export interface SuppressedRecipient {
  readonly recipient: string;
  readonly reversePath: string;
  readonly client: string;
}

/** What receiving on one listener works with. */
export interface ReceivingParts {
  readonly listener: ListenConfig;
  readonly hostname: string;
  readonly limits: LimitsConfig;
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly events: EventSink;
  readonly router: Router;
  /** The reply to a recipient whose address is on the suppression list, of which it tells. Absent: there is no list. */
  readonly suppressed?: (refused: SuppressedRecipient) => Reply | undefined;
  /** Events of acceptance name Message-ID and Subject. */
  readonly tellsHeader: boolean;
  readonly resolver: Resolver;
  /** Domains of this site: see `namedDomains`. */
  readonly named: ReadonlySet<string>;
  /** Absent: no listener does TLS. */
  readonly identity?: TlsIdentity;
  /** Absent: no listener offers AUTH. */
  readonly logins?: Logins;
  /** Stores a message and sets it on its way; see `Queue.accept`. */
  readonly accept: (message: NewMessage, stored: () => void, events: readonly MailEvent[]) => Promise<void>;
  /** Told of logins and refusals; of one connection not without end. */
  readonly notice: (notice: Notice) => void;
  /** Told why a message could not be stored. */
  readonly trouble: (error: unknown) => void;
}
