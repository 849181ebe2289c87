import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../../', import.meta.url);

/** A fenced block of a page. */
export interface Block {
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** What the comment before it says: `not run: REASON`, `until stopped`, `exit code 1`. */
  readonly mark: string;
  /** The file that its first line names, if it is one. */
  readonly file?: string;
  /** What the `text` block after it shows; `…` stands for anything in a line, alone in a line for any lines. */
  readonly expected?: string;
}

export interface Page {
  readonly name: string;
  readonly blocks: readonly Block[];
}

/** The README and all pages in docs, but for what is made by programs and checked where it is made. */
export function pages(): readonly Page[] {
  const made = ['configuration.md', 'conformance.md'];
  const names = readdirSync(new URL('docs/', root)).filter((name) => name.endsWith('.md') && !made.includes(name));
  return ['README.md', ...names.map((name) => `docs/${name}`)].map((name) => ({
    name,
    blocks: blocksOf(readFileSync(fileURLToPath(new URL(name, root)), 'utf8')),
  }));
}

export function blocksOf(markdown: string): readonly Block[] {
  const fence = /(?:^<!-- (.*) -->\n+)?^```(\S*)\n([^]*?)^```$/gm;
  const blocks: Block[] = [];
  let lastEnd = 0;
  for (const found of markdown.matchAll(fence)) {
    const [whole, mark = '', language = '', text = ''] = found;
    const line = markdown.slice(0, found.index).split('\n').length;
    const before = blocks.at(-1);
    if (language === 'text' && before?.language === 'sh' && markdown.slice(lastEnd, found.index).trim() === '')
      blocks[blocks.length - 1] = { ...before, expected: text };
    const file = /^(?:#|\/\/) (\S+\.[a-z]+)$/m.exec(text.split('\n', 1)[0] ?? '')?.[1];
    blocks.push({ line, language, text, mark, ...(file === undefined ? {} : { file }) });
    lastEnd = found.index + whole.length;
  }
  return blocks;
}

/** Whether an output is what a page shows. */
export function shows(expected: string, output: string): boolean {
  const pattern = expected
    .trimEnd()
    .split('\n')
    .map((line) => (line.trim() === '…' ? '(?:.*\n)*?' : `${literal(line)}\n`))
    .join('');
  return new RegExp(`^${pattern}$`).test(`${output.replaceAll(/[ \t]+$/gm, '').trimEnd()}\n`);
}

function literal(line: string): string {
  return line
    .trimEnd()
    .split('…')
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*?');
}
