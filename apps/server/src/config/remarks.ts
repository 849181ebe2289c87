import { unreached } from '../routing/route-table.ts';
import { isLoopback } from './admin.ts';
import type { Config, ListenConfig } from './model.ts';
import { inNetworks, type Network } from './networks.ts';

/** What of a configuration can be told to be hardly meant. */
type Remarkable = Pick<Config, 'routes' | 'listen' | 'retry' | 'lists' | 'suppression' | 'limits'>;

/**
 * What a configuration may say, but is hardly meant to: one sentence each.
 *
 * @example remarksOn(config) // ['no route is for "*": …']
 */
export function remarksOn(config: Remarkable): readonly string[] {
  const { routes, listen, retry, lists, suppression, limits } = config;
  return [
    ...(routes.some(({ match }) => match.kind === 'all') ? [] : [NO_WAY_BACK]),
    ...remarksOnOrder(config),
    ...remarksOnCircles(config),
    ...(isOpenRelay(config) ? [OPEN_RELAY] : []),
    ...(retry.delayedAfterMs < retry.expireAfterMs ? [] : [NO_DELAY_TOLD]),
    ...(limits.maxHops < LEAST_HOPS ? [fewHops(limits.maxHops)] : []),
    ...lists.flatMap(({ address, members }) => (members.length > 0 ? [] : [`the list ${address} has no members`])),
    ...(suppression === undefined && listen.some((one) => one.suppression && one.role !== 'submission')
      ? [NO_SUPPRESSION]
      : []),
  ];
}

/** Mail comes from everywhere, and so reports have to go everywhere. RFC 3461 §6.1 */
const NO_WAY_BACK =
  'no route is for "*": a report to a sender whose domain has no route can not be delivered, and the postmaster is told instead';

const OPEN_RELAY =
  'everybody may send to everybody through this server, by relay-from or accept-from: an open relay, which others soon refuse mail from';

const NO_DELAY_TOLD = 'retry.delayed-after is not before retry.expire-after: no sender is told of a delay';

/** RFC 5321 §6.3 */
const LEAST_HOPS = 100;

function fewHops(maxHops: number): string {
  return `limits.max-hops is ${maxHops}: mail that went through so many hosts is refused as if it were in a loop, and RFC 5321 wants at least ${LEAST_HOPS}`;
}

const NO_SUPPRESSION = 'listen.suppression is true, and there is no [suppression] table: nobody is on the list';

/** The first match wins. */
function remarksOnOrder({ routes }: Remarkable): readonly string[] {
  const [first, ...more] = unreached(routes);
  if (first === undefined) return [];
  const others = more.length === 0 ? '' : `, nor do ${more.length} more get any`;
  return [
    `the route for "${first}" gets no mail: one before it matches all of that, and the first match wins${others}`,
  ];
}

function remarksOnCircles({ routes, listen }: Remarkable): readonly string[] {
  const circles = routes.flatMap(({ to }) => ('port' in to && isOurs(listen, to.host, to.port) ? [to] : []));
  return circles.map(({ kind, host, port }) => `a route to ${kind}://${host}:${port} leads back to this server`);
}

function isOurs(listen: readonly ListenConfig[], host: string, port: number): boolean {
  return listen.some((one) => one.port === port && port > 0 && (one.host === host || (isLoopback(host) && isAny(one))));
}

function isAny({ host }: ListenConfig): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** Whether strangers may send where mail goes on to the world. RFC 5321 §7.9 */
function isOpenRelay({ routes, listen }: Remarkable): boolean {
  const toAll = routes.filter(({ match, to }) => match.kind === 'all' && (to.kind === 'mx' || 'port' in to));
  return listen.some(
    ({ host, relayFrom }) =>
      !isLoopback(host) && toAll.some(({ acceptFrom }) => acceptFrom === 'anyone' || relayFrom.some(isEverybody)),
  );
}

/** A network in which addresses far apart lie: `0.0.0.0/0`, `::/0`. */
function isEverybody(network: Network): boolean {
  return FAR_APART.some((addresses) => addresses.every((address) => inNetworks([network], address)));
}

const FAR_APART = [
  ['1.0.0.1', '198.51.100.1'],
  ['2001:db8::1', 'a000::1'],
];
