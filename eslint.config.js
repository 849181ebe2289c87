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

const clocks = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'Time is an argument here.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time is an argument here.' },
  { selector: "CallExpression[callee.name='Date']", message: 'Time is an argument here.' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Randomness is an argument here.',
  },
  {
    selector: "MemberExpression[object.name='performance'][property.name='now']",
    message: 'Time is an argument here.',
  },
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
].map((name) => ({ name, message: 'No I/O, clock, randomness or timer here: take it as an argument or use a port.' }));
const noNode = {
  regex: '^(node:|fs$|net$|tls$|dns$|os$|path$|crypto$|child_process$)',
  message: 'No node:* here: I/O lives at the rim.',
};
const noApps = { regex: '^@dsnkit/(server|cli)(/|$)', message: 'Nothing imports an app.' };
const upwards = (name) => ({
  regex: `^@dsnkit/(?!(${layers[name].join('|') || '-'})(/|$))`,
  message: `@dsnkit/${name} may import only: ${layers[name].join(', ') || 'nothing'} (imports point down).`,
});

/** No relative import leaves its package. */
const stayInside = {
  create(context) {
    const home = /^(packages|apps)\/[^/]+|^[^/]+/.exec(relative(root, context.filename).replaceAll('\\', '/'))?.[0];
    const check = (node) => {
      const source = node.source?.value;
      if (typeof source !== 'string' || !source.startsWith('.')) return;
      const target = relative(root, resolve(dirname(context.filename), source)).replaceAll('\\', '/');
      if (home !== undefined && target !== home && !target.startsWith(`${home}/`)) {
        context.report({ node, message: `'${source}' leaves ${home}; import the package by its name.` });
      }
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};

const pure = (extraPatterns) => ({
  'no-restricted-imports': ['error', { patterns: [noNode, noApps, ...extraPatterns] }],
  'no-restricted-globals': ['error', ...impureGlobals],
  'no-restricted-syntax': ['error', ...clocks],
});

export default defineConfig(
  globalIgnores(['**/dist/', '**/node_modules/', '**/coverage/', '**/.turbo/', '**/.dsnkit/']),
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: root } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { house: { rules: { 'stay-inside': stayInside } } },
    rules: {
      'house/stay-inside': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-control-regex': 'off',
      'no-restricted-imports': ['error', { patterns: [noApps] }],
    },
  },
  {
    // The web page has types of its own: those of browsers.
    files: ['apps/server/page/src/**'],
    languageOptions: { parserOptions: { project: './apps/server/page/tsconfig.json' } },
    rules: { 'no-restricted-imports': ['error', { patterns: [noNode, noApps] }] },
  },
  ...libraries.map((name) => ({
    files: [`packages/${name}/src/**/*.ts`],
    // The sockets of @dsnkit/client have an entry point of their own, so that the rest of it runs anywhere.
    ignores: ['**/*.test.ts', '**/*.bench.ts', 'packages/client/src/node.ts'],
    rules: pure([upwards(name)]),
  })),
  {
    // The pure parts of the server: everything but the rim.
    files: ['apps/server/src/**/*.ts'],
    ignores: ['apps/server/src/{main,run}.ts', 'apps/server/src/adapters/**', '**/*.test.ts'],
    rules: pure([]),
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
