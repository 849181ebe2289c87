/**
 * A connection to a server, as {@link submit} needs it. `@dsnkit/client/node` makes them of Node's sockets; any other
 * transport of octets in order will do.
 */
export interface Connection {
  /** Nobody between us and the server can read along. True from the start where TLS comes first (RFC 8314 §3.3). */
  readonly secure: boolean;
  /**
   * Resolves when more may be written; rejects once the connection is broken, as it is after so many milliseconds in
   * which the server took nothing. What came before can still be read.
   */
  write(octets: Uint8Array, timeoutMs: number): Promise<void>;
  /** What came next: octets, `end` when the server closed or the connection broke, `timeout` after so many milliseconds. */
  read(timeoutMs: number): Promise<Uint8Array | 'end' | 'timeout'>;
  /**
   * Puts TLS under the connection, which is `secure` then; rejects where the server's certificate is no good, or where
   * octets lie unread that came in the clear.
   */
  startTls(): Promise<void>;
  /** Ends the connection at once; may be called again. */
  close(): void;
}
