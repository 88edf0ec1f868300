import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { root } from '../setup/install.mjs';
import { layers, layersBelowTesting, layersWithEnvironment, layersWithRedis } from './layers.mjs';
import { refreshProjectGraph } from './project-graph.mjs';

const BOUNDARY = '@nx/enforce-module-boundaries';
const IMPORTS = 'no-restricted-imports';
const ENVIRONMENT = 'no-restricted-properties';
const APP = 'resolver';
const OTHER_APP = 'reconciler';

const apps = readdirSync(join(root, 'apps'));
const libs = Object.keys(layers).filter((layer) => layer !== 'app');
const importOf = (name) => `import * as x from '${name}';\nexport const y = x;\n`;
const importOfOurs = (name) => importOf(`@rollcall/${name}`);
const folderOf = (layer) => (layer === 'app' ? `apps/${APP}` : `libs/${layer}`);
const source = (layer, name = 'probe.ts') => `${folderOf(layer)}/src/${name}`;
const spec = (layer) => source(layer, 'probe.spec.ts');

const red = (rule, file, code) => ({ rule, file, code });
const green = (file, code) => ({ file, code });

/** Every arrow between layers: the forbidden ones red, the allowed ones green. */
function arrows() {
  return Object.keys(layers).flatMap((from) =>
    libs
      .filter((to) => to !== from)
      .map((to) =>
        layers[from].includes(to)
          ? green(source(from), importOfOurs(to))
          : red(BOUNDARY, source(from), importOfOurs(to)),
      ),
  );
}

function arrowsToApps() {
  const fromLibs = libs.map((lib) => red(BOUNDARY, source(lib), importOfOurs(APP)));
  const fromApps = apps.flatMap((from) =>
    apps
      .filter((to) => to !== from)
      .map((to) => red(BOUNDARY, `apps/${from}/src/probe.ts`, importOfOurs(to))),
  );
  return [...fromLibs, ...fromApps];
}

function testing() {
  return Object.keys(layers)
    .filter((layer) => layer !== 'testing')
    .map((layer) => {
      const code = importOfOurs('testing');
      return layersBelowTesting.includes(layer)
        ? red(BOUNDARY, spec(layer), code)
        : green(spec(layer), code);
    });
}

function redis() {
  const inSources = Object.keys(layers).map((layer) =>
    layersWithRedis.includes(layer)
      ? green(source(layer), importOf('ioredis'))
      : red(BOUNDARY, source(layer), importOf('ioredis')),
  );
  return [
    ...inSources,
    green(spec('app'), importOf('ioredis')),
    red(BOUNDARY, source('app'), "import type { Redis } from 'ioredis';\nexport type X = Redis;\n"),
    red(BOUNDARY, source('app'), "export const x = import('ioredis');\n"),
    red(BOUNDARY, source('app', 'main.ts'), importOf('ioredis')),
  ];
}

function pureDomain() {
  return [
    red(BOUNDARY, source('domain'), importOf('rxjs')),
    red(BOUNDARY, source('domain'), importOf('class-validator')),
    red(BOUNDARY, source('domain'), "export const x = import('rxjs');\n"),
    red(IMPORTS, source('domain'), importOf('node:fs')),
    red(IMPORTS, source('domain'), importOf('crypto')),
    red(IMPORTS, source('domain'), importOf('node:test')),
    red('no-restricted-syntax', source('domain'), "export const x = import('node:fs');\n"),
    red(
      '@typescript-eslint/no-require-imports',
      source('domain'),
      "export const x = require('fs');\n",
    ),
    red(ENVIRONMENT, source('domain'), 'export const x = Date.now();\n'),
    red(ENVIRONMENT, source('domain'), 'export const x = Math.random();\n'),
    red('no-restricted-syntax', source('domain'), 'export const x = new Date();\n'),
    green(source('domain'), 'export const x = new Date(0);\n'),
  ];
}

function relativePaths() {
  const toDomain = '../../../libs/domain/src/index';
  return [
    red(BOUNDARY, source('app'), importOf(toDomain)),
    red(BOUNDARY, source('session-store'), importOf('../../domain/src/index')),
    red(BOUNDARY, spec('session-store'), importOf('../../testing/src/index')),
    red(BOUNDARY, source('app'), importOf(`../../${OTHER_APP}/src/main`)),
  ];
}

function environment() {
  const reading = 'export const x = process.env.HOME;\n';
  const unpacking = 'export const { env } = process;\n';
  const importing = "import { env } from 'node:process';\nexport const x = env;\n";
  return [
    ...Object.keys(layers)
      .filter((layer) => !layersWithEnvironment.includes(layer))
      .map((layer) => red(ENVIRONMENT, source(layer), reading)),
    red(ENVIRONMENT, source('app'), unpacking),
    red(IMPORTS, source('app'), importing),
    green(source('config'), reading),
    green(source('testing'), reading),
    green(source('app', 'main.ts'), reading),
    green(spec('session-store'), reading),
  ];
}

/** Code is planted in memory only, so nothing is left behind however this ends. */
function planter() {
  return new ESLint({
    cwd: root,
    overrideConfig: [
      {
        files: ['**/*.ts'],
        languageOptions: { parserOptions: { projectService: false } },
        rules: tseslint.configs.disableTypeChecked.rules,
      },
    ],
  });
}

async function judge(eslint, probe) {
  const [result] = await eslint.lintText(probe.code, { filePath: join(root, probe.file) });
  const rules = [...new Set(result.messages.map(({ ruleId, message }) => ruleId ?? message))];
  const asExpected = probe.rule ? rules.includes(probe.rule) : rules.length === 0;
  if (asExpected) return undefined;
  return `${probe.file}: expected ${probe.rule ?? 'no complaint'}, got ${rules.join(', ') || 'none'}\n  ${probe.code.split('\n')[0]}`;
}

async function main() {
  const probes = [
    arrows,
    arrowsToApps,
    testing,
    redis,
    pureDomain,
    relativePaths,
    environment,
  ].flatMap((group) => group());
  const strays = probes
    .map(({ file }) => file)
    .filter((file) => file.includes('probe') && existsSync(join(root, file)));
  if (strays.length > 0) throw new Error(`These files stand where probes go: ${strays.join(', ')}`);

  await refreshProjectGraph();
  const eslint = planter();
  const surprises = [];
  for (const probe of probes) {
    const surprise = await judge(eslint, probe);
    if (surprise) surprises.push(surprise);
  }
  if (surprises.length > 0) {
    throw new Error(
      `${surprises.join('\n')}\n${surprises.length} of ${probes.length} probes surprise.`,
    );
  }
  const violations = probes.filter(({ rule }) => rule).length;
  console.log(`${violations} probes, all red as they should be`);
  console.log(`${probes.length - violations} clean twins, all green`);
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
