import type { Reply } from '@dsnkit/smtp';
import type { Notice } from '../ports.ts';
import type { Client } from './client.ts';
import type { LoginStep } from './auth/login.ts';

type Refusal = Extract<Notice, { kind: 'refused' }>;

/** Refusals of one connection that are told: who tries a thousand addresses fills no log. */
const MAX_REFUSALS = 50;

/**
 * Tells the operator what the client of one connection did. Of logins all are told, which are few: one that succeeds must
 * not hide behind refusals.
 */
export class Notices {
  readonly #tell: (notice: Notice) => void;
  #refusals = 0;

  constructor(tell: (notice: Notice) => void) {
    this.#tell = tell;
  }

  refused(
    { address }: Client,
    what: Refusal['what'],
    reply: Reply | string,
    envelope: Pick<Refusal, 'reversePath' | 'recipient'> = {},
  ): void {
    if (this.#refusals++ >= MAX_REFUSALS) return;
    this.#tell({ kind: 'refused', client: address, what, ...envelope, reply: oneLine(reply) });
  }

  /** How an attempt to log in ended. */
  login({ address }: Client, mechanism: string, end: Exclude<LoginStep, { kind: 'challenge' }>): void {
    if (end.kind === 'success') {
      this.#tell({ kind: 'login', client: address, user: end.user.name, mechanism });
      return;
    }
    const user = end.name === undefined ? {} : { user: end.name };
    this.#tell({ kind: 'login-failed', client: address, ...user, mechanism, reply: oneLine(end.reply) });
  }
}

function oneLine(reply: Reply | string): string {
  if (typeof reply === 'string') return reply;
  const { code, status, lines } = reply;
  return [code, ...(status === undefined ? [] : [status]), ...lines].join(' ');
}
