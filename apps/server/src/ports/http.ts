/** HTTP requests to gateways. */
export interface HttpClient {
  /**
   * Posts a body and reads the answer, of which `maxOctets` count. Redirects are not followed. Rejects with a plain
   * Error when no answer comes within `timeoutMs`.
   */
  post(request: HttpPost): Promise<{ readonly status: number; readonly body: string }>;
}

/** One POST; `maxOctets` is how much of the answer is read. */
export interface HttpPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  readonly timeoutMs: number;
  readonly maxOctets: number;
}

/** Reading what lies on the web. */
export interface HttpGetter {
  /**
   * Gets what a URL stands for, without redirects and caches. Rejects with a plain Error when the server does not prove
   * its name, when no answer comes within `timeoutMs`, and for a body of more than `maxOctets`.
   */
  get(request: {
    readonly url: string;
    readonly timeoutMs: number;
    readonly maxOctets: number;
  }): Promise<{ readonly status: number; readonly contentType: string; readonly body: string }>;
}
