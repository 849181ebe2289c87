import { createHmac } from 'node:crypto';
import { UsageError } from '../usage-error.ts';
import type { Dialogue } from '../wire/dialogue.ts';

/** Who authenticates. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
  /** SASL mechanism; undefined: the best of those offered. */
  readonly mechanism: string | undefined;
}

/** In the order of choice: what keeps the password from the server's log first. */
const MECHANISMS = ['CRAM-MD5', 'PLAIN', 'LOGIN', 'XOAUTH2'];

/**
 * Authenticates. RFC 4954 §4. Secrets are not shown in the trace.
 *
 * @param offered what stands behind AUTH in the reply to EHLO; undefined if it is not announced
 * @throws {UsageError} when the server refuses or offers nothing that is known here
 */
export async function authenticate(
  dialogue: Dialogue,
  credentials: Credentials,
  offered: string | undefined,
): Promise<void> {
  const mechanisms = (offered ?? '').toUpperCase().split(' ');
  const mechanism = credentials.mechanism ?? MECHANISMS.find((known) => mechanisms.includes(known));
  if (mechanism === undefined || (offered === undefined && credentials.mechanism === undefined)) {
    throw new UsageError(`--user: the server offers ${offered === undefined ? 'no AUTH' : `only AUTH ${offered}`}`);
  }
  const reply = await exchange(dialogue, mechanism, credentials);
  if (reply.code >= 300) throw new UsageError(`the server refuses AUTH ${mechanism}: ${reply.raw.join(' ')}`);
}

async function exchange(
  dialogue: Dialogue,
  mechanism: string,
  { user, password }: Credentials,
): ReturnType<Dialogue['command']> {
  const secret = (text: string): string => Buffer.from(text).toString('base64');
  switch (mechanism) {
    case 'PLAIN':
      return await dialogue.command(`AUTH PLAIN ${secret(`\0${user}\0${password}`)}`, 'AUTH PLAIN [secret]');
    case 'XOAUTH2': {
      const token = secret(`user=${user}\u0001auth=Bearer ${password}\u0001\u0001`);
      const reply = await dialogue.command(`AUTH XOAUTH2 ${token}`, 'AUTH XOAUTH2 [secret]');
      // The server tells the fault as a challenge, and wants an empty response before it refuses.
      return reply.code === 334 ? await dialogue.command('') : reply;
    }
    case 'LOGIN': {
      let reply = await dialogue.command('AUTH LOGIN');
      if (reply.code === 334) reply = await dialogue.command(secret(user), '[user]');
      return reply.code === 334 ? await dialogue.command(secret(password), '[secret]') : reply;
    }
    default: {
      const reply = await dialogue.command('AUTH CRAM-MD5');
      if (reply.code !== 334) return reply;
      const challenge = Buffer.from(reply.lines[0] ?? '', 'base64');
      const digest = createHmac('md5', password).update(challenge).digest('hex');
      return await dialogue.command(secret(`${user} ${digest}`), '[response]');
    }
  }
}
