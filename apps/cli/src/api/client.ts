import { readFileSync } from 'node:fs';
import { reasonOf as systemReasonOf } from '../input/reason.ts';
import { UsageError } from '../usage-error.ts';

/** How a server is reached. */
export interface ApiOptions {
  readonly url?: string;
  readonly tokenFile?: string;
}

const DEFAULT_URL = 'http://127.0.0.1:8025';

/** The HTTP API of one server. */
export class ApiClient {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ url, tokenFile }: ApiOptions, env: NodeJS.ProcessEnv = process.env) {
    this.#base = (url ?? env['DSN_API_URL'] ?? DEFAULT_URL).replace(/\/+$/, '');
    if (!/^https?:\/\/\S+$/.test(this.#base)) throw new UsageError(`--url ${this.#base}: expected http:// or https://`);
    const token = tokenFile === undefined ? env['DSN_API_TOKEN'] : tokenOf(tokenFile);
    this.#headers = token === undefined || token === '' ? {} : { Authorization: `Bearer ${token}` };
  }

  /** @throws {UsageError} with what the server says, or why it can't be reached */
  async get<T>(path: string, query: Readonly<Record<string, string | undefined>> = {}): Promise<T> {
    const response = await this.#fetch(path + queryText(query), { headers: this.#headers });
    return (await response.json()) as T;
  }

  /** Undefined: the answer has no body. */
  async send<T>(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<T | undefined> {
    const response = await this.#fetch(path, {
      method,
      headers: { ...this.#headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return response.status === 204 ? undefined : ((await response.json()) as T);
  }

  /** The body of an answer as it comes. */
  async stream(
    path: string,
    query: Readonly<Record<string, string | undefined>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#fetch(path + queryText(query), { headers: { ...this.#headers, ...headers } });
    return response.body ?? (await Promise.reject<AsyncIterable<Uint8Array>>(new UsageError('an answer without body')));
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(this.#base + path, { ...init, redirect: 'manual' }).catch((error: unknown) => {
      throw new UsageError(`no answer from ${this.#base}: ${reasonOf(error)}; is [admin] there, and --url right?`);
    });
    if (response.ok) return response;
    throw new UsageError(await problemOf(response));
  }
}

function tokenOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`--token-file ${file}: ${systemReasonOf(error)}`);
  }
}

function queryText(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** RFC 9457 §3.1.4: `detail` is for people. */
async function problemOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: unknown };
    if (typeof detail === 'string') return detail;
  } catch {
    // Whoever answered is no dsnd.
  }
  return `the server answers ${response.status} ${response.statusText}`.trim();
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause);
}
