import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import type { BodiesConfig } from '../../config.ts';
import { StoreError, type ObjectStore } from '../../ports.ts';

/**
 * Objects in a bucket of a server that speaks the protocol of Amazon S3. Of that it needs PutObject, GetObject, DeleteObject
 * and ListObjectsV2, the bucket in the path, and signatures of version 4.
 *
 * @example
 * const objects = new S3Objects({ endpoint: 'https://s3.example', bucket: 'mail', region: 'us-east-1', prefix: '', accessKey, secretKey });
 */
export class S3Objects implements ObjectStore {
  readonly #client: AwsClient;
  readonly #bucket: string;
  readonly #url: string;
  readonly #prefix: string;
  readonly #timeoutMs: number;

  constructor(
    config: Omit<BodiesConfig, 'secretKeyFile'>,
    { timeoutMs = 30_000 }: { readonly timeoutMs?: number } = {},
  ) {
    const { endpoint, bucket, region, prefix, accessKey, secretKey = '' } = config;
    this.#client = new AwsClient({
      ...{ accessKeyId: accessKey, secretAccessKey: secretKey, region, service: 's3' },
      // With our own words and times.
      retries: 0,
    });
    this.#bucket = bucket;
    this.#url = `${endpoint.replace(/\/+$/, '')}/${bucket}`;
    this.#prefix = prefix;
    this.#timeoutMs = timeoutMs;
  }

  async put(name: string, octets: Uint8Array): Promise<void> {
    const answer = await this.#ask('PUT', this.#path(name), octets);
    if (answer.status !== 200) throw this.#refused(answer);
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    const answer = await this.#ask('GET', this.#path(name));
    if (answer.status === 200) return answer.octets;
    // The bucket itself may be the one that is not there: then nothing is said of the object.
    if (answer.status === 404 && codeOf(answer) === 'NoSuchKey') return undefined;
    throw this.#refused(answer);
  }

  async remove(name: string): Promise<void> {
    const answer = await this.#ask('DELETE', this.#path(name));
    if (answer.status !== 204 && answer.status !== 200 && codeOf(answer) !== 'NoSuchKey') throw this.#refused(answer);
  }

  async list(after: string): Promise<readonly { readonly name: string; readonly putAtMs: number }[]> {
    const query = new URLSearchParams({ 'list-type': '2', 'max-keys': '1000', prefix: this.#prefix });
    if (after !== '') query.set('start-after', this.#prefix + after);
    const answer = await this.#ask('GET', `?${query.toString()}`);
    if (answer.status !== 200) throw this.#refused(answer);
    return [...textOf(answer).matchAll(/<Contents>(.*?)<\/Contents>/gs)].flatMap(([, entry = '']) => {
      // Names of ours need no escapes in XML; the next page is asked for by the last name, whosever it is.
      const key = unescaped(tag(entry, 'Key') ?? '');
      const putAtMs = Date.parse(tag(entry, 'LastModified') ?? '');
      if (!key.startsWith(this.#prefix) || Number.isNaN(putAtMs)) return [];
      return [{ name: key.slice(this.#prefix.length), putAtMs }];
    });
  }

  #path(name: string): string {
    return `/${this.#prefix}${name}`;
  }

  /** Each request may be made again: it comes to the same. */
  async #ask(method: string, path: string, body?: Uint8Array): Promise<Answer> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    for (let attempt = 1; ; attempt++) {
      const last = attempt === ATTEMPTS;
      try {
        const answer = await this.#askOnce(method, path, body, signal);
        if (!isUnwell(answer.status)) return answer;
        if (last) throw this.#refused(answer);
      } catch (error) {
        if (error instanceof StoreError) throw error;
        if (last || signal.aborted)
          throw new StoreError('away', `The bucket ${this.#bucket} can not be reached: ${reasonOf(error)}`);
      }
      await wait(AGAIN_MS * attempt);
    }
  }

  async #askOnce(method: string, path: string, body: Uint8Array | undefined, signal: AbortSignal): Promise<Answer> {
    const octets = body ?? new Uint8Array();
    const signed = await this.#client.sign(`${this.#url}${path}`, {
      method,
      // The digest is signed: octets that were changed on the way are refused.
      headers: { 'X-Amz-Content-Sha256': createHash('sha256').update(octets).digest('hex') },
      ...(body === undefined ? {} : { body: octets as Uint8Array<ArrayBuffer> }),
    });
    const response = await fetch(signed, { signal, redirect: 'error' });
    return { status: response.status, octets: new Uint8Array(await response.arrayBuffer()) };
  }

  #refused(answer: Answer): StoreError {
    const what = [answer.status, codeOf(answer), tag(textOf(answer), 'Message')]
      .filter(Boolean)
      .join(' ')
      .slice(0, 200);
    return new StoreError(
      isUnwell(answer.status) ? 'away' : 'io',
      `The bucket ${this.#bucket} refused: ${what.replaceAll(/\s+/g, ' ')}`,
    );
  }
}

const ATTEMPTS = 3;
const AGAIN_MS = 100;

interface Answer {
  readonly status: number;
  readonly octets: Uint8Array;
}

/** What passes by itself. */
function isUnwell(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

function textOf({ octets }: Answer): string {
  return new TextDecoder().decode(octets);
}

function codeOf(answer: Answer): string | undefined {
  return tag(textOf(answer), 'Code');
}

function tag(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

function unescaped(text: string): string {
  return text.replaceAll(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name = '') => {
      if (hex === undefined && decimal === undefined) return ENTITIES.get(String(name)) ?? whole;
      const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & {
    readonly cause?: { readonly code?: string; readonly message?: string };
  };
  if (name === 'TimeoutError') return 'no answer in time';
  return cause?.code ?? cause?.message ?? message;
}
