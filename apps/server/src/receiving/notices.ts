import type { Reply } from '@dsnkit/smtp';
import type { Notice } from '../ports.ts';
import type { Client } from './client.ts';
import type { LoginStep } from './auth/login.ts';

type Refusal = Extract<Notice, { kind: 'refused' }>;

/** Notices of one connection: who tries a thousand addresses fills no log. */
const MAX_NOTICES = 50;

/** Tells the operator what the client of one connection did. */
export class Notices {
  readonly #tell: (notice: Notice) => void;
  #told = 0;

  constructor(tell: (notice: Notice) => void) {
    this.#tell = tell;
  }

  refused(
    { address }: Client,
    what: Refusal['what'],
    reply: Reply | string,
    envelope: Pick<Refusal, 'reversePath' | 'recipient'> = {},
  ): void {
    this.#note({ kind: 'refused', client: address, what, ...envelope, reply: oneLine(reply) });
  }

  /** How an attempt to log in ended. */
  login({ address }: Client, mechanism: string, end: Exclude<LoginStep, { kind: 'challenge' }>): void {
    if (end.kind === 'success') {
      this.#note({ kind: 'login', client: address, user: end.user.name, mechanism });
      return;
    }
    const user = end.name === undefined ? {} : { user: end.name };
    this.#note({ kind: 'login-failed', client: address, ...user, mechanism, reply: oneLine(end.reply) });
  }

  #note(notice: Notice): void {
    if (this.#told++ < MAX_NOTICES) this.#tell(notice);
  }
}

function oneLine(reply: Reply | string): string {
  if (typeof reply === 'string') return reply;
  const { code, status, lines } = reply;
  return [code, ...(status === undefined ? [] : [status]), ...lines].join(' ');
}
