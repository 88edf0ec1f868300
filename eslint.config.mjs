import { builtinModules } from 'node:module';
import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import {
  layers,
  layersBelowTesting,
  layersWithEnvironment,
  layersWithRedis,
} from './tools/checks/layers.mjs';

const sources = ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'];
const specs = ['apps', 'libs'].flatMap((room) => [
  `${room}/*/src/**/*.spec.ts`,
  `${room}/*/src/testing/**/*.ts`,
]);

const tag = (layer) => `layer:${layer}`;
const clients = ['ioredis', 'ioredis/*'];

function constraint(layer, { inSpecs }) {
  const allowed = [...layers[layer]];
  if (inSpecs && !layersBelowTesting.includes(layer)) allowed.push('testing');
  const banned = [];
  if (layer === 'domain') banned.push('*');
  else if (!layersWithRedis.includes(layer) && !(inSpecs && layer === 'app'))
    banned.push(...clients);
  return {
    sourceTag: tag(layer),
    onlyDependOnLibsWithTags: allowed.map(tag),
    bannedExternalImports: banned,
  };
}

const boundaries = (where) => [
  'error',
  { depConstraints: Object.keys(layers).map((layer) => constraint(layer, where)) },
];

const environmentMessage = 'Only libs/config and an app’s main.ts read the environment.';
const environmentImports = ['process', 'node:process'].map((name) => ({
  name,
  importNames: ['env'],
  message: environmentMessage,
}));

const pureMessage = 'The domain is pure: pass the value in.';

export default tseslint.config(
  {
    ignores: ['**/dist/**', '**/coverage/**', '**/node_modules/**', '.nx/**', '.rollcall/**'],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  tseslint.configs.recommended,
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    languageOptions: { globals: globals.node },
  },
  {
    files: ['**/*.spec.mjs', '**/*-suite.mjs'],
    languageOptions: { globals: globals.jest },
  },
  {
    files: ['**/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: sources,
    plugins: { '@nx': nx },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@nx/enforce-module-boundaries': boundaries({ inSpecs: false }),
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: specs,
    rules: { '@nx/enforce-module-boundaries': boundaries({ inSpecs: true }) },
  },
  {
    files: sources,
    ignores: [
      ...specs,
      'apps/*/src/main.ts',
      ...layersWithEnvironment.map((layer) => `libs/${layer}/src/**/*.ts`),
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: environmentMessage },
      ],
      'no-restricted-imports': ['error', { paths: environmentImports }],
    },
  },
  {
    files: ['libs/domain/src/**/*.ts'],
    ignores: specs,
    rules: {
      'no-restricted-imports': ['error', { paths: builtinModules, patterns: ['node:*'] }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ImportExpression', message: 'The domain imports nothing at run time.' },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: pureMessage },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: environmentMessage },
        { object: 'Date', property: 'now', message: pureMessage },
        { object: 'Math', property: 'random', message: pureMessage },
      ],
    },
  },
  prettier,
);
