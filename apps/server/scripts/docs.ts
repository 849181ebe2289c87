/**
 * Writes what is made from the schema of the configuration and the list of commands: the reference, the JSON Schema for
 * editors, manual pages and completions.
 *
 *     node --conditions=source apps/server/scripts/docs.ts
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { configJsonSchema, describeConfig } from '../src/config/describe.ts';
import { bashCompletion, fishCompletion, zshCompletion } from './completions.ts';
import { commandPage, configPage } from './man-pages.ts';
import { modelTexts } from './model-texts.ts';
import { referencePage } from './reference.ts';

const root = new URL('../../../', import.meta.url);
const style = { singleQuote: true, printWidth: 120, proseWrap: 'preserve' } as const;

/** Every generated file, by its path from the root of the repository. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const textOf = modelTexts();
  const facts = describeConfig();
  const schema = JSON.stringify(configJsonSchema(textOf));
  return new Map([
    ['docs/configuration.md', await format(referencePage(facts, textOf), { ...style, parser: 'markdown' })],
    ['apps/server/schema/dsnd.schema.json', await format(schema, { ...style, parser: 'json' })],
    ['apps/server/man/dsnd.8', commandPage()],
    ['apps/server/man/dsnd.toml.5', configPage(facts, textOf)],
    ['apps/server/completions/dsnd.bash', bashCompletion()],
    ['apps/server/completions/_dsnd', zshCompletion()],
    ['apps/server/completions/dsnd.fish', fishCompletion()],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of await generated()) {
    mkdirSync(new URL('./', new URL(path, root)), { recursive: true });
    writeFileSync(new URL(path, root), text);
    console.log(path);
  }
}
