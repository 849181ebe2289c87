import { X509Certificate, constants, createPrivateKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { TLSSocket, checkServerIdentity, connect, createSecureContext, type SecureContext } from 'node:tls';
import { TlsError, type TlsIdentity, type TlsOptions, type TlsPeer, type TlsState } from '../../ports.ts';
import { assertFile } from '../files/text-files.ts';
import { chainOf } from './tls-chain.ts';
import { shownOn, type Kept, type Shown, type TlsSessions } from './tls-sessions.ts';

/** A socket after its handshake, and what came of it. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly state: TlsState;
}

/** What connections share. */
export interface TlsParts {
  readonly identities: TlsIdentities;
  readonly sessions: TlsSessions;
  /** The roots that are trusted; absent: those of Node. */
  readonly ca: string | undefined;
}

/** Takes a socket over to TLS. The socket is destroyed when that fails. */
export async function secure(raw: Socket, options: TlsOptions, parts: TlsParts): Promise<Secured> {
  try {
    if (options.side === 'client') return await secureClient(raw, options, parts);
    const context = await parts.identities.contextOf(options.identity);
    if (hasLeft(raw)) throw gone();
    const socket = new TLSSocket(raw, { isServer: true, secureContext: context });
    await handshake(socket, 'secure', options.timeoutMs);
    // Node leaves it to its own servers to end what a broken record has broken. RFC 8446 §6.2
    socket.on('_tlsError', (error: Error) => void socket.destroy(error));
    return { socket, state: stateOf(socket) };
  } catch (error) {
    raw.destroy();
    throw error;
  }
}

async function secureClient(raw: Socket, options: ClientOptions, { sessions, ca }: TlsParts): Promise<Secured> {
  if (hasLeft(raw)) throw gone();
  const server = `${raw.remoteAddress} ${raw.remotePort} ${options.serverName ?? ''}`;
  const kept = sessionFor(options, sessions.get(server));
  const socket = clientSocket(raw, options, ca, kept?.session);
  sessions.follow(server, socket, kept);
  try {
    await handshake(socket, 'secureConnect', options.timeoutMs);
  } catch (error) {
    sessions.drop(server);
    throw error;
  }
  const peer = peerOf(shownOn(socket, kept?.shown), options.names);
  return { socket, state: { ...stateOf(socket), ...(socket.isSessionReused() ? { resumed: true } : {}), peer } };
}

type ClientOptions = Extract<TlsOptions, { side: 'client' }>;

/** A server may take its tickets for longer than it shows a certificate: what no longer suffices is asked for anew. */
function sessionFor({ names, resumes }: ClientOptions, kept: Kept | undefined): Kept | undefined {
  return kept === undefined || resumes?.(peerOf(kept.shown, names)) === false ? undefined : kept;
}

/** Whoever says nothing more can't shake hands, either. */
function hasLeft(raw: Socket): boolean {
  return raw.destroyed || raw.readableEnded;
}

function gone(): TlsError {
  return new TlsError('closed', 'the connection closed before TLS began');
}

function clientSocket(
  raw: Socket,
  { serverName }: ClientOptions,
  ca: string | undefined,
  session: Buffer | undefined,
): TLSSocket {
  return connect({
    socket: raw,
    ...(session === undefined ? {} : { session }),
    // Whether the peer is who it should be is for the caller to judge.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(ca === undefined ? {} : { ca }),
    checkServerIdentity: () => undefined,
  });
}

function handshake(socket: TLSSocket, done: 'secure' | 'secureConnect', timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error?: TlsError): void => {
      clearTimeout(timer);
      socket.off(done, ready).off('error', failed).off('close', closed);
      if (error === undefined) resolve();
      else {
        // What else the dying socket has to say interests nobody.
        socket.on('error', () => undefined);
        socket.destroy();
        reject(error);
      }
    };
    const ready = (): void => end();
    const failed = (error: Error): void => end(new TlsError('handshake', oneLine(error.message)));
    const closed = (): void => end(new TlsError('closed', 'the connection closed during the TLS handshake'));
    const late = (): void => end(new TlsError('timeout', 'the TLS handshake took too long'));
    socket.once(done, ready).once('error', failed).once('close', closed);
    const timer = setTimeout(late, timeoutMs);
  });
}

function stateOf(socket: TLSSocket): Pick<TlsState, 'protocol' | 'cipher'> {
  const { standardName } = socket.getCipher();
  return { protocol: socket.getProtocol() ?? 'TLS', cipher: standardName };
}

