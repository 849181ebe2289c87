import type { AliasConfig, ListConfig } from '../config/model.ts';
import { canonicalAddress, splitAddress } from './address.ts';

/** An address that stands for others. */
export type TableEntry =
  { readonly kind: 'alias'; readonly alias: AliasConfig } | { readonly kind: 'list'; readonly list: ListConfig };

/** One address to which an alias leads. */
export interface Target {
  readonly address: string;
  /** The alias names itself: its own mailbox is meant, not the alias once more. */
  readonly own: boolean;
}

/** The aliases and lists of the configuration. */
export interface AliasTable {
  find(address: string): TableEntry | undefined;
  /**
   * Whether forwarding ends here because it would go in a circle, or on for more than {@link maxDepth} steps. Lists
   * count with their members and their owner. Each circle is cut at one of its addresses at least.
   */
  loops(address: string): boolean;
  /**
   * The addresses to which an alias leads in the end, each once. Aliases among the targets are followed; lists and
   * confidential aliases are not: they are deliveries of their own.
   */
  targets(alias: AliasConfig): readonly Target[];
}

/** Steps from one alias to the next. More is taken for a loop. */
export const maxDepth = 50;

/** The address under which the catch-all of a domain stands in the configuration. */
export function catchAllAddress(domain: string): string {
  return `*@${domain}`;
}

/**
 * The alias as it stands for one address that it has caught: `*@domain` among its targets is that very local-part in
 * another domain.
 */
export function aliasAt(alias: AliasConfig, address: string): AliasConfig {
  if (!alias.to.some(isWholeDomain)) return alias;
  const { localPart } = splitAddress(address);
  const to = alias.to.map((target) => (isWholeDomain(target) ? `${localPart}${target.slice(1)}` : target));
  return { ...alias, address, to };
}

/** Whether all addresses of a domain are meant: `*@domain`. */
export function isWholeDomain(address: string): boolean {
  return address.startsWith('*@');
}

/** What the table has to know of addresses that it has not. */
export interface OtherAddresses {
  /** Whether a route takes an address: if not, a catch-all does. */
  readonly isTaken: (address: string) => boolean;
  /** The address without its tag. */
  readonly untagged: (address: string) => string;
}

/** Makes the table; addresses are compared in the form of `canonicalAddress`. */
export function makeAliasTable(
  aliases: readonly AliasConfig[],
  lists: readonly ListConfig[],
  others: OtherAddresses,
): AliasTable {
  const entries = new Map<string, TableEntry>();
  for (const list of lists) entries.set(canonicalAddress(list.address), { kind: 'list', list });
  for (const alias of aliases) entries.set(canonicalAddress(alias.address), { kind: 'alias', alias });
  const endless = findEndless(entries, others);
  return {
    find: (address) => entries.get(canonicalAddress(address)),
    loops: (address) => endless.has(canonicalAddress(address)),
    targets: (alias) => targetsOf(alias, entries, endless),
  };
}

/** The keys at which forwarding ends: those on the way when a circle closed, and those that begin too long a chain. */
function findEndless(
  entries: ReadonlyMap<string, TableEntry>,
  { isTaken, untagged }: OtherAddresses,
): ReadonlySet<string> {
  /** Mail to a tagged address goes where that without the tag leads, to what nobody takes to the catch-all of its domain. */
  const onward = (address: string): string => {
    const key = canonicalAddress(address);
    if (entries.has(key)) return key;
    const base = canonicalAddress(untagged(address));
    if (entries.has(base)) return base;
    const caught = catchAllAddress(splitAddress(key).domain);
    const entry = entries.get(caught);
    if (entry?.kind !== 'alias' || isTaken(key)) return key;
    return entry.alias.to.some(isWholeDomain) ? key : caught;
  };
  /** Of a domain that stands for another each address is an entry of its own. */
  const entryAt = (key: string): TableEntry | undefined => {
    const entry = entries.get(key);
    if (entry !== undefined) return entry;
    const caught = entries.get(catchAllAddress(splitAddress(key).domain));
    return caught?.kind !== 'alias' || isTaken(key) ? undefined : { kind: 'alias', alias: aliasAt(caught.alias, key) };
  };
  const endless = new Set<string>();
  const depths = new Map<string, number>();
  const path: string[] = [];
  const visit = (key: string): number => {
    const entry = entryAt(key);
    if (entry === undefined) return 0;
    const known = depths.get(key);
    if (known !== undefined) return known;
    const start = path.indexOf(key);
    if (start !== -1) {
      for (const member of path.slice(start)) endless.add(member);
      return 0;
    }
    // Far deeper than allowed: the rest of the chain is not worth the stack.
    if (path.length > maxDepth * 10) return maxDepth + 1;
    path.push(key);
    const depth = 1 + next(key, entry).reduce((deepest, target) => Math.max(deepest, visit(onward(target))), 0);
    path.pop();
    if (depth > maxDepth) endless.add(key);
    depths.set(key, depth);
    return depth;
  };
  for (const key of entries.keys()) visit(key);
  return endless;
}

/** Where mail to an entry goes on to. */
function next(key: string, entry: TableEntry): readonly string[] {
  if (entry.kind === 'list') return [...entry.list.members, entry.list.owner];
  return entry.alias.to.filter((target) => canonicalAddress(target) !== key);
}

function targetsOf(
  alias: AliasConfig,
  entries: ReadonlyMap<string, TableEntry>,
  endless: ReadonlySet<string>,
): readonly Target[] {
  const targets = new Map<string, Target>();
  const followed = new Set<string>();
  const follow = ({ address, to }: AliasConfig): void => {
    const own = canonicalAddress(address);
    followed.add(own);
    for (const target of to) {
      const key = canonicalAddress(target);
      const entry = entries.get(key);
      const isOpenAlias = entry?.kind === 'alias' && !entry.alias.confidential && !endless.has(key);
      if (key === own || !isOpenAlias) targets.set(key, targets.get(key) ?? { address: target, own: key === own });
      else if (!followed.has(key)) follow(entry.alias);
    }
  };
  follow(alias);
  return [...targets.values()];
}
