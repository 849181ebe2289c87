import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

/** Lines shown at first: a text of any length must not stall the page. */
const LINES = 200;

/** Text from outside exactly as it is, as text and nothing else. */
export function Source({ text, label }: { readonly text: string; readonly label: string }): JSX.Element {
  const [all, setAll] = useState(false);
  const lines = text.split(/\r\n|\r|\n/);
  const cut = !all && lines.length > LINES;
  return (
    <div class="source">
      <pre tabIndex={0} role="region" aria-label={label}>
        {(cut ? lines.slice(0, LINES) : lines).map(visible).join('\n')}
      </pre>
      {cut && (
        <button type="button" class="button small" onClick={() => setAll(true)}>
          Show all {lines.length} lines
        </button>
      )}
    </div>
  );
}

/** Control characters, and those that turn the direction of writing, are shown as what they are. */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `␟${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
