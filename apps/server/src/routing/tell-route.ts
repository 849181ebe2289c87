import type { MailboxResolution, Router } from './router.ts';

/**
 * Where an address leads, in words: one line, and one more below it for each address that it stands for.
 *
 * @example
 * ```ts
 * tellRoute(router, 'bob@ivory.edu') // ['bob@ivory.edu: smtp://10.0.0.5:25, from anyone']
 * ```
 */
export function tellRoute(router: Router, address: string): readonly string[] {
  const found = router.resolve(address);
  if (found.kind !== 'hop') return tellTarget(router, address);
  const senders = found.acceptFrom === 'anyone' ? 'anyone' : 'relay-from and users';
  return [`${address}: ${found.destination}, from ${senders}`];
}

/** What an alias leads to is open to everyone, as the alias is. */
function tellTarget(router: Router, address: string): readonly string[] {
  const found = router.resolve(address);
  switch (found.kind) {
    case 'alias':
      return [
        `${address}: alias, from anyone`,
        ...router
          .targets(found.alias)
          .flatMap((target) =>
            target.own
              ? [tellMailbox(target.address, router.resolveMailbox(target.address))]
              : tellTarget(router, target.address),
          )
          .map((line) => `  ${line}`),
      ];
    case 'list':
      return [`${address}: list of ${found.list.members.length}, from anyone; reports go to ${found.list.owner}`];
    default:
      return [tellMailbox(address, found)];
  }
}

function tellMailbox(address: string, found: MailboxResolution): string {
  if (found.kind === 'hop') return `${address}: ${found.destination}`;
  const { code, status, lines } = found.reply;
  return `${address}: ${code} ${status} ${lines.join(' ')}`;
}
