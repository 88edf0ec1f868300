// Plays the model for longer than `npm test` does, and every time other interleavings.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { installDependencies, root } from '../setup/install.mjs';
import { chooseRedis } from './choose-redis.mjs';
import { MODEL_SEEDS, MODEL_SUITES, modelCommand } from './model-suites.mjs';

const USAGE = 'usage: npm run test:model [-- --seed=<number>]';

async function main() {
  const seed = readSeed(process.argv.slice(2));
  await installDependencies();
  const { environment } = await chooseRedis();
  console.log(`seed ${seed}`);
  for (const suite of Object.values(MODEL_SUITES)) {
    const { args, env } = modelCommand(suite, { seed, runs: suite.runs });
    const { status } = spawnSync(process.execPath, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...environment, ...env },
    });
    if (status !== 0) process.exitCode = 1;
  }
}

function readSeed(args) {
  if (args.length === 0) return randomInt(MODEL_SEEDS);
  const seed = Number(/^--seed=(\d+)$/.exec(args[0])?.[1]);
  if (args.length > 1 || !(seed < MODEL_SEEDS))
    throw new Error(`Not understood: ${args.join(' ')}\n${USAGE}`);
  return seed;
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
