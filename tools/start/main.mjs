import { AlreadyRunningError, RunFile } from './run-file.mjs';
import { HELP, readOptions } from './options.mjs';
import { stateDir } from './paths.mjs';
import { endMembers } from './processes.mjs';
import { Progress, secondsSince } from './progress.mjs';
import { serve } from './serve.mjs';
import { stopRequest } from './stop-request.mjs';
import { Supervisor } from './supervisor.mjs';

const USAGE_ERROR = 2;
const KILLED = 130;
const PATIENCE_MS = 1_000;
const STILL_STOPPING = 'Stopping … Ctrl-C kills what is left.';

/** Runs `npm start` to its end; resolves to the exit code. */
export async function main(args) {
  const options = understand(args);
  if (typeof options === 'number') return options;
  if (process.platform === 'win32') {
    return fail('npm start needs Linux or macOS; on Windows, run it inside WSL.');
  }
  const runFile = new RunFile(stateDir);
  try {
    await endLeftovers(runFile.take());
  } catch (error) {
    if (error instanceof AlreadyRunningError) return fail(error.message);
    throw error;
  }
  return run(options, new Supervisor(runFile));
}

async function run(options, supervisor) {
  const progress = new Progress(process.stdout);
  const stop = stopRequest(() => {
    supervisor.kill();
    process.exit(KILLED);
  });
  const served = serve(options, supervisor, progress, stop.signal);
  served.catch(() => undefined);
  let failure;
  try {
    await Promise.race([served, supervisor.death, stop.requested]);
  } catch (error) {
    failure = error;
  }
  stop.begin();
  progress.close();
  if (failure) console.error(`\n${failure.message}`);
  const startedAt = performance.now();
  const patience = setTimeout(() => progress.say(STILL_STOPPING), PATIENCE_MS);
  await supervisor.stop();
  clearTimeout(patience);
  progress.say(`Everything that was started is stopped (${secondsSince(startedAt)} s).`);
  return failure ? 1 : 0;
}

function understand(args) {
  try {
    const options = readOptions(args);
    if (!options.help) return options;
    console.log(HELP);
    return 0;
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    return USAGE_ERROR;
  }
}

async function endLeftovers(leftovers) {
  if (leftovers.length === 0) return;
  console.log(
    `Ending what an earlier run left behind: ${leftovers.map(({ name }) => name).join(', ')}.`,
  );
  await endMembers(leftovers);
}

function fail(message) {
  console.error(message);
  return 1;
}
