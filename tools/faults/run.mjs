import { fileURLToPath } from 'node:url';
import { buildApps } from '../setup/build.mjs';
import { installDependencies } from '../setup/install.mjs';
import { installPrograms } from '../setup/programs.mjs';
import { redisProgramEnvironment } from '../test/choose-redis.mjs';
import { readArguments, USAGE } from './arguments.mjs';
import { runEnclosed } from './enclosure.mjs';
import { PROGRAMS } from './programs.mjs';
import { checkMutants } from './mutants/check-mutants.mjs';

const SUITE = fileURLToPath(new URL('./suite.mjs', import.meta.url));

async function main(args) {
  const options = readArguments(args);
  if (options.help) return console.log(USAGE);
  await installDependencies();
  if (!options.list) await bringWhatFaultsNeed();
  process.exitCode = await run(options, args);
}

async function run(options, args) {
  if (options.mutants) return checkMutants(options) > 0 ? 1 : 0;
  if (!options.list) buildApps();
  return runEnclosed(SUITE, args);
}

/** Without a Redis there are no faults; without the programs, the faults that need them fail, and say so. */
async function bringWhatFaultsNeed() {
  const missing = await installPrograms(PROGRAMS);
  if (missing) console.log(missing);
  Object.assign(process.env, await redisProgramEnvironment());
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
