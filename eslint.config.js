// The import rule of ARCHITECTURE.md is here: each folder names what it may not reach.
import tseslint from 'typescript-eslint';

const restrict = (files, patterns) => ({
  files,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
});

const OUTER = [
  'activities',
  'events',
  'guards',
  'telemetry',
  'server',
  'cli',
  'client',
  'worker.js',
  'config.js',
  'plan-file.js',
];
const outer = (except = []) => OUTER.filter((name) => !except.includes(name)).map((name) => `**/${name}{,/**}`);
const NODE = ['node:*', 'fs', 'path', 'os', 'child_process', 'crypto'];

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'coverage', '.baton', 'review'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', 'scripts/*.mjs', 'examples/*/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
    },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  restrict(
    ['src/domain/**'],
    [
      {
        group: ['@temporalio/*', ...NODE, ...outer(), '**/workflows{,/**}', '**/json-schema.js'],
        message: 'domain is pure: zod, jsonata and itself',
      },
    ],
  ),
  restrict(
    ['src/workflows/**'],
    [
      { group: NODE, message: 'Workflow code is deterministic: no Node.js' },
      {
        group: ['**/activities{,/**}'],
        allowTypeImports: true,
        message: 'Workflow code may import activities as types only',
      },
      { group: [...outer(['activities']), '**/json-schema.js'], message: 'workflows import domain and themselves' },
      {
        group: ['@temporalio/*', '!@temporalio/workflow', '!@temporalio/common'],
        message: 'workflows import @temporalio/workflow and /common',
      },
    ],
  ),
  restrict(
    ['src/history/**'],
    [{ group: [...outer(), '**/workflows{,/**}'], message: 'history reads what the server has: domain, and the SDK' }],
  ),
  restrict(
    ['src/activities/**'],
    [
      {
        group: [...outer(['activities', 'events', 'telemetry']), '**/workflows{,/**}'],
        message: 'activities import domain and what they need outside',
      },
      {
        group: ['@temporalio/*', '!@temporalio/activity', '!@temporalio/common'],
        message: 'activities import @temporalio/activity and /common',
      },
    ],
  ),
  restrict(
    ['src/guards/**'],
    [
      {
        group: [...outer(['activities']), '**/workflows{,/**}'],
        message: 'guards stand between activities and the Workflows that workers share',
      },
    ],
  ),
  restrict(
    ['src/client.ts', 'src/client/**', 'src/cli/**'],
    [{ group: ['**/workflows{,/**}'], allowTypeImports: true, message: 'the client knows Workflows as types only' }],
  ),
);
