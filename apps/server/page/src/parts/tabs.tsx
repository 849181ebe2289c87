import type { ComponentChildren, JSX } from 'preact';
import { useId, useRef } from 'preact/hooks';

export interface Tab {
  readonly name: string;
  readonly label: string;
  readonly show: () => ComponentChildren;
}

/** Tabs as the ARIA practices have them: arrow keys go from one to the next. */
export function Tabs({
  label,
  tabs,
  name,
  choose,
}: {
  readonly label: string;
  readonly tabs: readonly Tab[];
  /** The tab that is open; the first where there is none of that name. */
  readonly name: string;
  readonly choose: (name: string) => void;
}): JSX.Element {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const current = tabs.find((tab) => tab.name === name) ?? tabs[0];
  const onKey = (event: KeyboardEvent): void => {
    const at = tabs.findIndex((tab) => tab === current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + tabs.length) % tabs.length;
    if (tabs[next] !== undefined) choose(tabs[next].name);
    (list.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <div class="tab-set">
      <div class="tab-list" role="tablist" aria-label={label} ref={list} onKeyDown={onKey}>
        {tabs.map((tab) => (
          <button
            key={tab.name}
            type="button"
            role="tab"
            id={`${id}-${tab.name}`}
            aria-selected={tab === current}
            aria-controls={`${id}-panel`}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => choose(tab.name)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${current?.name ?? ''}`} class="tab-panel">
        {current?.show()}
      </div>
    </div>
  );
}
