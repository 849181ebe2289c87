/** Who a server is in TLS. */
export interface TlsIdentity {
  /** PEM file: the certificate, then those that lead to a root. Read anew when it changes, as is the key. */
  readonly certificateFile: string;
  /** PEM file. */
  readonly keyFile: string;
  /** The oldest version that is spoken. */
  readonly minimumVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** Which side of the handshake is ours. */
export type TlsOptions =
  | { readonly side: 'server'; readonly identity: TlsIdentity; readonly timeoutMs: number }
  | {
      readonly side: 'client';
      /** Said to the server (SNI); not for an address literal. */
      readonly serverName?: string;
      /** The certificate is for the peer if it names one of these: host names, or `.example.org` for any just below. */
      readonly names: readonly string[];
      /** Whether it is of use to go on with a session in which the server showed this; absent: always. */
      readonly resumes?: (shown: TlsPeer) => boolean;
      readonly timeoutMs: number;
    };

/** What TLS came to. */
export interface TlsState {
  /** `TLSv1.3`, `TLSv1.2` */
  readonly protocol: string;
  /** By its name in the registry: `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** On the client's side: the session of an earlier connection to the same server went on. */
  readonly resumed?: boolean;
  /** On the client's side: what the server showed, now or when the session began. An unverified peer is no error: opportunistic TLS goes on with it. */
  readonly peer?: TlsPeer;
}

/** Who the other side has shown to be. */
export interface TlsPeer {
  /** The chain leads to a root that we trust, is valid now, and the certificate names one of {@link TlsOptions} `names`. */
  readonly verified: boolean;
  /** Why it is not verified, in one line. */
  readonly problem?: string;
  /** The chain is trusted and valid, whomever it names. */
  readonly trusted: boolean;
  /** The certificate names one of {@link TlsOptions} `names`, trusted or not. */
  readonly named: boolean;
  /** As shown, the server's own first. */
  readonly chain: readonly ChainLink[];
}

/** One certificate of a chain, for DANE. RFC 6698 §2.1 */
export interface ChainLink {
  /** DER */
  readonly certificate: Uint8Array;
  /** DER of its SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** It is valid now, and signed by the next one, which is valid now, too, and may sign certificates. */
  readonly issuedByNext: boolean;
}

/** No TLS came about on a connection. */
export class TlsError extends Error {
  override readonly name = 'TlsError';
  /** `identity`: our own certificate or key can't be used. */
  readonly code: 'timeout' | 'closed' | 'handshake' | 'identity';
  constructor(code: TlsError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
