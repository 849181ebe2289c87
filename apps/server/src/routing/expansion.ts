import { planAlias, planConfidentialForward, planList, type Copy } from '@dsnkit/dsn-policy';
import { formatParameters, parseParameters, type EsmtpParameter } from '@dsnkit/esmtp-parameters';
import type { ListConfig } from '../config/model.ts';
import type { Failure, Message, Recipient } from '../model.ts';
import { canonicalAddress } from './address.ts';
import { listHeader } from './list-header.ts';
import type { Target } from './alias-table.ts';
import { expandDestination, type Router } from './router.ts';

/** What becomes of a recipient whose address stands for others. */
export type Expansion =
  /** The same message goes on to others; `report` if that is told to senders who asked (RFC 3461 §5.2.7.3(c)). */
  | {
      readonly kind: 'forwarded';
      readonly report: boolean;
      readonly to: readonly string[];
      readonly children: readonly Recipient[];
    }
  /** Delivered here; what goes on is a message of its own (RFC 3461 §5.2.7.1, §5.2.7.4). */
  | { readonly kind: 'handed-over'; readonly to: readonly string[]; readonly post: Post }
  /** It stands for nobody any more, or in a circle. */
  | { readonly kind: 'failed'; readonly failure: Failure };

/** A new message to be made of an old one; its id and content are for whoever has them. */
export interface Post {
  readonly reversePath: string;
  /** As {@link Message.mailParameters}. */
  readonly mailParameters: string;
  readonly recipients: readonly Recipient[];
  /** Header fields that go before the content; empty where the message is to look untouched. */
  readonly header: Uint8Array;
}

/** What expansion has to know besides the recipient. */
export interface ExpansionContext {
  readonly message: Pick<Message, 'reversePath' | 'mailParameters'>;
  /** The first `n` that is free in the message. */
  readonly nextN: number;
  readonly nowMs: number;
  /** The reverse-path of what goes on from a confidential alias: who learns that it could not be delivered. */
  readonly postmaster: string;
}

/**
 * Expands a recipient whose destination is {@link expandDestination}.
 *
 * The router is asked again, since the configuration may have changed while the recipient waited: an address that is
 * a mailbox by now goes on as its own only child.
 *
 * - One target: the parameters go along and nothing is reported (RFC 3461 §5.2.7.2).
 * - Several: option (c) of RFC 3461 §5.2.7.3.
 * - Confidential: handed over with another return path, so that no report can name the target (RFC 3461 §5.2.7.4).
 * - List: handed over to its members in the owner's name, nothing inherited (RFC 3461 §5.2.7.1). A post from the null
 *   reverse-path goes to the owner alone.
 *
 * Children keep, in `shownAs`, the address under which this server accepted the message: that is what reports name
 * (RFC 3464 §2.3.2).
 */
export function expand(router: Router, recipient: Recipient, context: ExpansionContext): Expansion {
  const resolution = router.resolve(recipient.address);
  switch (resolution.kind) {
    case 'alias': {
      const targets = router.targets(resolution.alias);
      return resolution.alias.confidential
        ? forwardInSecret(router, targets, context)
        : forward(router, recipient, targets, context);
    }
    case 'list':
      return redistribute(router, resolution.list, context);
    case 'hop':
      return stay(recipient, resolution.destination, context);
    case 'refuse': {
      const { status, lines } = resolution.reply;
      return { kind: 'failed', failure: { status, reason: lines.join(' '), atMs: context.nowMs } };
    }
  }
}

function forward(
  router: Router,
  recipient: Recipient,
  targets: readonly Target[],
  context: ExpansionContext,
): Expansion {
  const [first, ...rest] = targets.map((target) => target.address);
  if (first === undefined) return stay(recipient, expandDestination, context);
  const plan = planAlias(parseParameters(recipient.parameters), [first, ...rest]);
  const children = plan.copies.map((copy, i) => ({
    ...newRecipient(
      context.nextN + i,
      copy,
      destinationOf(router, copy.forwardPath, targets[i]?.own === true),
      context.nowMs,
    ),
    delayReported: recipient.delayReported,
    shownAs: recipient.shownAs ?? recipient.address,
  }));
  return { kind: 'forwarded', report: plan.outcome !== undefined, to: [first, ...rest], children };
}

function stay(recipient: Recipient, destination: string, { nextN, nowMs }: ExpansionContext): Expansion {
  const child = { ...recipient, n: nextN, destination, dueAtMs: nowMs, retryAtMs: nowMs };
  return { kind: 'forwarded', report: false, to: [recipient.address], children: [child] };
}

function forwardInSecret(router: Router, targets: readonly Target[], context: ExpansionContext): Expansion {
  const post = openPost(context);
  const plans = targets.map(({ address }) => planConfidentialForward(post, address, context.postmaster));
  const copies = plans.flatMap((plan) => plan.copies);
  const own = new Set(targets.filter((target) => target.own).map((target) => target.address));
  return handOver(router, plans[0] ?? { reversePath: '', mailParameters: [] }, copies, own, new Uint8Array(), context);
}

function redistribute(router: Router, list: ListConfig, context: ExpansionContext): Expansion {
  const plan = planList(openPost(context), { ...list, members: distinct(list.members) });
  const header = plan.kind === 'redistributed' ? listHeader(list) : new Uint8Array();
  return handOver(router, plan, plan.copies, new Set(), header, context);
}

function openPost({ message }: ExpansionContext): Parameters<typeof planList>[0] {
  return { reversePath: message.reversePath, mailParameters: parseParameters(message.mailParameters) };
}

function handOver(
  router: Router,
  envelope: { readonly reversePath: string; readonly mailParameters: readonly EsmtpParameter[] },
  copies: readonly Copy[],
  own: ReadonlySet<string>,
  header: Uint8Array,
  { nowMs }: ExpansionContext,
): Expansion {
  const recipients = copies.map((copy, n) =>
    newRecipient(n, copy, destinationOf(router, copy.forwardPath, own.has(copy.forwardPath)), nowMs),
  );
  const mailParameters = formatParameters(envelope.mailParameters);
  const post = { reversePath: envelope.reversePath, mailParameters, recipients, header };
  return { kind: 'handed-over', to: copies.map((copy) => copy.forwardPath), post };
}

function newRecipient(n: number, copy: Copy, destination: string, nowMs: number): Recipient {
  return {
    n,
    address: copy.forwardPath,
    parameters: formatParameters(copy.parameters),
    destination,
    attempts: 0,
    dueAtMs: nowMs,
    retryAtMs: nowMs,
    delayReported: false,
  };
}

/** What can't be routed is looked up once more when it is worked on, and fails there with its own report. */
function destinationOf(router: Router, address: string, own: boolean): string {
  const resolution = own ? router.resolveMailbox(address) : router.resolve(address);
  return resolution.kind === 'refuse' ? expandDestination : resolution.destination;
}

function distinct(addresses: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return addresses.filter((address) => {
    const key = canonicalAddress(address);
    return !seen.has(key) && seen.add(key);
  });
}
