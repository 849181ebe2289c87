import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useLiveState } from '../api/live.ts';
import { goTo, linkTo, type Route } from '../routing.ts';
import { Icon, type IconName } from './icon.tsx';
import { Shortcuts, useShortcuts } from './shortcuts.tsx';
import { ThemeSwitch } from './theme.tsx';
import { Toasts } from './toast.tsx';

export const VIEWS: readonly {
  readonly name: string;
  readonly label: string;
  readonly icon: IconName;
  readonly key: string;
}[] = [
  { name: '', label: 'Overview', icon: 'overview', key: 'o' },
  { name: 'messages', label: 'Messages', icon: 'messages', key: 'm' },
  { name: 'queue', label: 'Queue', icon: 'queue', key: 'q' },
  { name: 'compose', label: 'Compose', icon: 'compose', key: 'c' },
  { name: 'explain', label: 'Explain', icon: 'explain', key: 'e' },
  { name: 'suppressed', label: 'Suppressed', icon: 'suppressed', key: 's' },
];

const LIVE = { connecting: 'Connecting', live: 'Live', lost: 'Reconnecting' } as const;

/** All that stands around a view. */
export function Shell({
  route,
  host,
  children,
}: {
  readonly route: Route;
  readonly host: string | undefined;
  readonly children: ComponentChildren;
}): JSX.Element {
  const current = route.path[0] ?? '';
  const [helping, setHelping] = useState(false);
  const live = useLiveState();
  useShortcuts(() => setHelping(true));
  return (
    <>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to content
      </a>
      <header class="top">
        <a class="brand" href="#/">
          <Mark />
          <span class="brand-name">dsnkit</span>
          {host !== undefined && <span class="brand-host">{host}</span>}
        </a>
        <Search route={route} />
        <div class="top-tools">
          <span class={`live ${live}`} role="status">
            <span class="live-dot" aria-hidden="true" />
            <span class="live-text">{LIVE[live]}</span>
          </span>
          <button
            type="button"
            class="icon-button wide-only"
            aria-label="Keyboard shortcuts"
            title="Keyboard shortcuts (?)"
            onClick={() => setHelping(true)}
          >
            <Icon name="keyboard" />
          </button>
          <ThemeSwitch />
        </div>
      </header>
      <nav class="tabs" aria-label="Views">
        {VIEWS.map(({ name, label, icon }) => (
          <a key={name} href={linkTo([name])} {...(name === current ? { 'aria-current': 'page' as const } : {})}>
            <Icon name={icon} />
            <span>{label}</span>
          </a>
        ))}
      </nav>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <Toasts />
      {helping && <Shortcuts onClose={() => setHelping(false)} />}
    </>
  );
}

function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Search({ route }: { readonly route: Route }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const query = route.path[0] === 'messages' ? (route.query.get('q') ?? '') : '';
  useEffect(() => {
    if (input.current !== null && document.activeElement !== input.current) input.current.value = query;
  }, [query]);
  const submit = (event: Event): void => {
    event.preventDefault();
    goTo(['messages'], { q: input.current?.value.trim() ?? '' });
  };
  return (
    <form class="search" role="search" onSubmit={submit}>
      <Icon name="search" />
      <input
        ref={input}
        id="search"
        type="search"
        defaultValue={query}
        placeholder="Address, envelope id, message id"
        aria-label="Search messages by address, envelope id or message id"
        spellcheck={false}
        autocomplete="off"
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}

/** A message that comes back. */
function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path class="mark-way" d="M5 10.5h15.5a5.5 5.5 0 0 1 0 11H11" />
      <path class="mark-tip" d="m15 16.8-4.7 4.7 4.7 4.7" />
    </svg>
  );
}
