/**
 * Looks at what the packages depend on when they run: few, of licences that allow everything we do, pinned, and without
 * known weaknesses.
 *
 *     node tools/dependencies.ts
 *
 * The registry is asked for known weaknesses; where it does not answer that is said and is no fault. Exit code 1 where
 * something is found.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const ALLOWED = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
]);
/** More than these need a reason: raise it with one. */
const MOST = 80;

const faults: string[] = [...unpinned(), ...licences(), ...weaknesses()];
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

/** Every version is one version: in manifests, and in the catalog that they name. */
function unpinned(): string[] {
  const files = ['package.json', ...globSync('{packages,apps,tools,examples}{,/*}/package.json', { cwd: root })];
  const manifests = files.flatMap((file) => {
    const manifest = JSON.parse(readFileSync(root + file, 'utf8')) as Record<
      string,
      Record<string, string> | undefined
    >;
    const all = { ...manifest['dependencies'], ...manifest['devDependencies'], ...manifest['optionalDependencies'] };
    return Object.entries(all).map(([name, version]) => ({ file, name, version }));
  });
  const [, catalog = ''] = /^catalog:\n((?: {2}.*\n)+)/m.exec(readFileSync(`${root}pnpm-workspace.yaml`, 'utf8')) ?? [];
  const listed = catalog.split('\n').flatMap((line) => {
    const [, name, version] = /^ {2}'?([^':]+(?:\/[^':]+)?)'?: (.+)$/.exec(line) ?? [];
    return name === undefined || version === undefined ? [] : [{ file: 'pnpm-workspace.yaml', name, version }];
  });
  const isPinned = (version: string): boolean =>
    /^(?:workspace:|catalog:)|^(?:npm:@?[\w./-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version);
  const loose = [...manifests, ...listed].filter(({ version }) => !isPinned(version));
  console.log(`${manifests.length + listed.length} versions named, ${loose.length} not pinned`);
  return loose.map(({ file, name, version }) => `${file}: ${name} ${version} is no single version`);
}

function licences(): string[] {
  const { stdout } = pnpm(['licenses', 'list', '--prod', '--json']);
  const byLicence = JSON.parse(stdout) as Record<string, readonly { readonly name: string }[]>;
  const all = Object.entries(byLicence).flatMap(([licence, packages]) =>
    packages.map(({ name }) => ({ licence, name })),
  );
  const own = all.filter(({ name }) => !name.startsWith('@dsnkit/'));
  const counts = Object.entries(byLicence).map(([licence, packages]) => `${packages.length} ${licence}`);
  console.log(`${own.length} packages at run time: ${counts.join(', ')}`);
  const faults = own
    .filter(({ licence }) => !isAllowed(licence))
    .map(({ name, licence }) => `${name}: licence ${licence}`);
  return own.length > MOST ? [...faults, `${own.length} packages at run time are more than ${MOST}`] : faults;
}

function isAllowed(licence: string): boolean {
  return licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((each) => each.split(' AND ').every((one) => ALLOWED.has(one)));
}

function weaknesses(): string[] {
  const { stdout } = pnpm(['audit', '--prod', '--json']);
  const answer = parse(stdout) as {
    readonly error?: { readonly code: string };
    readonly advisories?: Record<
      string,
      { readonly module_name: string; readonly title: string; readonly severity: string }
    >;
  };
  if (answer.advisories === undefined) {
    console.log(`known weaknesses: the registry did not answer (${answer.error?.code ?? 'no reason given'})`);
    return [];
  }
  const found = Object.values(answer.advisories);
  console.log(`known weaknesses: ${found.length}`);
  return found.map((each) => `${each.module_name}: ${each.title} (${each.severity})`);
}

function pnpm(args: readonly string[]): { readonly stdout: string } {
  const { stdout } = spawnSync('npx', ['-y', '--prefer-offline', 'pnpm@10.34.9', ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { stdout };
}

function parse(text: string): object {
  try {
    return JSON.parse(text.slice(Math.max(0, text.indexOf('{')))) as object;
  } catch {
    return {};
  }
}
