import type { Content, MailEvent, Recipient } from '../model.ts';
import type { Claim, IdSource, NewMessage, QueueStore } from '../ports.ts';
import { expand, type Post } from '../routing/expansion.ts';
import type { Router } from '../routing/router.ts';
import { join, readWhole } from './content.ts';
import type { Expanded } from './work-parts.ts';

/** What expansion in the queue works with. */
export interface ExpandParts {
  readonly store: QueueStore;
  readonly ids: IdSource;
  readonly router: Router;
  readonly now: () => number;
  /** Return path of what goes on from a confidential alias. */
  readonly postmaster: string;
}

/** Expands aliases and lists of a claim: children of the same message, or a message of its own. */
export async function expandRecipient(
  parts: ExpandParts,
  claim: Claim,
  recipient: Recipient,
  nextN: number,
  content: () => Promise<Content>,
): Promise<Expanded> {
  const { router, postmaster } = parts;
  const nowMs = parts.now();
  const expansion = expand(router, recipient, { message: claim.message, nextN, nowMs, postmaster });
  switch (expansion.kind) {
    case 'forwarded': {
      const { to, report, children } = expansion;
      return { fate: { kind: 'expanded', to, report }, children, messages: [] };
    }
    case 'handed-over': {
      const message = await toMessage(parts, claim, expansion.post, await content(), nowMs);
      const fate = { kind: 'listed', to: expansion.to } as const;
      return { fate, children: [], messages: [message], events: [acceptedEvent(message)] };
    }
    case 'failed':
      return { fate: expansion, children: [], messages: [] };
  }
}

/** The post of a list is a message of its own, with a story of its own. */
function acceptedEvent({ message, recipients }: NewMessage): MailEvent {
  const { id: messageId, arrivedAtMs: atMs, reversePath, sizeOctets, origin } = message;
  const addresses = recipients.map(({ address }) => address);
  return { kind: 'accepted', messageId, atMs, reversePath, recipients: addresses, sizeOctets, origin };
}

async function toMessage(
  { store, ids }: ExpandParts,
  claim: Claim,
  post: Post,
  content: Content,
  nowMs: number,
): Promise<NewMessage> {
  const { reversePath, mailParameters, recipients, header } = post;
  const sizeOctets = header.length + content.sizeOctets;
  const { client } = claim.message;
  const message = {
    id: ids.next(),
    reversePath,
    mailParameters,
    arrivedAtMs: nowMs,
    origin: 'list',
    sizeOctets,
    ...(client === undefined ? {} : { client }),
  } as const;
  return { message, recipients, content: await copyContent(store, header, content) };
}

async function copyContent(store: QueueStore, header: Uint8Array, content: Content): Promise<NewMessage['content']> {
  if (header.length + content.sizeOctets <= store.inlineMaxOctets) return [join([header, await readWhole(content)])];
  const spool = await store.spool();
  try {
    await spool.write(header);
    for await (const piece of content.read()) await spool.write(piece);
    return await spool.finish();
  } catch (error) {
    await spool.discard();
    throw error;
  }
}
