import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDependencies, root } from '../setup/install.mjs';
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
  if (!options.list) build();
  return (await runEnclosed(SUITE, args)) ?? runInTheOpen(args);
}

async function redisProgram() {
  const { environment } = await chooseRedis();
  if (environment.TEST_REDIS_KIND !== 'process')
    throw new Error('Faults are made to processes: install redis-server or valkey-server 7.0.');
  return environment;
}

/** Where there are no namespaces: what cuts a network fails there, and says why. */
function runInTheOpen(args) {
  return (
    spawnSync(process.execPath, [SUITE, ...args], { stdio: ['pipe', 'inherit', 'inherit'] })
      .status ?? 1
  );
}

function build() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '-b', 'tsconfig.build.json'];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The apps do not build (tsc -b, above), so no fault was made.');
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
