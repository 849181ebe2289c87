import { parseReport, type ParsedReport } from '@dsnkit/multipart-report';
import type { Content, MailEvent, Message, Recipient } from '../model.ts';
import type { Claim, NewMessage, QueueStore } from '../ports.ts';
import { expandDestination, type MailboxResolution, type Router } from '../routing/router.ts';
import type { ReturnPathOwner, ReturnPaths } from '../routing/return-path.ts';
import { readStart } from './content.ts';
import { noteMessage, readNote } from './telling/notes.ts';
import { eventAt } from '../events/event-at.ts';
import { receivedEvent } from './received.ts';
import { Recent } from './recent.ts';
import type { Expanded } from './work-parts.ts';

/** The destination key of what comes back to a return path of ours. */
export const returnDestination = 'returned:';

/** What reading of what comes back works with. */
export interface ReturnedParts {
  readonly hostname: string;
  /** Absent: no route has return paths of our own. */
  readonly paths?: ReturnPaths;
  readonly store: QueueStore;
  readonly router: Router;
  readonly now: () => number;
  /** For how long the sender behind a return path is remembered. */
  readonly memoryMs: number;
  readonly trouble: (error: unknown) => void;
}

/** Return paths of our own, and what comes back on them or passes through. */
export interface ReturnedMail {
  /** The return path under which a message goes on to one recipient. */
  readonly pathFor: (message: Message, recipient: Recipient) => string;
  /** Remembers whose return path it was, in the settlement that tells that the message went on. */
  readonly remember: (message: Message, recipient: Recipient) => NewMessage;
  /** Sends what came back to a return path on to the sender behind it, and tells of it. */
  readonly forward: (
    claim: Claim,
    recipient: Recipient,
    nextN: number,
    content: () => Promise<Content>,
  ) => Promise<Expanded>;
  /**
   * Looks at mail from `<>` that passes through: it may be a report about a message that went through here. Tells of it.
   * Undefined: it is other mail.
   */
  readonly watch: (claim: Claim, content: () => Promise<Content>) => undefined | Promise<readonly MailEvent[]>;
  /** Has to see every event: envelope ids of messages that were accepted are known for a while. */
  readonly observe: (event: MailEvent) => void;
}

/** What is remembered of a message that went on. */
interface Sent {
  readonly reversePath: string;
  readonly messageId: string;
  readonly recipient: string;
  /** The address behind an alias. */
  readonly address?: string;
}

/** Messages of which the envelope id is known; after a restart none is. */
const MOST_ENVELOPE_IDS = 20_000;

/** A report in a longer message stands before what it returns. */
const LOOKED_AT_OCTETS = 1_048_576;

