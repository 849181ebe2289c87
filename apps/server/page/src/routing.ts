import { useEffect, useState } from 'preact/hooks';

/** Where the reader is: the part of the URL behind `#`, so that a view can be linked to and found again. */
export interface Route {
  /** Segments of the path, decoded: `#/messages/a%2Fb` gives `['messages', 'a/b']`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

/** Reads the part of a URL behind `#`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  return { path: path.split('/').filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The link to a view; values that are empty are left out. */
export function linkTo(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== '');
  const search = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
}

export function goTo(path: readonly string[], query: Readonly<Record<string, string>> = {}): void {
  location.hash = linkTo(path, query);
}

/** The reader went to another view: its heading takes the focus when it is there. */
let focusWanted = false;

/** Whether the focus is to be set, asked once. */
export function takeFocusWish(): boolean {
  const wanted = focusWanted;
  focusWanted = false;
  return wanted;
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    let path = parseRoute(location.hash).path.join('/');
    const follow = (): void => {
      const next = parseRoute(location.hash).path.join('/');
      focusWanted ||= next !== path;
      path = next;
      setHash(location.hash);
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return parseRoute(hash);
}
