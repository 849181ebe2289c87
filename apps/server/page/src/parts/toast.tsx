import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { visible } from './source.tsx';

let show: (text: string) => void = () => undefined;

/** Says in a line what was done, where everybody sees or hears it. */
export function tell(text: string): void {
  show(text);
}

export function Toasts(): JSX.Element {
  const [text, setText] = useState('');
  show = setText;
  useEffect(() => {
    if (text === '') return;
    const timer = setTimeout(() => setText(''), 5000);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {text !== '' && <p class="toast">{visible(text)}</p>}
    </div>
  );
}