/** Makes the reading of what comes back. */
export function makeReturnedMail(parts: ReturnedParts): ReturnedMail {
  const { paths, store, router, now } = parts;
  const accepted = new Recent<string>(MOST_ENVELOPE_IDS);
  const seen = new Recent<true>(10_000);
  async function lookAt({ message: { id }, recipients }: Claim, content: () => Promise<Content>): Promise<MailEvent[]> {
    try {
      const octets = await readStart(await content(), LOOKED_AT_OCTETS);
      const report = parseReport(octets);
      if (report?.kind !== 'dsn') return [];
      const envelopeId = report.deliveryStatus?.message.originalEnvelopeId;
      const byEnvelopeId = recipients.map(({ address }) => accepted.get(envelopeKey(address, envelopeId)));
      const about = idInReturned(report, parts.hostname) ?? byEnvelopeId.find((found) => found !== undefined);
      if (about === undefined) return [];
      const received = receivedEvent({ reportId: id, reversePath: '', content: octets, atMs: now() });
      return [eventAt(received, about, now())];
    } catch (error) {
      parts.trouble(error);
      return [];
    }
  }
  return {
    pathFor(message, { n }) {
      if (paths === undefined || message.reversePath === '') return message.reversePath;
      return paths.write({ messageId: message.id, n });
    },
    remember(message, recipient) {
      const { reversePath, id: messageId } = message;
      const { address, shownAs } = recipient;
      const value: Sent = {
        ...{ reversePath, messageId, recipient: shownAs ?? address },
        ...(shownAs === undefined ? {} : { address }),
      };
      const id = sentId({ messageId, n: recipient.n });
      const note = { kind: 'sent', id, value, octets: new Uint8Array(), dueAtMs: now() + parts.memoryMs } as const;
      return noteMessage(note, now());
    },
    async forward(claim, recipient, nextN, content) {
      const owner = paths?.read(recipient.address);
      const sent = owner === undefined || owner === 'forged' ? undefined : await recall(store, owner);
      if (sent === undefined) return unknownOwner(now());
      const { id: reportId, reversePath } = claim.message;
      const received = receivedEvent({
        ...{ reportId, reversePath, content: await readStart(await content(), LOOKED_AT_OCTETS), atMs: now() },
        to: { recipient: sent.recipient, ...(sent.address === undefined ? {} : { address: sent.address }) },
      });
      const route = router.resolve(sent.reversePath);
      const child: Recipient = {
        ...recipient,
        ...{ n: nextN, address: sent.reversePath, attempts: 0, dueAtMs: now(), retryAtMs: now() },
        destination: route.kind === 'refuse' ? expandDestination : route.destination,
      };
      const fate = { kind: 'expanded', to: [sent.reversePath], report: false } as const;
      return { fate, children: [child], messages: [], events: [eventAt(received, sent.messageId, now())] };
    },
    watch(claim, content) {
      const { reversePath, origin, id } = claim.message;
      if (reversePath !== '' || origin === 'report' || origin === 'list' || seen.get(id) === true) return undefined;
      seen.set(id, true);
      return lookAt(claim, content);
    },
    observe(event) {
      if (event.kind !== 'accepted' || event.envelopeId === undefined || event.reversePath === '') return;
      accepted.set(envelopeKey(event.reversePath, event.envelopeId), event.messageId);
    },
  };
}

/** An envelope id means something to its sender alone (RFC 3461 §4.4): it counts together with the return path. */
function envelopeKey(reversePath: string, envelopeId: string | undefined): string {
  return `${reversePath.toLowerCase()}\n${envelopeId ?? ''}`;
}

/** The header that comes back has the Received field that this server wrote, with its id of the message. */
function idInReturned({ returned }: ParsedReport, hostname: string): string | undefined {
  const by = ` by ${hostname.toLowerCase()} with `;
  for (const { name, value } of returned?.headers ?? []) {
    if (name.toLowerCase() !== 'received' || value.length > 2000) continue;
    const line = ` ${value.replace(/\s+/g, ' ')}`;
    const at = line.toLowerCase().indexOf(by);
    const id = at < 0 ? undefined : / id ([0-9A-Za-z]{1,40})\b/.exec(line.slice(at))?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
}

function sentId({ messageId, n }: ReturnPathOwner): string {
  return `${messageId}v${n}`;
}

/** Our ids are in lower case, whatever systems on the way made of them. */
async function recall(store: QueueStore, { messageId, n }: ReturnPathOwner): Promise<Sent | undefined> {
  for (const id of new Set([messageId, messageId.toLowerCase()])) {
    try {
      const { value } = await readNote(await store.content(sentId({ messageId: id, n })));
      return value as Sent;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** What went on a moment ago may not be settled yet; what is long past is not remembered any more. */
function unknownOwner(atMs: number): Expanded {
  const failure = { status: '4.3.0', reason: 'the sender behind this return path is not known', atMs } as const;
  return { fate: { kind: 'deferred', failure }, children: [], messages: [] };
}

/** The router, to which return paths of our own are known, too. Those with a wrong mark are nobody's. */
export function withReturnPaths(router: Router, paths: ReturnPaths | undefined): Router {
  if (paths === undefined) return router;
  const own = (address: string): MailboxResolution | undefined => {
    const owner = paths.read(address);
    if (owner === undefined) return undefined;
    if (owner === 'forged') return { kind: 'refuse', reply: NOBODY };
    return { kind: 'hop', nextHop: { kind: 'discard' }, destination: returnDestination, acceptFrom: 'anyone' };
  };
  return {
    ...router,
    resolve: (address) => own(address) ?? router.resolve(address),
    resolveMailbox: (address) => own(address) ?? router.resolveMailbox(address),
  };
}

const NOBODY = { code: 550, status: '5.1.1', lines: ['There is no such return path here'] } as const;
