import { configSchema } from './schema.ts';
import type { JsonFragment, KeyFacts } from './settings.ts';

/** A table of the configuration as its schema has it. */
export interface TableFacts {
  /** Dotted, as `report.dkim`; '' is the file itself. */
  readonly name: string;
  /** `[[name]]`: there may be several. */
  readonly isArray: boolean;
  readonly keys: ReadonlyMap<string, KeyFacts>;
  readonly tables: readonly TableFacts[];
}

/**
 * What may stand in a configuration, read off the schema by which it is read.
 *
 * @example
 * ```ts
 * describeConfig().keys.get('hostname')?.isRequired // true
 * ```
 */
export function describeConfig(): TableFacts {
  return describe('', configSchema(''), false);
}

/** As much of a schema as is looked at here. */
interface Part {
  readonly type: string;
  readonly pipe?: readonly Part[];
  readonly wrapped?: Part;
  readonly item?: Part;
  readonly entries?: Readonly<Record<string, Part>>;
  readonly metadata?: { readonly key?: KeyFacts };
}

function describe(name: string, part: Part, isArray: boolean): TableFacts {
  const keys = new Map<string, KeyFacts>();
  const tables: TableFacts[] = [];
  for (const [key, value] of Object.entries(find(part, ({ entries }) => entries) ?? {})) {
    const facts = find(value, ({ metadata }) => metadata?.key);
    const array = find(value, ({ item }) => item);
    const below = name === '' ? key : `${name}.${key}`;
    if (facts !== undefined) keys.set(key, facts);
    else if (array !== undefined) tables.push(describe(below, array, true));
    else tables.push(describe(below, value, false));
  }
  return { name, isArray, keys, tables };
}

/** What stands in a schema itself, in its pipe, or in what it wraps. */
function find<T>(part: Part, look: (part: Part) => T | undefined): T | undefined {
  const here = look(part);
  if (here !== undefined) return here;
  for (const below of [...(part.pipe ?? []), ...(part.wrapped === undefined ? [] : [part.wrapped])]) {
    const found = below === part ? undefined : find(below, look);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The JSON Schema of a configuration, for editors: what it refuses the server refuses, too, though not the other way round.
 *
 * @param textOf - What a key or table is for, by the name of the table and the key.
 */
export function configJsonSchema(textOf: (table: string, key?: string) => string | undefined): JsonFragment {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of dsnd',
    ...tableSchema(describeConfig(), textOf),
  };
}

function tableSchema(table: TableFacts, textOf: (table: string, key?: string) => string | undefined): JsonFragment {
  const properties: Record<string, JsonFragment> = {};
  for (const [key, { json, allowed }] of table.keys)
    properties[key] = { description: [textOf(table.name, key), `Allowed: ${allowed}`].join(' ').trim(), ...json };
  for (const below of table.tables) {
    const schema = tableSchema(below, textOf);
    const description = textOf(below.name);
    const described = description === undefined ? {} : { description };
    const key = below.name.slice(below.name.lastIndexOf('.') + 1);
    properties[key] = below.isArray ? { ...described, type: 'array', items: schema } : { ...described, ...schema };
  }
  const required = [...table.keys].filter(([, { isRequired }]) => isRequired).map(([key]) => key);
  return { type: 'object', additionalProperties: false, ...(required.length > 0 ? { required } : {}), properties };
}
