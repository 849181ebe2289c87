import type { Config } from './model.ts';

/**
 * What a configuration may say, but is hardly meant to: one sentence each.
 *
 * @example remarksOn(config) // ['no route is for "*": …']
 */
export function remarksOn({ routes }: Pick<Config, 'routes'>): readonly string[] {
  return routes.some(({ match }) => match.kind === 'all') ? [] : [NO_WAY_BACK];
}

/** Mail comes from everywhere, and so reports have to go everywhere. RFC 3461 §6.1 */
const NO_WAY_BACK =
  'no route is for "*": a report to a sender whose domain has no route can not be delivered, and the postmaster is told instead';