function peerOf({ certificates, distrust }: Shown, names: readonly string[]): TlsPeer {
  const [own] = certificates;
  const unnamed = own === undefined ? 'no certificate' : nameProblem(own, names);
  // It may have expired since the session began.
  const isOver = own !== undefined && Date.parse(own.validTo) < Date.now();
  const untrusted = distrust ?? (isOver ? 'CERT_HAS_EXPIRED' : undefined);
  const problem = untrusted === undefined ? unnamed : oneLine(untrusted);
  return {
    verified: problem === undefined,
    trusted: untrusted === undefined,
    named: unnamed === undefined,
    chain: chainOf(certificates),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Why the certificate is for none of the names; RFC 8461 §4.1 has the form with a leading dot. */
function nameProblem(certificate: X509Certificate, names: readonly string[]): string | undefined {
  if (names.some((name) => isFor(certificate, name))) return undefined;
  const shown = certificate.subjectAltName ?? 'no name';
  return oneLine(`the certificate is for ${shown}, not for ${names.join(' or ')}`);
}

function isFor(certificate: X509Certificate, name: string): boolean {
  if (!name.startsWith('.')) return checkServerIdentity(name, certificate.toLegacyObject()) === undefined;
  const alternatives = certificate.subjectAltName ?? '';
  return alternatives.split(', ').some((alternative) => {
    const host = /^DNS:([^.]+)(\..+)$/.exec(alternative);
    return host?.[2]?.toLowerCase() === name.toLowerCase();
  });
}

function oneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 300);
}

interface Loaded {
  readonly context: SecureContext;
  readonly stamp: string;
  checkedAtMs: number;
  /** Of the files that could not be used, of which was told. */
  toldOf?: string;
}

/** How often the files are looked at, at most. */
const LOOK_AGAIN_MS = 1_000;

/** Certificates and keys by their files; changed files count from the next handshake on. */
export class TlsIdentities {
  readonly #loaded = new Map<string, Loaded>();
  readonly #loading = new Map<string, Promise<SecureContext>>();
  readonly #trouble: (error: unknown) => void;

  /** @param trouble - Told why changed files can't be used, once for each state of them. */
  constructor(trouble: (error: unknown) => void = () => undefined) {
    this.#trouble = trouble;
  }

  /**
   * The context of an identity. While new files can't be used (half-written, or the key does not belong to the
   * certificate), the last ones stay in use.
   *
   * @throws {TlsError} `identity`
   */
  async contextOf(identity: TlsIdentity): Promise<SecureContext> {
    const { certificateFile, keyFile, minimumVersion } = identity;
    const key = `${certificateFile}\n${keyFile}\n${minimumVersion}`;
    const loaded = this.#loaded.get(key);
    if (loaded !== undefined && performance.now() - loaded.checkedAtMs < LOOK_AGAIN_MS) return loaded.context;
    const loading = this.#loading.get(key) ?? this.#load(key, identity).finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return await loading;
  }

  async #load(key: string, identity: TlsIdentity): Promise<SecureContext> {
    const loaded = this.#loaded.get(key);
    const checkedAtMs = performance.now();
    let stamp = 'gone';
    try {
      stamp = await stampOf(identity);
      if (loaded?.stamp === stamp) {
        loaded.checkedAtMs = checkedAtMs;
        delete loaded.toldOf;
        return loaded.context;
      }
      const context = await contextFrom(identity);
      this.#loaded.set(key, { context, stamp, checkedAtMs });
      return context;
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      const fault = new TlsError('identity', oneLine(`${identity.certificateFile}, ${identity.keyFile}: ${what}`));
      if (loaded === undefined) throw fault;
      if (loaded.toldOf !== stamp) this.#trouble(fault);
      loaded.toldOf = stamp;
      loaded.checkedAtMs = checkedAtMs;
      return loaded.context;
    }
  }
}

async function stampOf({ certificateFile, keyFile }: TlsIdentity): Promise<string> {
  const stats = await Promise.all([stat(certificateFile, { bigint: true }), stat(keyFile, { bigint: true })]);
  for (const [i, file] of [certificateFile, keyFile].entries()) {
    const found = stats[i];
    if (found !== undefined) assertFile(file, found);
  }
  return stats.map(({ ino, mtimeNs, size }) => `${ino}:${mtimeNs}:${size}`).join(' ');
}

async function contextFrom({ certificateFile, keyFile, minimumVersion }: TlsIdentity): Promise<SecureContext> {
  const [cert, key] = await Promise.all([readFile(certificateFile), readFile(keyFile)]);
  // Sessions are resumed by tickets of this context.
  const context = createSecureContext({
    cert,
    key,
    minVersion: minimumVersion,
    honorCipherOrder: true,
    // A client that asks for keys again and again would keep us busy.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    sessionIdContext: 'dsnd',
  });
  // OpenSSL compares a key with the certificate of its own kind only: one for RSA and a key for EC are no fault to it until
  // every handshake fails. So it is where one of the two files was renewed with another kind of key.
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new Error('the key does not belong to the certificate');
  return context;
}
