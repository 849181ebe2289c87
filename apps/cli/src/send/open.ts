import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';
import type { ReceivedReply } from '@dsnkit/smtp';
import { reasonOf } from '../input/reason.ts';
import { UsageError } from '../usage-error.ts';
import { parseAddress } from '../wire/address.ts';
import { Dialogue, nameOf, type Address, type Timeouts, type Trace } from '../wire/dialogue.ts';
import { greet, ownName, type Extensions } from '../wire/hello.ts';
import { authenticate, type Credentials } from './auth.ts';
import type { SessionOptions } from './options.ts';

/** A connection that is ready for a transaction. */
export interface Session {
  readonly dialogue: Dialogue;
  readonly server: string;
  /** What the server said first. */
  readonly greeting: ReceivedReply;
  /** The reply to the last EHLO, LHLO or HELO. */
  readonly hello: ReceivedReply;
  readonly extensions: Extensions;
}

/**
 * Connects, greets, and sets up TLS and AUTH as asked for.
 *
 * @throws {UsageError} when the server won't serve us
 */
export async function openSession(options: SessionOptions, trace: Trace, what = '--server'): Promise<Session> {
  const address = parseAddress(options.server, what, defaultPort(options));
  if (/[\u0000-\u001f\u007f]/.test(options.helo ?? ''))
    throw new UsageError(`--helo ${JSON.stringify(options.helo)}: a control character`);
  const credentials = credentialsOf(options, address);
  const implicit = options.tls === 'implicit' ? tlsOptions(options) : undefined;
  const dialogue = await Dialogue.connect({
    ...address,
    ...timeoutsOf(options),
    trace,
    ...(implicit && { tls: implicit }),
  });
  try {
    return { dialogue, server: nameOf(address), ...(await prepare(dialogue, options, credentials)) };
  } catch (error) {
    await dialogue.quit();
    throw error;
  }
}

/**
 * How long to wait for what. Nobody waits long before a terminal; but who gives up before the reply to a message does not know
 * whether it was taken, and a server may look through it first: 10 minutes. RFC 5321 §4.5.3.2.6
 */
export function timeoutsOf({ timeout }: Pick<SessionOptions, 'timeout'>): Timeouts {
  const timeoutMs = secondsOf(timeout ?? '60', '--timeout') * 1000;
  return { timeoutMs, contentTimeoutMs: timeout === undefined ? 600_000 : timeoutMs };
}

async function prepare(
  dialogue: Dialogue,
  options: SessionOptions,
  credentials: Credentials | undefined,
): Promise<Hello & Pick<Session, 'greeting'>> {
  const greeting = await dialogue.reply();
  if (greeting.code >= 300) throw new UsageError(`${options.server}: ${greeting.raw.join(' ')}`);
  let greeted = await hello(dialogue, options);
  if (options.tls === 'starttls') {
    if (!greeted.extensions.has('STARTTLS')) throw new UsageError(`${options.server}: STARTTLS is not offered`);
    const reply = await dialogue.command('STARTTLS');
    if (reply.code !== 220) throw new UsageError(`${options.server}: STARTTLS refused: ${reply.raw.join(' ')}`);
    await dialogue.startTls(tlsOptions(options));
    // RFC 3207 §4.2: what was offered in the clear is forgotten.
    greeted = await hello(dialogue, options);
  }
  if (credentials !== undefined) await authenticate(dialogue, credentials, greeted.extensions.get('AUTH'));
  return { greeting, ...greeted };
}

type Hello = Pick<Session, 'hello' | 'extensions'>;

async function hello(dialogue: Dialogue, { helo, lmtp, server }: SessionOptions): Promise<Hello> {
  const { reply, extensions } = await greet(dialogue, helo ?? ownName(), lmtp === true);
  if (reply.code >= 300) throw new UsageError(`${server}: ${reply.raw.join(' ')}`);
  return { hello: reply, extensions };
}

function defaultPort({ tls, lmtp }: SessionOptions): number {
  return tls === 'implicit' ? 465 : lmtp === true ? 24 : 25;
}

/**
 * @throws {UsageError} for what is said of certificates where none is looked at: silence would pass for a check
 */
export function assertTlsWanted({ tls, tlsCa, tlsName }: SessionOptions): void {
  if (tls === 'starttls' || tls === 'implicit') return;
  if (tlsCa !== undefined || tlsName !== undefined) throw new UsageError('--tls-ca and --tls-name need --tls');
}

/** What `--tls-ca`, `--tls-name` and `--no-tls-verify` ask for. */
export function tlsOptions({ tlsCa, tlsName, tlsVerify }: SessionOptions): ConnectionOptions {
  return {
    rejectUnauthorized: tlsVerify,
    ...(tlsCa === undefined ? {} : { ca: readCertificates(tlsCa) }),
    ...(tlsName === undefined ? {} : nameOptions(tlsName)),
  };
}

/** RFC 6066 §3: an address is not sent as a server name, but certificates may bear one. */
function nameOptions(name: string): ConnectionOptions {
  if (name === '') throw new UsageError('--tls-name: expected a name');
  return isIP(name) === 0
    ? { servername: name }
    : { checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate) };
}

/** Trust in nothing, or in what is trusted anyway, is not what a file was named for. */
function readCertificates(file: string): string {
  const text = readText(file, '--tls-ca');
  const certificates = text.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate))
    throw new UsageError(`--tls-ca ${file}: expected certificates in PEM`);
  return text;
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
}

function credentialsOf(options: SessionOptions, { host }: Address): Credentials | undefined {
  const { user, passwordFile, auth, tls, authInClear } = options;
  if (user === undefined) {
    if (auth !== undefined || passwordFile !== undefined)
      throw new UsageError('--auth and --password-file need --user');
    return undefined;
  }
  const password =
    passwordFile === undefined
      ? process.env['DSN_PASSWORD']
      : readText(passwordFile, '--password-file').split(/\r?\n/)[0];
  if (password === undefined) throw new UsageError('--user: set DSN_PASSWORD or name a --password-file');
  const clear = tls === undefined || tls === 'off';
  // RFC 4954 §4: not in the clear, where others may listen.
  if (clear && authInClear !== true && !/^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host))
    throw new UsageError('--user: no password without TLS; add --tls starttls, or --auth-in-clear');
  return { user, password, mechanism: auth };
}

function readText(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${option} ${file}: ${reasonOf(error)}`);
  }
}

/**
 * A number of seconds, fractions allowed.
 *
 * @throws {UsageError} one line that names the option
 */
export function secondsOf(text: string, option: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds > 0 && seconds <= 86_400))
    throw new UsageError(`${option} ${text}: expected seconds, more than 0 and at most 86400`);
  return seconds;
}
