import { useLoad, type Loaded } from '../api/load.ts';
import type * as reader from './reader.ts';

/** What reads bounces: large, and so fetched when it is wanted first. */
export type Reader = typeof reader;

let loading: Promise<Reader> | undefined;

export function loadReader(): Promise<Reader> {
  loading ??= import('./reader.ts').catch(() => {
    loading = undefined;
    throw new Error('What reads bounces could not be fetched. Load the page again: the server may have a new one.');
  });
  return loading;
}

export function useReader(): Loaded<Reader> {
  return useLoad('reader', loadReader);
}
