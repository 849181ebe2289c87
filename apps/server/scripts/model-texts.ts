import { readFileSync } from 'node:fs';

/** The interface of the model in which the keys of a table are told of: `SuppressionConfig` for `[suppression]`. */
function interfaceOf(table: string): string {
  return INTERFACES[table] ?? `${table.charAt(0).toUpperCase()}${table.slice(1)}Config`;
}

/** Those that are named otherwise. */
const INTERFACES: Readonly<Record<string, string>> = {
  '': 'Config',
  'route.auth': 'RouteAuth',
  'report.dkim': 'DkimConfig',
};

/** Keys that are told of together with another. */
const ALSO: Readonly<Record<string, string>> = {
  node: 'With a store that several nodes share: the name of this one. Default: the name of the machine and the first port that is listened on.',
  'state-directory': 'With a store that several nodes share: the folder for what is of this node alone.',
};

/** Every comment of an interface, as one line each. */
type Comments = ReadonlyMap<string, readonly string[]>;

/** Says what a key is for, in the words of `src/config/model.ts`: those are told once. */
export function modelTexts(): (table: string, key?: string) => string | undefined {
  const comments = readComments(readFileSync(new URL('../src/config/model.ts', import.meta.url), 'utf8'));
  return (table, key) => {
    if (key !== undefined) return ALSO[key] ?? told(comments.get(interfaceOf(table)) ?? [], key);
    const [parent, name] = [
      table.slice(0, Math.max(0, table.lastIndexOf('.'))),
      table.slice(table.lastIndexOf('.') + 1),
    ];
    const inParent = comments.get(interfaceOf(parent)) ?? [];
    return told(inParent, `[[${table}]]`) ?? told(inParent, `[${table}]`) ?? told(inParent, name);
  };
}

function readComments(text: string): Comments {
  const found = new Map<string, string[]>();
  let members: string[] = [];
  for (const [, name, comment] of text.matchAll(/^export interface (\w+) \{|^ {2}\/\*\*([\s\S]*?)\*\//gm)) {
    if (name !== undefined) found.set(name, (members = []));
    else if (comment !== undefined)
      members.push(
        comment
          .replace(/\n\s*\*/g, ' ')
          .replace(/\s+/g, ' ')
          .trim(),
      );
  }
  return found;
}

/** The comment that begins with the key; keys that are told of in that of another are found there. */
function told(comments: readonly string[], key: string): string | undefined {
  const quoted = key.replace(/[[\].*+?^${}()|\\]/g, '\\$&');
  const own = comments.find((comment) => new RegExp(`^\`${quoted}(?:\`| = )`).test(comment));
  const other = comments.find((comment) => new RegExp(`or \`${quoted}\``).test(comment));
  return clean(own ?? other, own === undefined ? undefined : quoted);
}

function clean(comment: string | undefined, key: string | undefined): string | undefined {
  const links = comment?.replace(/\{@link (\w+)\}/g, '`$1`');
  if (links === undefined || key === undefined) return links;
  const rest = links.replace(new RegExp(`^\`${key}(?: = [^\`]*)?\`(?: = [^:;]*)?[:;.,]? ?`), '');
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
