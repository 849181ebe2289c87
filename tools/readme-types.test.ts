import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = readdirSync(join(root, 'packages'));

let folder: string | undefined;
afterEach(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = undefined;
});

it('the TypeScript in the READMEs of the packages has no faults of type', async () => {
  const files = packages.flatMap((name) => blocksOf(name));
  expect(files.length).toBeGreaterThan(10);
  expect(await complaints(files)).toBe('');
});

it('finds a fault of type in an example', async () => {
  const code = "import { envelope } from '@dsnkit/esmtp-parameters/client';\nenvelope('').mail({ ret: 'ALL' });\n";
  expect(await complaints([{ name: 'esmtp-parameters', number: 1, code }])).toMatch(
    /^esmtp-parameters\/README-1\.ts\(2,\d+\): error .*'"ALL"'/m,
  );
});

interface Example {
  /** Of the package. */
  readonly name: string;
  readonly number: number;
  readonly code: string;
}

function blocksOf(name: string): Example[] {
  const readme = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8');
  const blocks = Array.from(readme.matchAll(/^```ts\n(.*?)^```$/gms), ([, code = '']) => code);
  return blocks.map((code, index) => ({ name, number: index + 1, code }));
}

/** What the compiler says of the examples, with the settings of this repository. */
async function complaints(examples: readonly Example[]): Promise<string> {
  folder = mkdtempSync(join(tmpdir(), 'readme-types-'));
  write('package.json', JSON.stringify({ type: 'module' }));
  const compilerOptions = {
    paths: Object.fromEntries(packages.flatMap((name) => entriesOf(name))),
    typeRoots: [join(root, 'node_modules/@types')],
    lib: ['es2023', 'dom'],
  };
  write('tsconfig.json', JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: ['.'] }));
  for (const name of new Set(examples.map((example) => example.name))) {
    mkdirSync(join(folder, name));
    const others = join(root, 'packages', name, 'node_modules');
    if (existsSync(others)) symlinkSync(others, join(folder, name, 'node_modules'));
  }
  for (const { name, number, code } of examples) write(`${name}/README-${number}.ts`, code);
  const tsc = join(root, 'node_modules/.bin/tsc');
  const compiled = promisify(execFile)(tsc, ['--noEmit', '-p', '.'], { cwd: folder });
  return await compiled.then(
    ({ stdout, stderr }) => stdout + stderr,
    (error: unknown) => (error instanceof Error && 'stdout' in error ? String(error.stdout) : '') || String(error),
  );
}

function write(name: string, text: string): void {
  writeFileSync(join(folder ?? '', name), text);
}

/** The entries of one of our packages, each with its source. */
function entriesOf(name: string): [string, string[]][] {
  const text = readFileSync(join(root, 'packages', name, 'package.json'), 'utf8');
  const { exports } = JSON.parse(text) as { exports: Readonly<Record<string, { readonly source: string }>> };
  return Object.entries(exports).map(([path, { source }]) => [
    `@dsnkit/${name}${path.slice(1)}`,
    [join(root, 'packages', name, source)],
  ]);
}
