import type { SuppressionList } from '../ports.ts';
import { Problem } from './problem.ts';

const problem = (): Problem =>
  new Problem('not-available', 'No suppression list is kept: there is no [suppression] table');
const refuse = (): Promise<never> => Promise.reject(problem());

/** The list of a server that keeps none: whoever asks is told so. */
export const noSuppression: SuppressionList = {
  list: refuse,
  get: refuse,
  add: refuse,
  remove: refuse,
  // At once: an answer that streams has begun before its first entry is asked for.
  all: () => {
    throw problem();
  },
};
