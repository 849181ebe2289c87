import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ago, fullTime, time } from '../format.ts';
import { takeFocusWish } from '../routing.ts';
import { Icon, type IconName } from './icon.tsx';
import { visible } from './source.tsx';

/** The time, anew every so often. */
export function useNow(everyMs = 5000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** A moment: the time of the day, or how long ago it was. */
export function When({ at, as = 'ago' }: { readonly at: number; readonly as?: 'ago' | 'time' }): JSX.Element {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {as === 'ago' ? ago(at, now) : time(at, now)}
    </time>
  );
}

/** A moment that is still to come; one that is past is due now. */
export function Due({ at }: { readonly at: number }): JSX.Element {
  const now = useNow(1000);
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {at <= now ? 'now' : ago(at, now)}
    </time>
  );
}

/** What kind of thing is said: colours follow it, never alone. */
export type Tone = 'good' | 'passed' | 'late' | 'bad' | 'quiet' | 'report';

export function Badge({
  tone,
  icon,
  children,
}: {
  readonly tone: Tone;
  readonly icon?: IconName;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <span class={`badge t-${tone}`}>
      {icon && <Icon name={icon} />}
      {children}
    </span>
  );
}

/** What is seen where there is nothing yet: says what would be here, and how to make it so. */
export function Empty({
  title,
  icon,
  children,
}: {
  readonly title: string;
  readonly icon: IconName;
  readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="empty-title">{title}</p>
      <div class="empty-text">{children}</div>
    </div>
  );
}

/** Something went wrong: what, and what can be done. */
export function Trouble({ message, retry }: { readonly message: string; readonly retry?: () => void }): JSX.Element {
  return (
    <div class="trouble" role="alert">
      <p>{message}</p>
      {retry && (
        <button type="button" class="button small" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Loading({ what }: { readonly what: string }): JSX.Element {
  return (
    <p class="loading" role="status">
      Loading {what}…
    </p>
  );
}

/** The head of a view: its name, which takes the focus when the view opens, and what can be done with it. */
export function ViewHead({
  title,
  lead,
  children,
}: {
  readonly title: ComponentChildren;
  readonly lead?: ComponentChildren;
  readonly children?: ComponentChildren;
}): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takeFocusWish()) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <header class="view-head">
      <div class="view-title">
        <h1 tabIndex={-1} ref={heading}>
          {title}
        </h1>
        {lead && <p class="lead">{lead}</p>}
      </div>
      {children && <div class="view-actions">{children}</div>}
    </header>
  );
}

/** A panel with a heading. */
export function Panel({
  title,
  note,
  children,
  id,
}: {
  readonly title: string;
  readonly note?: ComponentChildren;
  readonly children: ComponentChildren;
  readonly id: string;
}): JSX.Element {
  return (
    <section class="panel" aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id}>{title}</h2>
        {note && <div class="panel-note">{note}</div>}
      </div>
      {children}
    </section>
  );
}

/** The null reverse-path is shown as it stands on the wire. */
export function Sender({ path }: { readonly path: string }): JSX.Element {
  return path === '' ? (
    <span class="quiet" title="The null reverse-path: nobody is told about this message">
      &lt;&gt;
    </span>
  ) : (
    <span class="address">{visible(path)}</span>
  );
}
