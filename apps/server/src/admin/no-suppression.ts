import type { SuppressionList } from '../ports.ts';
import { Problem } from './problem.ts';

const refuse = (): Promise<never> =>
  Promise.reject(new Problem('not-available', 'No suppression list is kept: there is no [suppression] table'));

/** The list of a server that keeps none: whoever asks is told so. */
export const noSuppression: SuppressionList = {
  list: refuse,
  get: refuse,
  add: refuse,
  remove: refuse,
  all: () => ({ [Symbol.asyncIterator]: () => ({ next: refuse }) }),
};
