import { Webhook } from 'standardwebhooks';
import { toWire } from '../events/wire.ts';
import type { MailEvent } from '../model.ts';

/** One event as it goes to a webhook. */
export interface Letter {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Writes and signs an event as the Standard Webhooks specification says, version 1.0.0.
 *
 * @param id the same for every attempt: receivers know by it what they have
 * @param secrets `whsec_` and base64; each signs, so that one can take the place of another
 */
export function writeLetter(event: MailEvent, id: string, secrets: readonly string[], nowMs: number): Letter {
  const data = toWire(event);
  const payload = JSON.stringify({ type: data.kind, timestamp: data.at, data });
  const at = new Date(nowMs);
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, at, payload));
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(nowMs / 1000)),
      'webhook-signature': signatures.join(' '),
    },
    body: new TextEncoder().encode(payload),
  };
}
