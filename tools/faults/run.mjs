import { fileURLToPath } from 'node:url';
import { build } from '../setup/build.mjs';
import { installDependencies } from '../setup/install.mjs';
import { chooseRedis } from '../test/choose-redis.mjs';
import { readArguments, USAGE } from './arguments.mjs';
import { runEnclosed } from './enclosure.mjs';
import { checkMutants } from './mutants/check-mutants.mjs';

const SUITE = fileURLToPath(new URL('./suite.mjs', import.meta.url));

async function main(args) {
  const options = readArguments(args);
  if (options.help) return console.log(USAGE);
  await installDependencies();
  process.exitCode = await run(options, args);
}

async function run(options, args) {
  if (!options.list) Object.assign(process.env, await redisProgram());
  if (options.mutants) return checkMutants(options) > 0 ? 1 : 0;
  if (!options.list) build(', so no fault was made');
  return runEnclosed(SUITE, args);
}

async function redisProgram() {
  const { environment } = await chooseRedis();
  if (environment.TEST_REDIS_KIND !== 'process')
    throw new Error('Faults are made to processes: install redis-server or valkey-server 7.0.');
  return environment;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
