import { parse, TomlError } from 'smol-toml';
import * as v from 'valibot';
import { ConfigError } from './error.ts';
import { locateKeys } from './locate.ts';
import type { KeyPath } from './locate.ts';
import { keyName } from './naming.ts';

/** What is wrong, and where. */
export interface Fault {
  readonly path: KeyPath;
  /** What is wrong and, after `; allowed: `, what would be right. */
  readonly what: string;
}

/**
 * Reads a TOML file by its schema.
 *
 * @param contradictions - What is wrong although each value by itself is right.
 * @throws {ConfigError} at the first key that is wrong, unknown or missing
 */
export function readToml<T>(
  text: string,
  fileName: string,
  schema: v.GenericSchema<unknown, T>,
  contradictions: (read: T) => readonly Fault[],
): T {
  const document = parseToml(text, fileName);
  const locate = locateKeys(text);
  const result = v.safeParse(schema, document);
  const faults = result.success ? contradictions(result.output) : result.issues.map(describe);
  const [first] = faults.map((fault) => ({ ...fault, line: locate(fault.path) })).sort(order);
  if (first !== undefined || !result.success) {
    throw new ConfigError(fileName, first?.line ?? 1, keyName(first?.path ?? []), first?.what ?? 'is wrong');
  }
  return result.output;
}

/** By line; but what is missing comes after what is there: a key that is missing is often there misspelt. */
function order(a: Fault & { readonly line: number }, b: Fault & { readonly line: number }): number {
  return Number(a.what.startsWith('is missing')) - Number(b.what.startsWith('is missing')) || a.line - b.line;
}

function parseToml(text: string, fileName: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = error.message.split('\n', 1)[0]?.replace('Invalid TOML document: ', '') ?? '';
    throw new ConfigError(fileName, error.line, '', `is no TOML: ${what}; allowed: TOML 1.0, see https://toml.io`);
  }
}

function describe(issue: v.BaseIssue<unknown>): Fault {
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  const shown = { array: `; allowed: [[${keyName(path)}]]`, custom: `; allowed: [${keyName(path)}]` }[issue.type];
  return { path, what: issue.message + (shown ?? '') };
}
