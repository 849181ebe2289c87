import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, reasonOf } from './client.ts';

/** Something that comes from the server. What was there stays until the new has come. */
export interface Loaded<T> {
  readonly data?: T;
  /** Why it could not be had; `data` may still be what was there before. */
  readonly error?: string;
  /** The server knows of no such thing. */
  readonly isMissing?: true;
  readonly loading: boolean;
  readonly reload: () => void;
}

interface State<T> {
  readonly key: string;
  readonly data?: T;
  readonly error?: string;
  readonly isMissing?: true;
  readonly loading: boolean;
}

/** Loads what `key` names; loads anew when the key changes, or when asked to. */
export function useLoad<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<State<T>>({ key, loading: true });
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    const abort = new AbortController();
    setState((before) => (before.key === key ? { ...before, loading: true } : { key, loading: true }));
    latest.current(abort.signal).then(
      (data) => !abort.signal.aborted && setState({ key, data, loading: false }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const missing = error instanceof ApiError && error.status === 404 ? ({ isMissing: true } as const) : {};
        setState((before) => ({ ...kept(before, key), key, error: reasonOf(error), ...missing, loading: false }));
      },
    );
    return () => abort.abort();
  }, [key, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  return { ...(state.key === key ? state : { loading: true }), reload };
}

/** What was there of the same thing. */
function kept<T>(before: State<T>, key: string): { readonly data?: T } {
  return before.key === key && before.data !== undefined ? { data: before.data } : {};
}
