import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** Who a server proved to be in a full handshake: one that resumes its session shows no certificates (RFC 8446 §2.2). */
export interface Shown {
  /** The server's own first. */
  readonly certificates: readonly X509Certificate[];
  /** Why the chain is not trusted; undefined if it is. */
  readonly distrust: string | undefined;
}

/** What is kept of a server. */
export interface Kept {
  readonly session: Buffer;
  readonly shown: Shown;
  readonly atMs: number;
}

/** Servers of which a session is kept, at most. */
const MOST_SERVERS = 1_000;

/** For how long: whether a certificate is trusted is judged anew at least so often. RFC 8446 §4.6.1 allows a week. */
const KEPT_MS = 3_600_000;

/**
 * Sessions of TLS by which the next connection to the same server spares most of the handshake, with what the server
 * showed in the first one. The latest of each server is kept.
 */
export class TlsSessions {
  readonly #kept = new Map<string, Kept>();

  /** What is kept of a server; undefined if that is nothing. */
  get(server: string): Kept | undefined {
    const kept = this.#kept.get(server);
    if (kept === undefined || performance.now() - kept.atMs < KEPT_MS) return kept;
    this.#kept.delete(server);
    return undefined;
  }

  /**
   * Keeps each session that the server gives on a connection; it may do so at any time (RFC 8446 §4.6.1). `before` is what
   * the connection was opened with.
   */
  follow(server: string, socket: TLSSocket, before: Kept | undefined): void {
    let shown: Shown | undefined;
    socket.on('session', (session: Buffer) => {
      shown ??= shownOn(socket, before?.shown);
      // From the full handshake on, however often it was resumed.
      const atMs = socket.isSessionReused() && before !== undefined ? before.atMs : performance.now();
      this.#kept.delete(server);
      this.#kept.set(server, { session, shown, atMs });
      const [oldest] = this.#kept.keys();
      if (this.#kept.size > MOST_SERVERS && oldest !== undefined) this.#kept.delete(oldest);
    });
  }

  /** No handshake came about: the next one is a full one. */
  drop(server: string): void {
    this.#kept.delete(server);
  }
}

/** What the server of a connection showed: now, or `before`, when the session began that it resumes. */
export function shownOn(socket: TLSSocket, before: Shown | undefined): Shown {
  if (socket.isSessionReused() && before !== undefined) return before;
  const certificates: X509Certificate[] = [];
  const seen = new Set<string>();
  let link = socket.getPeerX509Certificate();
  while (link !== undefined && !seen.has(link.fingerprint256)) {
    seen.add(link.fingerprint256);
    certificates.push(link);
    link = link.issuerCertificate;
  }
  // Node gives the error as a code, whatever its type says.
  return { certificates, distrust: socket.authorized ? undefined : String(socket.authorizationError) };
}
