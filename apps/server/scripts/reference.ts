import type { TableFacts } from '../src/config/describe.ts';

type TextOf = (table: string, key?: string) => string | undefined;

const INTRODUCTION = `# Configuration

\`dsnd --config FILE\` reads one TOML file. \`dsnd check-config FILE\` says whether it can be used, and \`SIGHUP\`
(\`systemctl reload dsnd\`) reads it anew without disturbing connections; \`store\`, \`node\`, \`state-directory\` and \`[bodies]\`
change with a restart only. A key that is wrong or unknown is told with file, line and what is allowed.

Relative paths count from the folder of the file. Where a file holds a password, a token or a DKIM key, \`env:NAME\` in its
place takes the value of a variable of the environment. Editors know the keys by
[\`dsnd.schema.json\`](../apps/server/schema/dsnd.schema.json): put \`#:schema PATH\` into the first line of the file. Samples
lie in [\`deploy/examples\`](../apps/server/deploy/examples).

This page is made from the schema by which the server reads the file: \`node --conditions=source apps/server/scripts/docs.ts\`.
`;

/** The reference of all keys as a page. */
export function referencePage(root: TableFacts, textOf: TextOf): string {
  return [INTRODUCTION, ...tablesOf(root).map((table) => section(table, textOf))].join('\n');
}

/** A table and those below it. */
export function tablesOf(table: TableFacts): readonly TableFacts[] {
  return [table, ...table.tables.flatMap(tablesOf)];
}

/** As it stands in the file. */
export function headOf({ name, isArray }: TableFacts): string {
  return isArray ? `[[${name}]]` : `[${name}]`;
}

function section(table: TableFacts, textOf: TextOf): string {
  const title = table.name === '' ? '## At the top' : `## \`${headOf(table)}\``;
  const text = table.name === '' ? undefined : textOf(table.name);
  const keys = [...table.keys].map(([key, { allowed, isRequired }]) => {
    const needed = isRequired ? ' (must be there)' : '';
    return `- **\`${key}\`**${needed}: ${textOf(table.name, key) ?? ''}\n  Allowed: ${escaped(allowed)}.\n`;
  });
  return [title, '', ...(text === undefined ? [] : [text, '']), ...keys].join('\n');
}

/** What is allowed has stars and angles that are no markup. */
function escaped(text: string): string {
  return text.replace(/[*_<>]/g, '\\$&');
}
