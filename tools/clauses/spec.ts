/** The clause list and what stands in it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const LEVELS = ['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY', 'FACT'] as const;
export type Level = (typeof LEVELS)[number];

/** One requirement, in our own words. */
export interface Requirement {
  readonly id: string;
  readonly rfc: number;
  readonly section: string;
  readonly level: Level;
  readonly actor: string;
  readonly component: string;
  readonly text: string;
}

/** For each RFC its sections, and for each of them the items in it, parted by spaces: `{"3461": {"5.2.6": "a b c"}}`. */
export type SectionTable = Record<string, Record<string, string>>;

export interface Spec {
  readonly requirements: readonly Requirement[];
  readonly sections: SectionTable;
}

/** Read the clause list and the section table from a spec folder. */
export function readSpec(folder: string): Spec {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  return { requirements: read('clauses.json') as Requirement[], sections: read('sections.json') as SectionTable };
}

/** Order section names part by part, numbers by value: 4.2 before 4.10, appendices last. */
export function compareSections(a: string, b: string): number {
  const left = a.split('.');
  const right = b.split('.');
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [one = '', other = ''] = [left[at], right[at]];
    const byNumber = Number(one) - Number(other);
    if (byNumber !== 0 && !Number.isNaN(byNumber)) return byNumber;
    if (one !== other) return one < other ? -1 : 1;
  }
  return left.length - right.length;
}
