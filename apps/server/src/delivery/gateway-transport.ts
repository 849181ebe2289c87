import { isStatusCode, type StatusCode } from '@dsnkit/delivery-status';
import { parseParameters, readMailParameters, readRcptParameters } from '@dsnkit/esmtp-parameters';
import type { Content, Delivery, Outcome, Recipient, Transport } from '../model.ts';
import type { Clock, HttpClient } from '../ports.ts';
import { fault, forAll, type Trouble } from './outcomes.ts';

const TIMEOUT_MS = 120_000;
const MAX_ANSWER_OCTETS = 1_048_576;

/**
 * Hands messages to an HTTP service: a gateway into an environment that is not SMTP (RFC 3461 §5.2.4).
 *
 * One POST of `application/json` per attempt:
 *
 *     {"id", "reversePath", "envelopeId", "ret", "arrivedAt", "sizeOctets",
 *      "recipients": [{"address", "notify": ["SUCCESS", …] or [] for NEVER or null, "originalRecipient": {"type", "address"} or null}],
 *      "messageBase64"}
 *
 * A 2xx answer takes the message. Its body may be JSON with a verdict on each recipient it names:
 *
 *     {"confirms": true, "recipients": [{"address", "action": "delivered" | "relayed" | "delayed" | "failed", "status", "reason"}]}
 *
 * Whoever is not named is relayed; `confirms` says that the gateway itself sends the reports that are asked for. 408,
 * 425, 429, 5xx, no answer and a verdict that can't be read are worth another attempt; any other answer is final.
 *
 * @example new GatewayTransport('https://chat.example/mail', { http, clock })
 */
export class GatewayTransport implements Transport {
  readonly #url: string;
  readonly #http: HttpClient;
  readonly #clock: Clock;

  constructor(url: string, ports: { readonly http: HttpClient; readonly clock: Clock }) {
    this.#url = url;
    this.#http = ports.http;
    this.#clock = ports.clock;
  }

