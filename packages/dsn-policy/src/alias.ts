import type { EsmtpParameter } from '@dsnkit/esmtp-parameters';
import type { Expanded } from './envelope.ts';
import { isKeyword, notifyElements } from './parameters.ts';

/** One address to which the message goes on. */
export interface Copy {
  readonly forwardPath: string;
  /** The RCPT parameters of the copy, in the place of those received. */
  readonly parameters: readonly EsmtpParameter[];
}

/** What becomes of a recipient that is an alias. The reverse-path and the MAIL parameters stay as they are. */
export interface AliasPlan {
  readonly copies: readonly Copy[];
  /** Of the alias itself; absent where the copy stands in its place, so that its fate is the alias's. */
  readonly outcome?: Expanded;
}

/**
 * Forward to the addresses of an alias; the envelope return address stays (RFC 3461 §5.2.7).
 *
 * One target: no report, all parameters go along (RFC 3461 §5.2.7.2). Several: option (c) of RFC 3461 §5.2.7.3 — SUCCESS
 * is answered here with `expanded` and taken from what the copies ask. SUCCESS alone becomes NEVER: to ask nothing
 * would be to ask for reports of failure. RRVS speaks of the owner of this address only and ends here (RFC 7293 §8.2).
 *
 * @example
 * ```ts
 * planAlias(parseParameters('NOTIFY=SUCCESS,FAILURE'), ['b@x.example', 'c@y.example']).copies[0];
 * // { forwardPath: 'b@x.example', parameters: [{ keyword: 'NOTIFY', value: 'FAILURE' }] }
 * ```
 */
export function planAlias(parameters: readonly EsmtpParameter[], targets: readonly [string, ...string[]]): AliasPlan {
  const own = parameters.filter((parameter) => !isKeyword(parameter, 'RRVS'));
  if (targets.length === 1) return { copies: [{ forwardPath: targets[0], parameters: own }] };
  const shared = own.map(withoutSuccess);
  return {
    copies: targets.map((forwardPath) => ({ forwardPath, parameters: shared })),
    outcome: { kind: 'expanded' },
  };
}

function withoutSuccess(parameter: EsmtpParameter): EsmtpParameter {
  if (!isKeyword(parameter, 'NOTIFY') || parameter.value === undefined) return parameter;
  const elements = notifyElements(parameter.value);
  const rest = elements.filter((element) => element.toUpperCase() !== 'SUCCESS');
  if (rest.length === elements.length) return parameter;
  return { ...parameter, value: rest.length === 0 ? 'NEVER' : rest.join(',') };
}
