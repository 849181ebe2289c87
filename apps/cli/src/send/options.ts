import type { EnvelopeOptions } from './plan.ts';

/** How to reach a server and open a session with it. */
export interface SessionOptions {
  readonly server: string;
  readonly helo?: string;
  readonly lmtp?: true;
  readonly tls?: 'off' | 'starttls' | 'implicit';
  readonly tlsCa?: string;
  readonly tlsName?: string;
  readonly tlsVerify: boolean;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly auth?: string;
  readonly authInClear?: true;
  readonly timeout?: string;
}

/** What `dsn send` is asked for. */
export interface SendOptions extends EnvelopeOptions, SessionOptions {
  readonly data?: string;
  readonly subject: string;
  readonly header?: readonly string[];
  readonly text: string;
  readonly pipelining: boolean;
  readonly chunking?: true;
  readonly wait?: string;
  readonly reports?: string;
  readonly json?: true;
  readonly verbose?: true;
}
