import { builtinModules } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const root = dirname(fileURLToPath(import.meta.url));

/** Which workspace packages each room may import: arrows point down only (ARCHITECTURE.md). */
const layers = {
  xtext: [],
  'esmtp-parameters': ['xtext'],
  'delivery-status': ['xtext'],
  'multipart-report': ['delivery-status', 'xtext'],
  bounce: ['multipart-report', 'delivery-status', 'xtext'],
  smtp: ['esmtp-parameters', 'delivery-status', 'xtext'],
  client: ['smtp', 'esmtp-parameters', 'xtext'],
  'dsn-policy': ['multipart-report', 'smtp', 'esmtp-parameters', 'delivery-status', 'xtext'],
};
const libraries = Object.keys(layers);

const time = 'Time is an argument here.';
const clocks = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: time },
  { selector: "CallExpression[callee.name='Date']", message: time },
];
const impureProperties = [
  { object: 'Date', property: 'now', message: time },
  { object: 'Temporal', property: 'Now', message: time },
  { object: 'AbortSignal', property: 'timeout', message: time },
  { object: 'Math', property: 'random', message: 'Randomness is an argument here.' },
];
const impureGlobals = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'process',
  'Buffer',
  'performance',
  'crypto',
  'require',
  '__dirname',
  'fetch',
  'WebSocket',
  'console',
].map((name) => ({ name, message: 'No I/O, clock, randomness or timer here: take it as an argument or use a port.' }));

const noApps = { regex: '^@dsnkit/(server|cli)(/|$)', message: 'Nothing imports an app.' };
const node = `node:|(${builtinModules.join('|')})(/|$)`;
const noNode = { regex: `^(${node})`, message: 'No node:* here: I/O lives at the rim.' };
const noAdapters = { regex: '^[.].*/adapters/', message: 'No adapter here: take it as an argument, by its port.' };
const onlyLayers = (name, others = []) => ({
  regex: `^(?!${['[.]', ...layers[name].map((layer) => `@dsnkit/${layer}(/|$)`), ...others].join('|')})`,
  message: `@dsnkit/${name} may import only: ${layers[name].join(', ') || 'nothing'} (imports point down).`,
});

/** All the ways in which a file names another: import, export from, import() and import types. */
const eachSource = (look) => {
  const check = (node) => {
    if (typeof node.source?.value === 'string') look(node, node.source.value);
  };
  return {
    ImportDeclaration: check,
    ExportNamedDeclaration: check,
    ExportAllDeclaration: check,
    ImportExpression: check,
    TSImportType: check,
  };
};

/** What this room may not import, and why. */
const forbiddenImports = {
  meta: { schema: { type: 'array', items: { type: 'object' } } },
  create: (context) =>
    eachSource((node, source) => {
      for (const { regex, message } of context.options)
        if (new RegExp(regex).test(source)) context.report({ node, message });
    }),
};

/** No relative import leaves its package. */
const stayInside = {
  create(context) {
    const home = /^(packages|apps)\/[^/]+|^[^/]+/.exec(relative(root, context.filename).replaceAll('\\', '/'))?.[0];
    return eachSource((node, source) => {
      if (!source.startsWith('.')) return;
      const target = relative(root, resolve(dirname(context.filename), source)).replaceAll('\\', '/');
      if (home !== undefined && target !== home && !target.startsWith(`${home}/`)) {
        context.report({ node, message: `'${source}' leaves ${home}; import the package by its name.` });
      }
    });
  },
};

const pure = {
  'no-restricted-globals': ['error', { globals: impureGlobals, checkGlobalObject: true }],
  'no-restricted-properties': ['error', ...impureProperties],
  'no-restricted-syntax': ['error', ...clocks],
};

export default defineConfig(
  globalIgnores(['**/dist/', '**/node_modules/', '**/coverage/', '**/.turbo/', '**/.dsnkit/']),
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: root } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { house: { rules: { 'stay-inside': stayInside, 'forbidden-imports': forbiddenImports } } },
    rules: {
      'house/stay-inside': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-control-regex': 'off',
      'house/forbidden-imports': ['error', noApps],
    },
  },
  {
    // The web page has types of its own: those of browsers.
    files: ['apps/server/page/src/**'],
    languageOptions: { parserOptions: { project: './apps/server/page/tsconfig.json' } },
    rules: { 'house/forbidden-imports': ['error', noNode, noApps] },
  },
  ...libraries.map((name) => ({
    files: [`packages/${name}/src/**/*.ts`],
    // The sockets of @dsnkit/client have an entry point of their own, so that the rest of it runs anywhere.
    ignores: ['**/*.test.ts', '**/*.bench.ts', 'packages/client/src/node.ts'],
    rules: { ...pure, 'house/forbidden-imports': ['error', onlyLayers(name)] },
  })),
  {
    files: ['packages/client/src/node.ts'],
    rules: { 'house/forbidden-imports': ['error', onlyLayers('client', ['node:'])] },
  },
  {
    // The pure parts of the server: everything but the rim.
    files: ['apps/server/src/**/*.ts'],
    ignores: ['apps/server/src/{main,run}.ts', 'apps/server/src/adapters/**', '**/*.test.ts'],
    rules: { ...pure, 'house/forbidden-imports': ['error', noNode, noApps, noAdapters] },
  },
  {
    files: ['**/*.test.ts', '**/test/**/*.ts', '**/bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
);
