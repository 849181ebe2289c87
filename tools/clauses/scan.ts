/** Reads test titles and cited clauses from source files. */
import ts from 'typescript';
import type { Requirement, SectionTable } from './spec.ts';

/** A title under which tests run. */
export interface Title {
  readonly text: string;
  readonly line: number;
}

/** Something that names what does not exist. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** What a citation may name. */
export interface Known {
  readonly ids: ReadonlySet<string>;
  readonly sections: SectionTable;
  /** RFCs whose sections are taken on trust, since their text is not at hand. */
  readonly unread: ReadonlySet<string>;
}

export function knownOf(
  requirements: readonly Requirement[],
  sections: SectionTable,
  unread: readonly string[],
): Known {
  return { ids: new Set(requirements.map(({ id }) => id)), sections, unread: new Set(unread) };
}

/** The requirement ids in a text, each once, in order of appearance. */
export function idsIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(ID), ([id]) => id))];
}

const ID = /\bR\d{3,5}-[0-9A-Z]+(?:\.\d+)*-[a-z0-9]+\b/g;

/**
 * The titles of the tests and groups of tests in a file; of a table, one title for each row that is written out.
 * What is skipped or still to be done shows nothing, so it is left out.
 */
export function titlesIn(source: string, file: string): Title[] {
  return file.endsWith('.smtp') ? transcriptTitles(source) : testTitles(source, file);
}

/** Every id and clause in the text of a file that does not exist. */
export function faultsIn(source: string, file: string, known: Known): Fault[] {
  const faults: Fault[] = [];
  source.split('\n').forEach((text, index) => {
    const fault = (message: string): void => void faults.push({ file, line: index + 1, message });
    for (const id of idsIn(text)) if (!known.ids.has(id)) fault(`${id} is no requirement (spec/clauses.json)`);
    for (const [, rfc = '', list = ''] of text.matchAll(CITATION)) {
      for (const [, section = '', items = ''] of list.matchAll(SECTION)) {
        const message = clauseFault(rfc, section, items, known);
        if (message !== undefined) fault(message);
      }
    }
  });
  return faults;
}

/** `RFC 3461 §5.2.6(a)`, and what follows it in `RFC 3461 §4.1, §5.2.2(b) and §6`. */
const CITATION = /\bRFC (\d+) ((?:(?:, |; | and | or | to )?§[0-9A-Z]+(?:\.\d+)*(?:\([a-z0-9]{1,3}\))*)+)/g;
const SECTION = /§([0-9A-Z]+(?:\.\d+)*)((?:\([a-z0-9]{1,3}\))*)/g;

function clauseFault(rfc: string, section: string, items: string, known: Known): string | undefined {
  const sections = known.sections[rfc];
  if (sections === undefined) {
    return known.unread.has(rfc) ? undefined : `RFC ${rfc} is in neither spec/sections.json nor spec/unread.json`;
  }
  const there = sections[section];
  if (there === undefined) return `RFC ${rfc} has no §${section}`;
  const item = /^\(([a-z0-9]+)\)/.exec(items)?.[1];
  return item === undefined || there.split(' ').includes(item) ? undefined : `RFC ${rfc} §${section} has no (${item})`;
}

/** A transcript names itself in comment lines before the dialogue. */
function transcriptTitles(source: string): Title[] {
  return source.split('\n').flatMap((text, index) => {
    const title = /^#+\s*(.+)$/.exec(text)?.[1];
    return title === undefined ? [] : [{ text: title.trim(), line: index + 1 }];
  });
}

function testTitles(source: string, file: string): Title[] {
  const root = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const titles: Title[] = [];
  const visit = (node: ts.Node): void => {
    const call = ts.isCallExpression(node) ? testCall(node) : undefined;
    if (call?.skipped === true) return;
    if (call !== undefined) {
      const line = root.getLineAndCharacterOfPosition(call.title.getStart()).line + 1;
      for (const text of rowTitles(call, root)) titles.push({ text, line });
    }
    ts.forEachChild(node, visit);
  };
  visit(root);
  return titles;
}