  async deliver(delivery: Delivery): Promise<readonly Outcome[]> {
    const { host } = new URL(this.#url);
    try {
      const answer = await this.#http.post({
        url: this.#url,
        headers: { 'content-type': 'application/json', 'idempotency-key': attemptKey(delivery) },
        body: formatRequest(delivery),
        timeoutMs: TIMEOUT_MS,
        maxOctets: MAX_ANSWER_OCTETS,
      });
      const nowMs = this.#clock.now();
      const refusal = refusalOf(host, answer.status);
      if (refusal !== undefined) return forAll(delivery, fault(refusal, nowMs));
      const said = readAnswer(answer.body);
      if (said !== undefined) return verdicts(delivery, said, nowMs);
      const reason = `the gateway at ${host} gave an answer that can not be read`;
      return forAll(delivery, fault({ status: '4.5.0', reason }, nowMs));
    } catch {
      const trouble: Trouble = { status: '4.4.1', reason: `the gateway at ${host} did not answer` };
      return forAll(delivery, fault(trouble, this.#clock.now()));
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The same for the same message and recipients, so that a gateway can tell an attempt made twice. */
function attemptKey({ message, recipients }: Delivery): string {
  return `${message.id}-${recipients.map((recipient) => recipient.n).join('.')}`;
}

function refusalOf(host: string, status: number): Trouble | undefined {
  if (status >= 200 && status < 300) return undefined;
  const answered = `the gateway at ${host} answered ${status}`;
  if (status >= 500 || status === 408 || status === 425 || status === 429) return { status: '4.3.2', reason: answered };
  return { status: status === 413 ? '5.3.4' : '5.3.0', reason: answered };
}

/** The request, its message in base64, without holding all of it. */
async function* formatRequest({ message, recipients, content }: Delivery): AsyncGenerator<Uint8Array> {
  const text = new TextEncoder();
  const mail = readMailParameters(parseParameters(message.mailParameters));
  const head = {
    id: message.id,
    reversePath: message.reversePath,
    envelopeId: mail.envid ?? null,
    ret: mail.ret ?? null,
    arrivedAt: new Date(message.arrivedAtMs).toISOString(),
    sizeOctets: content.sizeOctets,
    recipients: recipients.map(wishes),
  };
  yield text.encode(`${JSON.stringify(head).slice(0, -1)},"messageBase64":"`);
  for await (const piece of base64(content)) yield text.encode(piece);
  yield text.encode('"}');
}

/** §5.2.4: what was asked for goes along, so that the other side can honour it. */
function wishes({ address, parameters }: Recipient): unknown {
  const { notify, orcpt } = readRcptParameters(parseParameters(parameters), undefined, { smtputf8: true });
  return {
    address,
    notify:
      notify === undefined
        ? null
        : (['success', 'failure', 'delay'] as const).filter((each) => notify[each]).map((each) => each.toUpperCase()),
    originalRecipient: orcpt === undefined ? null : { type: orcpt.type, address: orcpt.address },
  };
}

/** Pieces of base64 without padding between them. */
async function* base64(content: Content): AsyncGenerator<string> {
  let rest: Uint8Array = new Uint8Array();
  for await (const piece of content.read()) {
    const joined = new Uint8Array(rest.length + piece.length);
    joined.set(rest);
    joined.set(piece, rest.length);
    const whole = joined.length - (joined.length % 3);
    yield encode(joined.subarray(0, whole));
    rest = joined.subarray(whole);
  }
  yield encode(rest);
}

function encode(octets: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < octets.length; at += 8190) {
    binary += String.fromCharCode(...octets.subarray(at, at + 8190));
  }
  return btoa(binary);
}

interface Verdict {
  readonly address?: unknown;
  readonly action?: unknown;
  readonly status?: unknown;
  readonly reason?: unknown;
}

interface Answer {
  readonly confirms: boolean;
  readonly named: ReadonlyMap<string, Verdict>;
}

function verdicts({ recipients }: Delivery, { confirms, named }: Answer, nowMs: number): readonly Outcome[] {
  return recipients.map(({ address }) => {
    const verdict = named.get(address);
    const status = statusOf(verdict?.status);
    const reason = typeof verdict?.reason === 'string' ? oneLine(verdict.reason) : 'the gateway gave no reason';
    switch (verdict?.action) {
      case 'delivered':
        return { kind: 'delivered', status: classOf(status, '2') ?? '2.0.0' };
      case 'failed':
        return fault({ status: classOf(status, '5') ?? '5.0.0', reason }, nowMs);
      case 'delayed':
        return fault({ status: classOf(status, '4') ?? '4.0.0', reason }, nowMs);
      default:
        return { kind: 'relayed', status: classOf(status, '2') ?? '2.0.0', nextHopSupportsDsn: confirms };
    }
  });
}

/** Undefined for a verdict that was cut or is broken: whom it says to have failed nobody knows. */
function readAnswer(body: string): Answer | undefined {
  const named = new Map<string, Verdict>();
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer !== 'object' || answer === null) return { confirms: false, named };
    const { confirms, recipients } = answer as { readonly confirms?: unknown; readonly recipients?: unknown };
    for (const each of Array.isArray(recipients) ? (recipients as unknown[]) : []) {
      if (typeof each !== 'object' || each === null || !('address' in each)) continue;
      const verdict: Verdict = each;
      if (typeof each.address === 'string') named.set(each.address, verdict);
    }
    return { confirms: confirms === true, named };
  } catch {
    // What does not begin as a verdict is words for people: taken, and nothing more was said.
    return body.trimStart().startsWith('{') ? undefined : { confirms: false, named };
  }
}

function statusOf(value: unknown): StatusCode | undefined {
  return typeof value === 'string' && isStatusCode(value) ? value : undefined;
}

function classOf(status: StatusCode | undefined, digit: '2' | '4' | '5'): StatusCode | undefined {
  return status?.startsWith(digit) === true ? status : undefined;
}

function oneLine(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
    .slice(0, 500);
}
