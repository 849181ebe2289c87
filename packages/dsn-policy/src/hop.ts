import type { StatusCode } from '@dsnkit/delivery-status';
import type { EsmtpParameter } from '@dsnkit/esmtp-parameters';

/** The message as it was received, and what is known of its octets. */
export interface RelayMessage {
  /** Between `<` and `>` as received; `''` is the null reverse-path. */
  readonly reversePath: string;
  /** As received: the wire form is what is relayed. RFC 3461 §5.2.1 */
  readonly mailParameters: readonly EsmtpParameter[];
  /** Octets of the message as it will be sent, counted as RFC 1870 §5 counts. */
  readonly sizeOctets?: number;
  /** What the octets need of the channel; absent: what `BODY=` declared. */
  readonly content?: '7bit' | '8bit' | 'binary';
  /** Whether header fields hold UTF-8; absent: what `SMTPUTF8` declared. RFC 6531 §3.2 */
  readonly utf8Headers?: boolean;
  /** Seconds left of `BY=`, negative once passed; absent: none have gone by. RFC 2852 §4.1.4 */
  readonly byRemainingSeconds?: number;
}

/** A recipient as it was received. */
export interface RelayRecipient {
  /** The address of the RCPT command as received; what an added ORCPT holds. RFC 3461 §5.2.1(d) */
  readonly address: string;
  /** The address to present to the next hop; absent: the same. */
  readonly forwardPath?: string;
  readonly parameters: readonly EsmtpParameter[];
}

/** What the next hop can do, by its last EHLO. */
export interface NextHop {
  /** Upper-case EHLO keywords with their arguments; empty after HELO. */
  readonly extensions: ReadonlyMap<string, string>;
  /** The channel is under TLS with a certificate that was verified. RFC 8689 §4.2.1 */
  readonly verifiedTls?: boolean;
  /** This client has authenticated itself with AUTH. RFC 4954 §5 */
  readonly authenticated?: boolean;
}

/** Whether a relay says which address it received, where the sender did not. RFC 3461 §5.2.1(d) leaves that open. */
export interface RelayPolicy {
  /** `when-rewritten` if absent: a report from further on would else name an address unknown to the sender. */
  readonly addOrcpt?: 'never' | 'when-rewritten' | 'always';
}

/** Why this hop can't get the message. Another host of the same domain may; if none does, the recipient has failed. */
export interface Obstacle {
  readonly status: StatusCode;
  readonly reason:
    | 'too-big'
    | '8bit-content'
    | 'utf8-address'
    | 'utf8-headers'
    | 'requiretls'
    | 'tls'
    | 'deliverby'
    | 'deliverby-passed'
    | 'rrvs';
}
