import { fileURLToPath } from 'node:url';
import { runEnclosed } from '../faults/enclosure.mjs';
import { buildApps } from '../setup/build.mjs';
import { installDependencies } from '../setup/install.mjs';
import { stopRequest } from '../start/stop-request.mjs';
import { redisProgramEnvironment } from '../test/choose-redis.mjs';
import { HELP, OptionError, readArguments } from './arguments.mjs';

const INSIDE = fileURLToPath(new URL('./inside.mjs', import.meta.url));
const EXIT = { failed: 1, usage: 2, killed: 130 };

/** Runs the program to its end; resolves to its exit code. */
async function main(args) {
  if (readArguments(args).help) {
    console.log(HELP);
    return 0;
  }
  if (process.platform !== 'linux')
    throw new Error('Processors and memory are read from /proc, so scale runs need Linux.');
  const stop = stopRequest(() => process.exit(EXIT.killed));
  await installDependencies();
  Object.assign(process.env, await redisProgramEnvironment());
  buildApps();
  if (stop.signal.aborted) return EXIT.killed;
  return runEnclosed(INSIDE, args, { stopping: stop.requested });
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  const isWrong = error instanceof OptionError;
  console.error(isWrong ? `${error.message}\nnpm run scale -- --help lists them.` : error.message);
  process.exit(isWrong ? EXIT.usage : EXIT.failed);
}
