// Plays the model for longer than `npm test` does, and every time other interleavings.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { installDependencies, root } from '../setup/install.mjs';
import { chooseRedis } from './choose-redis.mjs';

const SUITES = [
  { config: 'libs/testing/jest.config.cjs', file: 'model/model.spec', runs: 100_000 },
  {
    config: 'libs/session-store/jest.integration.config.cjs',
    file: 'model.integration',
    runs: 1_000,
  },
];
const SEEDS = 2 ** 31;
const USAGE = 'usage: npm run test:model [-- --seed=<number>]';

async function main() {
  const seed = readSeed(process.argv.slice(2));
  await installDependencies();
  const { environment } = await chooseRedis();
  console.log(`seed ${seed}`);
  for (const { config, file, runs } of SUITES) {
    const { status } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/jest/bin/jest.js'), '-c', config, file],
      {
        cwd: root,
        stdio: 'inherit',
        env: { ...process.env, ...environment, MODEL_SEED: String(seed), MODEL_RUNS: String(runs) },
      },
    );
    if (status !== 0) process.exitCode = 1;
  }
}

function readSeed(args) {
  if (args.length === 0) return randomInt(SEEDS);
  const seed = Number(/^--seed=(\d+)$/.exec(args[0])?.[1]);
  if (args.length > 1 || !(seed < SEEDS))
    throw new Error(`Not understood: ${args.join(' ')}\n${USAGE}`);
  return seed;
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
