import { sep } from 'node:path';
import { spanOf } from './excerpt.ts';
import type { Finding } from './finding.ts';
import type { Lines } from './lines.ts';
import { jsonText } from '../terminal/json.ts';

/** Findings of one message. */
export interface SarifInput {
  readonly file: string;
  readonly index: number | undefined;
  readonly attached: number | undefined;
  readonly lines: Lines;
  readonly findings: readonly Finding[];
}

/** Gathers findings into one log of SARIF 2.1.0, as code scanners exchange them. */
export class SarifLog {
  readonly #version: string;
  readonly #rules = new Map<string, object>();
  readonly #results: object[] = [];

  constructor(version: string) {
    this.#version = version;
  }

  add({ file, index, attached, lines, findings }: SarifInput): void {
    for (const finding of findings) {
      const { code, level, field, message, clause } = finding;
      if (!this.#rules.has(code)) this.#rules.set(code, ruleOf(finding));
      this.#results.push({
        ruleId: code,
        ruleIndex: [...this.#rules.keys()].indexOf(code),
        level,
        message: { text: `${field === null ? '' : `${field}: `}${message} (${clause})` },
        locations: [locationOf(finding, file, placesOf(index, attached), lines)],
      });
    }
  }

  toString(): string {
    const driver = { name: 'dsn lint', version: this.#version, rules: [...this.#rules.values()] };
    const runs = [{ tool: { driver }, columnKind: 'utf16CodeUnits', results: this.#results }];
    return jsonText({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs });
  }
}

function ruleOf({ code, message, clause, level }: Finding): object {
  const [, rfc = '', section = ''] = /^RFC (\d+) §([\d.]+)/.exec(clause) ?? [];
  return {
    id: code,
    shortDescription: { text: message },
    fullDescription: { text: `${message} (${clause})` },
    defaultConfiguration: { level },
    ...(rfc === '' ? {} : { helpUri: `https://www.rfc-editor.org/rfc/rfc${rfc}.html#section-${section}` }),
    properties: { clause },
  };
}

/** Lines count within the message; its place in an mbox is told apart, and so is that of a report attached to it. */
function placesOf(index: number | undefined, attached: number | undefined): readonly string[] {
  return [
    ...(index === undefined ? [] : [`message ${index}`]),
    ...(attached === undefined ? [] : [`attached report ${attached}`]),
  ];
}

function locationOf(finding: Finding, file: string, places: readonly string[], lines: Lines): object {
  const { column, endColumn } = spanOf(finding, lines);
  const uri = uriOf(file);
  return {
    physicalLocation: {
      artifactLocation: { uri },
      region: { startLine: finding.line, startColumn: column, endColumn },
    },
    ...(places.length === 0 ? {} : { logicalLocations: places.map((name) => ({ name, kind: 'object' })) }),
  };
}

/**
 * A file as SARIF names it: a relative reference, or a file URI on drives of Windows, whose letters would be schemes.
 *
 * @param separator what parts folders in `file`
 */
export function uriOf(file: string, separator: string = sep): string {
  if (file === '-') return 'stdin';
  const drive = /^[A-Za-z]:[\\/]/.test(file);
  const path = separator === '\\' || drive ? file.replaceAll('\\', '/') : file;
  const encoded = encodeURI(path).replace(/[?#]/g, encodeURIComponent);
  if (drive) return `file:///${encoded}`;
  // RFC 3986 §4.2: a colon in the first segment would make what stands before it a scheme.
  return /^[^/]*:/.test(encoded) ? `./${encoded}` : encoded;
}
