import { ask, askOctets, ApiError, queryOf } from './client.ts';
import type {
  ActionResultJson,
  DestinationJson,
  MessageDetailJson,
  MessageJson,
  MessagePageJson,
  OverviewJson,
  SuppressionJson,
  WebhookJson,
} from './shapes.ts';

const root = 'api/v1';
const part = encodeURIComponent;

export const overview = (signal: AbortSignal): Promise<OverviewJson> => ask(`${root}/overview`, { signal });

export interface MessageQuery {
  readonly recipient?: string;
  readonly sender?: string;
  readonly envelopeId?: string;
  readonly headerMessageId?: string;
  readonly state?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cursor?: string;
  readonly limit?: number;
}

export const messages = (query: MessageQuery, signal?: AbortSignal): Promise<MessagePageJson> =>
  ask(`${root}/messages${queryOf({ ...query })}`, { ...(signal && { signal }) });

export const message = (id: string, signal?: AbortSignal): Promise<MessageDetailJson> =>
  ask(`${root}/messages/${part(id)}`, { ...(signal && { signal }) });

export const contentPath = (id: string): string => `${root}/messages/${part(id)}/content`;

export const content = (id: string, signal: AbortSignal): Promise<Uint8Array> => askOctets(contentPath(id), { signal });

/** Messages that have to do with a text: as an address, an envelope id, a Message-ID or a queue id. The latest first. */
export async function find(text: string, more: MessageQuery, signal: AbortSignal): Promise<MessagePageJson> {
  const asAddress: MessageQuery[] =
    text.includes('@') && !text.startsWith('<') ? [{ recipient: text }, { sender: text }] : [];
  const queries: MessageQuery[] = [...asAddress, { envelopeId: text }, { headerMessageId: text }];
  const [byId, ...pages] = await Promise.all([
    /^[A-Za-z0-9]+$/.test(text) ? known(text, signal) : [],
    ...queries.map((query) => messages({ ...more, ...query }, signal).then((page) => page.messages)),
  ]);
  const found = new Map([byId, ...pages].flat().map((one) => [one.id, one]));
  return { messages: [...found.values()].sort((a, b) => b.arrivedAt.localeCompare(a.arrivedAt)), next: null };
}

async function known(id: string, signal: AbortSignal): Promise<readonly MessageJson[]> {
  try {
    return [await message(id, signal)];
  } catch (error) {
    if (error instanceof ApiError && error.status < 500 && error.status >= 400) return [];
    throw error;
  }
}

export type MessageAction = 'retry' | 'hold' | 'release' | 'drop' | 'bounce' | 'reroute';

/** Does something with what waits of a message, or with one recipient of it. */
export const act = (action: MessageAction, body: Readonly<Record<string, string>>): Promise<ActionResultJson> =>
  ask(`${root}/queue/${action}`, { method: 'POST', body });

export const destinations = (signal: AbortSignal): Promise<{ readonly destinations: readonly DestinationJson[] }> =>
  ask(`${root}/destinations`, { signal });

export type DestinationAction = 'pause' | 'resume' | 'retry';

export const actOn = (destination: string, action: DestinationAction): Promise<unknown> =>
  ask(`${root}/${action === 'retry' ? 'queue' : 'destinations'}/${action}`, { method: 'POST', body: { destination } });

export interface SuppressionPage {
  readonly entries: readonly SuppressionJson[];
  readonly next: string | null;
}

export const suppressions = (
  query: { readonly search?: string; readonly cursor?: string },
  signal?: AbortSignal,
): Promise<SuppressionPage> =>
  ask(`${root}/suppressions${queryOf({ ...query, limit: 100 })}`, { ...(signal && { signal }) });

/** Gives how many were added: postmasters are passed over. */
export const suppress = (address: string, reason: string): Promise<{ readonly count: number }> =>
  ask(`${root}/suppressions`, { method: 'POST', body: { entries: [{ address, ...(reason !== '' && { reason }) }] } });

export const unsuppress = (address: string): Promise<unknown> =>
  ask(`${root}/suppressions/${part(address)}`, { method: 'DELETE' });

export interface Submission {
  readonly from: string;
  readonly recipients: readonly { readonly address: string; readonly notify?: 'never' | readonly string[] }[];
  readonly ret?: 'full' | 'headers';
  readonly envelopeId?: string;
  readonly message: { readonly subject: string; readonly text: string };
}

/** `key` makes sure that a submission that is repeated is made once. */
export const submit = (submission: Submission, key: string): Promise<{ readonly id: string }> =>
  ask(`${root}/messages`, { method: 'POST', body: submission, headers: { 'idempotency-key': key } });

/** Sends a message again to those who did not get it. */
export const resend = (id: string, key: string): Promise<{ readonly id: string }> =>
  ask(`${root}/messages/${part(id)}/resend`, { method: 'POST', body: {}, headers: { 'idempotency-key': key } });

export const webhooks = (signal: AbortSignal): Promise<{ readonly webhooks: readonly WebhookJson[] }> =>
  ask(`${root}/webhooks`, { signal });

/** Sends all dead letters of a webhook again; gives how many. */
export const replay = (webhook: string): Promise<{ readonly count: number }> =>
  ask(`${root}/webhooks/${part(webhook)}/dead-letters/replay`, { method: 'POST', body: {} });

/** Where the whole list can be fetched. */
export const suppressionExport = `${root}/suppressions/export`;
