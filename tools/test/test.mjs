import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installDependencies, root } from '../setup/install.mjs';
import { chooseProgram, chooseRedis } from './choose-redis.mjs';
import { findProjects, reportCounts, runJest } from './run-jest.mjs';

const ONLY = '--only=';
const KINDS = ['unit', 'integration', 'topologies'];
const USAGE = `usage: npm test [-- [--only=unit|integration|topologies] [path …]]

  TEST_REDIS=containers|process  where integration tests get their Redis (default: the first that works)
  TEST_REDIS_IMAGE=<image>       another image than the pinned one

Topologies are Sentinels and Clusters: processes of this machine in any case.`;

async function main() {
  const { kinds, patterns } = readArguments(process.argv.slice(2));
  await installDependencies();
  typecheck();

  const redis = {
    integration: kinds.includes('integration') ? await chooseRedis() : undefined,
    topologies: kinds.includes('topologies') ? await chooseProgram() : undefined,
  };
  const total = { passed: 0, failed: 0, skipped: 0, complaints: 0 };
  for (const kind of kinds) {
    const environment = kind === 'unit' ? {} : redis[kind].environment;
    if (environment === undefined) continue;
    const counts = await runJest(kind, findProjects(kind), patterns, environment);
    for (const key of Object.keys(total)) total[key] += counts[key];
  }
  reportCounts(total, Object.values(redis));
}

function readArguments(args) {
  if (args.includes('--help')) {
    console.log(USAGE);
    process.exit(0);
  }
  const only = args.find((arg) => arg.startsWith(ONLY))?.slice(ONLY.length);
  const patterns = args.filter((arg) => !arg.startsWith(ONLY));
  const kinds = KINDS.filter((kind) => !only || kind === only);
  if (kinds.length === 0 || patterns.some((pattern) => pattern.startsWith('-'))) {
    throw new Error(`Not understood: ${args.join(' ')}\n${USAGE}`);
  }
  return { kinds, patterns };
}

function typecheck() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-b'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The types do not hold (tsc -b, above), so no test was run.');
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
