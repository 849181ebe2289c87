import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { goTo } from '../routing.ts';
import { Dialog } from './dialog.tsx';
import { VIEWS } from './shell.tsx';

const KEY = 'dsnkit-shortcuts';

/** Single keys, for those who want them: WCAG 2.1.4 asks that they can be turned off. */
export function useShortcuts(help: () => void): void {
  const afterG = useRef(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !enabled()) return;
      const going = afterG.current;
      afterG.current = event.key === 'g';
      const view = going ? VIEWS.find(({ key }) => key === event.key) : undefined;
      if (view !== undefined) goTo([view.name]);
      else if (event.key === '/') document.getElementById('search')?.focus();
      else if (event.key === '?') help();
      else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [help]);
}

/** Moves the focus along the list of the view. */
function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')];
  const at = rows.findIndex((row) => row === document.activeElement);
  rows[Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
}

function isTyping(target: EventTarget | null): boolean {
  if (document.querySelector('dialog[open]') !== null) return true;
  return (
    target instanceof HTMLElement &&
    target.closest('input:not([type=checkbox], [type=radio]), textarea, select') !== null
  );
}

function enabled(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

export function Shortcuts({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [on, setOn] = useState(enabled);
  const toggle = (): void => {
    try {
      localStorage.setItem(KEY, on ? 'off' : 'on');
    } catch {
      // Without storage they stay as they are.
    }
    setOn(enabled());
  };
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl class="keys">
        <Keys keys={['/']} does="Search" />
        {VIEWS.map(({ key, label }) => (
          <Keys key={key} keys={['g', key]} does={label} />
        ))}
        <Keys keys={['j', 'k']} does="Down and up in a list" />
        <Keys keys={['Enter']} does="Open" />
        <Keys keys={['?']} does="This help" />
      </dl>
      <label class="check">
        <input type="checkbox" checked={on} onChange={toggle} /> Single-key shortcuts are on
      </label>
    </Dialog>
  );
}

function Keys({ keys, does }: { readonly keys: readonly string[]; readonly does: string }): JSX.Element {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{does}</dd>
    </div>
  );
}
