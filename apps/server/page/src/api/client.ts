/** What the server said when it would not. The message is a sentence for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type SignInWatcher = () => void;
let signInWanted: SignInWatcher = () => undefined;

/** `watch` is called whenever the server asks who is there. */
export function onSignInWanted(watch: SignInWatcher): void {
  signInWanted = watch;
}

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Asks the API; gives the JSON of its answer. Rejects with an {@link ApiError}. */
export async function ask<T>(path: string, request: Request = {}): Promise<T> {
  const response = await send(path, request);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Asks the API for octets, such as the content of a message. */
export async function askOctets(path: string, request: Request = {}): Promise<Uint8Array> {
  return new Uint8Array(await (await send(path, request)).arrayBuffer());
}

async function send(path: string, { method = 'GET', body, headers = {}, signal }: Request): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
      credentials: 'same-origin',
      cache: 'no-store',
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'no-answer', 'The server does not answer. Is dsnd still running?');
  }
  if (response.ok) return response;
  if (response.status === 401) signInWanted();
  throw await errorOf(response);
}

/** The answer says what is wrong as a problem (RFC 9457 §3). */
async function errorOf(response: Response): Promise<ApiError> {
  const fallback = `The server answered ${response.status} without a reason.`;
  try {
    const { code = 'fault', detail, errors = [] } = (await response.json()) as Problem;
    const more = errors.map(({ where, message }) => `${where}: ${message}`);
    return new ApiError(response.status, code, [detail ?? fallback, ...more].join(' '));
  } catch {
    return new ApiError(response.status, 'fault', fallback);
  }
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly where: string; readonly message: string }[];
}

/** A query string from what is given; `''` if nothing is. */
export function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

/** What went wrong, as a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A key by which a request can be made again without doing it twice. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((octet) => octet.toString(16).padStart(2, '0')).join('');
}
