import type { WebhookConfig } from '../config.ts';
import type { Clock, HttpClient } from '../ports.ts';
import { contentOf } from '../queue/content.ts';
import { complaint } from './backoff.ts';
import type { Item } from './lanes.ts';
import { writeLetter } from './letter.ts';

/** Why an event has not been taken. */
export interface Complaint {
  readonly reason: string;
  /** Of the answer; undefined if there was none. */
  readonly status: number | undefined;
}

/** One attempt to hand an event over; undefined: the receiver has it. */
export async function post(
  { event, id }: Item,
  { url, secrets, timeoutMs }: WebhookConfig,
  { http, clock }: { readonly http: HttpClient; readonly clock: Clock },
): Promise<Complaint | undefined> {
  const { headers, body } = writeLetter(event, `evt_${id}`, secrets, clock.now());
  try {
    const answer = await http.post({ url, headers, body: contentOf([body]).read(), timeoutMs, maxOctets: 1024 });
    const reason = complaint(answer.status, answer.body);
    return reason === undefined ? undefined : { reason, status: answer.status };
  } catch (error) {
    return { reason: `no answer: ${error instanceof Error ? error.message : String(error)}`, status: undefined };
  }
}