interface TestCall {
  readonly title: ts.Expression;
  /** The rows of `it.each(…)` or `it.for(…)`. */
  readonly table?: ts.Expression;
  readonly skipped: boolean;
}

/** `it('…')`, `describe.skip('…')`, `test.each(rows)('…')`, `it.skipIf(…)('…')` and their combinations. */
function testCall(call: ts.CallExpression): TestCall | undefined {
  const [title] = call.arguments;
  if (title === undefined) return undefined;
  let callee = call.expression;
  let table: ts.Expression | undefined;
  let skipped = false;
  for (;;) {
    if (ts.isIdentifier(callee)) {
      if (!TEST_NAMES.has(callee.text)) return undefined;
      return { title, skipped, ...(table === undefined ? {} : { table }) };
    }
    if (ts.isPropertyAccessExpression(callee)) {
      skipped ||= callee.name.text === 'skip' || callee.name.text === 'todo';
      callee = callee.expression;
    } else if (ts.isCallExpression(callee)) {
      const inner = callee.expression;
      if (ts.isPropertyAccessExpression(inner) && TABLE_NAMES.has(inner.name.text)) table = callee.arguments[0];
      callee = inner;
    } else if (ts.isTaggedTemplateExpression(callee)) {
      callee = callee.tag;
    } else return undefined;
  }
}

const TEST_NAMES = new Set(['it', 'test', 'describe', 'suite']);
const TABLE_NAMES = new Set(['each', 'for']);

function rowTitles({ title, table }: TestCall, root: ts.SourceFile): string[] {
  const pattern = textOf(title)?.replace(/\s+/g, ' ').trim();
  if (pattern === undefined) return [];
  const rows = table === undefined ? undefined : rowsOf(table, root);
  if (rows === undefined || !/[%$]/.test(pattern)) return [pattern];
  return rows.map((row) => fill(pattern, row));
}

/** The text of a string, a template (with `…` for what is put in) or a sum of them. */
function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return (
      node.head.text + node.templateSpans.map((span) => (textOf(span.expression) ?? '…') + span.literal.text).join('')
    );
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return (textOf(node.left) ?? '…') + (textOf(node.right) ?? '…');
  }
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node))
    return textOf(node.expression);
  if (ts.isNumericLiteral(node)) return node.text;
  return undefined;
}

/** The rows of a table that is written out, here or as a constant of the file. */
function rowsOf(table: ts.Expression, root: ts.SourceFile): ts.Expression[] | undefined {
  if (ts.isArrayLiteralExpression(table)) return table.elements.filter((row) => !ts.isSpreadElement(row));
  if (ts.isAsExpression(table) || ts.isSatisfiesExpression(table) || ts.isParenthesizedExpression(table)) {
    return rowsOf(table.expression, root);
  }
  if (!ts.isIdentifier(table)) return undefined;
  for (const statement of root.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (ts.isIdentifier(name) && name.text === table.text && initializer !== undefined)
        return rowsOf(initializer, root);
    }
  }
  return undefined;
}

/** Put a row into a title as Vitest does: `%s` and its like in turn, `$key` by name. */
function fill(pattern: string, row: ts.Expression): string {
  if (ts.isObjectLiteralExpression(row)) {
    const values = new Map<string, string>();
    for (const property of row.properties) {
      if (ts.isPropertyAssignment(property)) values.set(property.name.getText(), textOf(property.initializer) ?? '…');
    }
    return pattern.replace(/\$(\w+)/g, (_, key: string) => values.get(key) ?? '…');
  }
  const cells = ts.isArrayLiteralExpression(row) ? [...row.elements] : [row];
  return pattern.replace(/%[sdifjoOc#$]/g, (mark) => {
    if (mark === '%#' || mark === '%$') return '…';
    const cell = cells.shift();
    return (cell === undefined ? undefined : textOf(cell)) ?? '…';
  });
}
