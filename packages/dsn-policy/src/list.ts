import { formatNotify, type EsmtpParameter, type Notify } from '@dsnkit/esmtp-parameters';
import type { Copy } from './alias.ts';
import { isNullReversePath, type Delivered } from './envelope.ts';
import { orcptFor } from './orcpt.ts';
import { isKeyword } from './parameters.ts';

/** A message as it came to a list or a confidential forward. */
export interface Post {
  readonly reversePath: string;
  readonly mailParameters: readonly EsmtpParameter[];
}

/** How a list sends; the administrator's wishes, never the author's. RFC 3461 §5.2.7.1(c) */
export interface MailingList {
  /** Gets the reports about members, and whatever comes to the list from a null reverse-path. */
  readonly owner: string;
  readonly members: readonly string[];
  readonly notify?: Notify;
  readonly ret?: 'FULL' | 'HDRS';
  /** Tell members' hosts under which address the member is subscribed. */
  readonly orcpt?: boolean;
}

/** New messages, and what became of the address to which the post was sent. */
export interface Redistribution {
  readonly kind: 'redistributed';
  readonly outcome: Delivered;
  readonly reversePath: string;
  readonly mailParameters: readonly EsmtpParameter[];
  readonly copies: readonly Copy[];
}

/** A post that no list may take: it goes to the owner instead, with its null reverse-path. */
export interface Diversion {
  readonly kind: 'diverted';
  readonly outcome: Delivered;
  readonly reversePath: '';
  readonly mailParameters: readonly EsmtpParameter[];
  readonly copies: readonly [Copy];
}

/**
 * Redistribute a post to the members of a list.
 *
 * Hand-over to the list is final delivery (RFC 3461 §5.2.7.1). The copies are new messages: they name the owner as
 * return path, and none of ENVID, RET, NOTIFY and ORCPT comes from the post (RFC 3461 §5.2.7.1(a), §5.2.7.1(b)). What
 * the octets need of the channel (BODY, SMTPUTF8, REQUIRETLS) and MT-PRIORITY stay (RFC 8689 §4.1, RFC 6710 §4.4).
 *
 * A post from the null reverse-path is no post: a list would have to give it another (RFC 5321 §4.5.5), and answering
 * machines would talk to each other through it. It goes to the owner alone. A server does better to refuse it at RCPT.
 *
 * @example
 * ```ts
 * planList({ reversePath: 'alice@example.org', mailParameters: parseParameters('RET=FULL ENVID=A') },
 *   { owner: 'owner-list@example.net', members: ['bob@example.com'] });
 * // { kind: 'redistributed', outcome: { kind: 'delivered' }, reversePath: 'owner-list@example.net',
 * //   mailParameters: [], copies: [{ forwardPath: 'bob@example.com', parameters: [] }] }
 * ```
 */
export function planList(post: Post, list: MailingList): Redistribution | Diversion {
  const mailParameters = post.mailParameters.filter(belongsToContent);
  const outcome: Delivered = { kind: 'delivered' };
  if (isNullReversePath(post.reversePath)) {
    const copy = { forwardPath: list.owner, parameters: [NEVER] };
    return { kind: 'diverted', outcome, reversePath: '', mailParameters, copies: [copy] };
  }
  const ret = list.ret === undefined ? [] : [{ keyword: 'RET', value: list.ret }];
  return {
    kind: 'redistributed',
    outcome,
    reversePath: list.owner,
    mailParameters: [...mailParameters, ...ret],
    copies: list.members.map((forwardPath) => ({ forwardPath, parameters: memberParameters(list, forwardPath) })),
  };
}

/**
 * Forward so that the sender never learns where: as a list of one, without reports of its own.
 *
 * The visible address is `delivered`; the copy has another return path and asks for nothing, so that no report can
 * carry the hidden address to the sender. A null reverse-path stays null (RFC 5321 §4.5.5).
 * RFC 3461 §5.2.7.4, RFC 3464 §4.2.
 *
 * @param returnPath - who is told when the copy fails, such as the owner of the visible address; `''` for nobody.
 *
 * @example
 * ```ts
 * planConfidentialForward({ reversePath: 'alice@example.org', mailParameters: [] }, 'hidden@example.net', '').copies;
 * // [{ forwardPath: 'hidden@example.net', parameters: [{ keyword: 'NOTIFY', value: 'NEVER' }] }]
 * ```
 */
export function planConfidentialForward(post: Post, target: string, returnPath: string): Redistribution {
  const nobody = isNullReversePath(post.reversePath) || isNullReversePath(returnPath);
  return {
    kind: 'redistributed',
    outcome: { kind: 'delivered' },
    reversePath: nobody ? '' : returnPath,
    mailParameters: post.mailParameters.filter(belongsToContent),
    copies: [{ forwardPath: target, parameters: nobody ? [NEVER] : [] }],
  };
}

const NEVER: EsmtpParameter = { keyword: 'NOTIFY', value: 'NEVER' };

function belongsToContent(parameter: EsmtpParameter): boolean {
  return isKeyword(parameter, 'BODY', 'SMTPUTF8', 'REQUIRETLS', 'MT-PRIORITY');
}

/** ORCPT names the subscriber as the list stores it, never the list. RFC 3461 §4.2, §5.2.7.1(c) */
function memberParameters(list: MailingList, member: string): EsmtpParameter[] {
  const notify = list.notify === undefined ? [] : [{ keyword: 'NOTIFY', value: formatNotify(list.notify) }];
  // Whether the hop takes SMTPUTF8 is not known yet; planRelay puts the native form into ASCII where it does not.
  const orcpt = list.orcpt === true ? orcptFor(member, { smtputf8: true }) : undefined;
  return orcpt === undefined ? notify : [...notify, orcpt];
}
