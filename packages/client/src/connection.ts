/**
 * A connection to a server, as {@link submit} needs it. `@dsnkit/client/node` makes them of Node's sockets; any other
 * transport of octets in order will do.
 */
export interface Connection {
  /** Nobody between us and the server can read along. True from the start where TLS comes first (RFC 8314 §3.3). */
  readonly secure: boolean;
  /** Resolves when more may be written; rejects once the connection is broken. */
  write(octets: Uint8Array): Promise<void>;
  /** What came next: octets, `end` when the server closed or the connection broke, `timeout` after so many milliseconds. */
  read(timeoutMs: number): Promise<Uint8Array | 'end' | 'timeout'>;
  /** Puts TLS under the connection, which is `secure` then; rejects where the server's certificate is no good. */
  startTls(): Promise<void>;
  /** Ends the connection at once; may be called again. */
  close(): void;
}
