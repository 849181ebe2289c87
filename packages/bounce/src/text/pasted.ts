import { LineIndex } from './lines.ts';
import { markWidth } from './quoted.ts';
import type { Window } from './window.ts';

/**
 * The words of a text that people paste as their mail program showed it: without what stands before every line there, a mark
 * (`> `) or the same white space.
 */
export function asPasted({ text, place }: Window): Window {
  // Most texts have neither.
  if (!/^(?: |\t|>|\|)/.test(text)) return { text, place };
  const lines = text.split('\n');
  const widthOf = prefixOf(lines.filter((line) => line.trim() !== ''));
  if (widthOf === undefined) return { text, place };
  const sources: number[] = [];
  let source = 0;
  const said = lines.map((line) => {
    const width = widthOf(line);
    sources.push(source + width);
    source += line.length + 1;
    return line.slice(width);
  });
  const words = said.join('\n');
  const index = new LineIndex(words);
  return {
    text: words,
    place: (offset) => {
      const line = index.lineAt(offset);
      return place((sources[line - 1] ?? 0) + offset - index.startOf(line));
    },
  };
}

/** How much stands before each line, if something stands before all of these. */
function prefixOf(lines: readonly string[]): ((line: string) => number) | undefined {
  if (lines.every((line) => markWidth(line) > 0)) return markWidth;
  const indent = /^[ \t]*/.exec(lines[0] ?? '')?.[0] ?? '';
  if (indent === '' || !lines.every((line) => line.startsWith(indent))) return undefined;
  return (line) => (line.startsWith(indent) ? indent.length : 0);
}
