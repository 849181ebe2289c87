/** What went wrong with a request, by a word that stays the same. */
export type ProblemCode =
  | 'bad-request'
  | 'unauthorized'
  | 'cross-site'
  | 'unknown-host'
  | 'not-found'
  | 'method-not-allowed'
  | 'conflict'
  | 'too-large'
  | 'header-too-large'
  | 'too-slow'
  | 'unsupported-media-type'
  | 'refused'
  | 'too-many-requests'
  | 'not-available'
  | 'fault';

/** One value of a request that is wrong. */
export interface WrongInput {
  /** `query.limit`, `body.recipients.0.address` */
  readonly where: string;
  readonly message: string;
}

/** An answer that is no success; the body is `application/problem+json` (RFC 9457 §3). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: ProblemCode;
  readonly errors: readonly WrongInput[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    more: { readonly errors?: readonly WrongInput[]; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.code = code;
    this.status = KINDS[code].status;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }

  toResponse(): Response {
    const body = {
      type: 'about:blank',
      title: KINDS[this.code].title,
      status: this.status,
      code: this.code,
      detail: this.message,
      ...(this.errors.length === 0 ? {} : { errors: this.errors }),
    };
    return new Response(`${JSON.stringify(body)}\n`, {
      status: this.status,
      headers: { 'Content-Type': 'application/problem+json', ...this.headers },
    });
  }
}

const KINDS: Readonly<Record<ProblemCode, { readonly status: number; readonly title: string }>> = {
  'bad-request': { status: 400, title: 'Bad Request' },
  unauthorized: { status: 401, title: 'Unauthorized' },
  'cross-site': { status: 403, title: 'Forbidden' },
  'unknown-host': { status: 421, title: 'Misdirected Request' },
  'not-found': { status: 404, title: 'Not Found' },
  'method-not-allowed': { status: 405, title: 'Method Not Allowed' },
  'too-slow': { status: 408, title: 'Request Timeout' },
  'header-too-large': { status: 431, title: 'Request Header Fields Too Large' },
  conflict: { status: 409, title: 'Conflict' },
  'too-large': { status: 413, title: 'Content Too Large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported Media Type' },
  refused: { status: 422, title: 'Unprocessable Content' },
  'too-many-requests': { status: 429, title: 'Too Many Requests' },
  'not-available': { status: 503, title: 'Service Unavailable' },
  fault: { status: 500, title: 'Internal Server Error' },
};
