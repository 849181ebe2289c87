import type { MailEvent } from '../model.ts';

/** Receives every event, in the order of their making. Must not throw and must not block. */
export interface EventSink {
  emit(event: MailEvent): void;
}

/** What clients did that the operator may want to know of, beside the mail itself. */
export type Notice =
  | { readonly kind: 'login'; readonly client: string; readonly user: string; readonly mechanism: string }
  | {
      readonly kind: 'login-failed';
      readonly client: string;
      /** As given; absent if the exchange did not get so far. */
      readonly user?: string;
      readonly mechanism: string;
      readonly reply: string;
    }
  | {
      readonly kind: 'refused';
      readonly client: string;
      readonly what: 'connection' | 'tls' | 'mail' | 'recipient' | 'content';
      readonly reversePath?: string;
      readonly recipient?: string;
      /** Our reply, or why there could be none. */
      readonly reply: string;
    };
