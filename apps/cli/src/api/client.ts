import { readFileSync } from 'node:fs';
import { reasonOf as systemReasonOf } from '../input/reason.ts';
import { UsageError } from '../usage-error.ts';

/** How a server is reached. */
export interface ApiOptions {
  readonly url?: string;
  readonly tokenFile?: string;
}

const DEFAULT_URL = 'http://127.0.0.1:8025';

/** The server answers that it does not do what was asked. */
export class RefusedError extends UsageError {
  /** Whether it may do so later: what is wrong is not what was asked (RFC 9110 §15.6), or that it was asked too often. */
  readonly passes: boolean;

  constructor(message: string, status: number) {
    super(message);
    this.passes = status >= 500 || status === 429;
  }
}

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

  /**
   * @param member what an answer of the API has
   * @throws {UsageError} with what the server says, or why it can't be reached
   */
  async get<T>(
    path: string,
    member: keyof T & string,
    query: Readonly<Record<string, string | undefined>> = {},
  ): Promise<T> {
    return await this.#read(await this.#fetch(path + queryText(query), { headers: this.#headers }), member);
  }

  /** What the API answers to an order. */
  async post<T>(path: string, member: keyof T & string, body: unknown): Promise<T> {
    return await this.#read(await this.#order('POST', path, body), member);
  }

  /** An order to which the API answers with nothing. */
  async order(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<void> {
    if ((await this.#order(method, path, body)).status !== 204) throw this.#stranger();
  }

  /** The body of an answer as it comes; it has this media type. */
  async stream(
    path: string,
    type: string,
    query: Readonly<Record<string, string | undefined>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#fetch(path + queryText(query), { headers: { ...this.#headers, ...headers } });
    if (response.body === null || !(response.headers.get('content-type') ?? '').startsWith(type))
      throw this.#stranger();
    return response.body;
  }

  async #read<T>(response: Response, member: keyof T & string): Promise<T> {
    const text = await response.text().catch(this.#unanswered);
    const value = parsed(text);
    if (typeof value !== 'object' || value === null || !(member in value)) throw this.#stranger();
    return value as T;
  }

  #stranger(): UsageError {
    return new UsageError(`what answers at ${this.#base} is not the API of dsnd; is --url right?`);
  }

  readonly #unanswered = (error: unknown): never => {
    throw new UsageError(`no answer from ${this.#base}: ${reasonOf(error)}; is [admin] there, and --url right?`);
  };

  async #order(method: 'POST' | 'DELETE', path: string, body: unknown): Promise<Response> {
    return await this.#fetch(path, {
      method,
      headers: { ...this.#headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(this.#base + path, { ...init, redirect: 'manual' }).catch(this.#unanswered);
    if (response.ok) return response;
    throw new RefusedError(problemOf(response, await response.text().catch(this.#unanswered)), response.status);
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
function problemOf({ status, statusText }: Response, text: string): string {
  const detail = (parsed(text) as { readonly detail?: unknown } | null | undefined)?.detail;
  const said = typeof detail === 'string' ? detail : `the server answers ${status} ${statusText}`.trim();
  return status === 401 ? `${said}: the token of the server in --token-file or DSN_API_TOKEN` : said;
}

/** Undefined: no JSON, so that whoever answered is no dsnd. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause);
}
