import { readFileSync } from 'node:fs';

/** A text file of this package by its path from the package's folder, which is the parent of `src` and of `dist`. */
export function packageFile(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
}
