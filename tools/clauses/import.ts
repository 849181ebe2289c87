/**
 * Rebuilds spec/clauses.json and spec/sections.json from the working notes and RFC texts beside the repository:
 *
 *     node tools/clauses/import.ts ../shared
 *
 * Both files are kept in the repository, so that nobody needs the notes to check a clause.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareSections, type Requirement, type SectionTable } from './spec.ts';

/** One item of the notes; more is said there than the clause list keeps. */
interface Note extends Requirement {
  readonly lines: string;
}

/** Requirements as the clause list keeps them, one line of JSON each. */
export function clauseList(notes: readonly Note[]): string {
  const rows = notes.map(({ id, rfc, section, lines, level, actor, component, text }) => {
    const at = /^rfc\d+\.txt:([\d,-]+)$/.exec(lines)?.[1];
    return JSON.stringify({
      id,
      rfc,
      section,
      ...(at === undefined ? {} : { lines: at }),
      level,
      actor,
      component,
      text,
    });
  });
  return `[\n${rows.join(',\n')}\n]\n`;
}

/**
 * The sections of an RFC and the lettered or numbered items in each, read from its text: headings stand in the first
 * column, in old texts in the fourth; a table of contents helps where they don't.
 */
export function sectionsOf(text: string): SectionTable[string] {
  const sections = new Map<string, Set<string>>();
  let current: string | undefined;
  for (const line of text.split('\n')) {
    const listed = /^ *(\d+(?:\.\d+)*|[A-Z](?:\.\d+)+)\.?\s+\S.*\.\s?\.\s*\d+\s*$/.exec(line)?.[1];
    if (listed !== undefined) addSection(sections, listed);
    const heading = headingOf(line);
    if (heading !== undefined) current = addSection(sections, heading);
    const item = /^(?: {1,8}\(?|\()([a-z]|\d{1,2})[).]\s+\S/.exec(line)?.[1];
    if (item !== undefined && current !== undefined) sections.get(current)?.add(item);
  }
  const ordered = [...sections].sort(([a], [b]) => compareSections(a, b));
  return Object.fromEntries(ordered.map(([section, items]) => [section, [...items].sort(compareSections).join(' ')]));
}

function headingOf(line: string): string | undefined {
  const appendix = /^ {0,3}(?:Appendix|APPENDIX) ([A-Z])\b(?!.*\d$)/.exec(line)?.[1];
  if (appendix !== undefined) return appendix;
  return /^(?: {3}(?=\d+\.\d+(?:\.\d+)* {2}))?(\d+(?:\.\d+)*|[A-Z](?:\.\d+)+|[A-Z](?=\. {1,3}[A-Z][a-z]))\.?\s+\S/.exec(
    line,
  )?.[1];
}

/** A section exists with all that it lies in: 4.2.1 makes 4.2 and 4. */
function addSection(sections: Map<string, Set<string>>, section: string): string {
  const parts = section.split('.');
  for (let length = 1; length <= parts.length; length++) {
    const name = parts.slice(0, length).join('.');
    if (!sections.has(name)) sections.set(name, new Set());
  }
  return section;
}

function sectionTable(folder: string, notes: readonly Note[]): string {
  const table: SectionTable = {};
  for (const file of readdirSync(folder)) {
    const rfc = /^rfc(\d+)\.txt$/.exec(file)?.[1];
    if (rfc !== undefined) table[rfc] = sectionsOf(readFileSync(join(folder, file), 'utf8'));
  }
  // Requirements may speak of an RFC whose text is not at hand.
  for (const { rfc, section } of notes) table[rfc] = { ...table[rfc], [section]: table[rfc]?.[section] ?? '' };
  const rows = Object.keys(table)
    .sort(compareSections)
    .map((rfc) => `${JSON.stringify(rfc)}: ${JSON.stringify(table[rfc])}`);
  return `{\n${rows.join(',\n')}\n}\n`;
}

function main(shared: string): void {
  const source = join(shared, 'spec/requirements.json');
  if (!existsSync(source)) throw new Error(`${source} is not there; nothing to rebuild from`);
  const spec = fileURLToPath(new URL('../../spec/', import.meta.url));
  const notes = JSON.parse(readFileSync(source, 'utf8')) as Note[];
  writeFileSync(join(spec, 'clauses.json'), clauseList(notes));
  writeFileSync(join(spec, 'sections.json'), sectionTable(join(shared, 'rfc'), notes));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv[2] ?? '../shared');
