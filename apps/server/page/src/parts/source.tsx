import { replaceHarmful } from '@dsnkit/delivery-status';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Lines shown at first: a text of any length must not stall the page. */
const LINES = 200;

/** Lines shown because one of them is marked. */
const MOST_LINES = 5000;

/** Text from outside exactly as it is, as text and nothing else. Lines may be marked, with words about each. */
export function Source({
  text,
  label,
  marks,
  at,
}: {
  readonly text: string;
  readonly label: string;
  /** By 1-based line. */
  readonly marks?: ReadonlyMap<number, string>;
  /** The line to be looked at first. */
  readonly at?: number | undefined;
}): JSX.Element {
  const [all, setAll] = useState(false);
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    const line = box.current?.querySelector<HTMLElement>(`[data-line="${at}"]`);
    if (at !== undefined) line?.scrollIntoView({ block: 'center' });
  }, [at]);
  const lines = text.split(/\r\n|\r|\n/);
  const shown = Math.min(MOST_LINES, Math.max(LINES, ...(marks?.keys() ?? []), at ?? 0));
  const cut = !all && lines.length > shown;
  return (
    <div class="source">
      <pre ref={box} tabIndex={0} role="region" aria-label={label}>
        {withMarks((cut ? lines.slice(0, shown) : lines).map(visible), marks)}
      </pre>
      {cut && (
        <button type="button" class="button small" onClick={() => setAll(true)}>
          Show all {lines.length} lines
        </button>
      )}
    </div>
  );
}

/** Lines without marks stay one text. */
function withMarks(lines: readonly string[], marks: ReadonlyMap<number, string> = new Map()): ComponentChildren {
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (const [line, why] of [...marks].sort(([a], [b]) => a - b)) {
    if (line < 1 || line > lines.length) continue;
    parts.push(`${lines.slice(from, line - 1).join('\n')}${line - 1 > from ? '\n' : ''}`);
    parts.push(
      <mark key={line} data-line={line} title={why}>
        {lines[line - 1]}
        {'\n'}
      </mark>,
    );
    from = line;
  }
  return [...parts, lines.slice(from).join('\n')];
}

/** Control characters, and those that turn the direction of writing, are shown as what they are. */
export function visible(text: string): string {
  return replaceHarmful(text, (c) =>
    c === '\t' || c === '\n' ? c : `␟${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
