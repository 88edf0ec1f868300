import { join } from 'node:path';
import { buildApps } from '../setup/build.mjs';
import { installDependencies } from '../setup/install.mjs';
import { bringPrograms } from '../setup/programs.mjs';
import { shown, stateDir } from '../start/paths.mjs';
import { Progress } from '../start/progress.mjs';
import { stopRequest } from '../start/stop-request.mjs';
import { redisProgramEnvironment } from '../test/choose-redis.mjs';
import { readOptions, USAGE } from './options.mjs';
import { chooseProcessors } from './site/processors.mjs';
import { PROGRAMS } from './site/programs.mjs';
import { VARIANTS } from './variants/index.mjs';

const EXIT = { fine: 0, failed: 1, usage: 2, stopped: 130 };
const REPORT_FOLDER = join(stateDir, 'bench/report');

/** Resolves to the exit code. */
async function main(options) {
  const stop = stopRequest(() => process.exit(EXIT.stopped));
  const progress = new Progress(process.stdout);
  try {
    return (await measure(options, stop, progress)) ? EXIT.fine : EXIT.failed;
  } catch (error) {
    progress.close();
    console.error(stop.signal.aborted ? 'stopped' : error.message);
    return stop.signal.aborted ? EXIT.stopped : EXIT.failed;
  }
}

/** Resolves to whether every bar that was measured is met. */
async function measure(options, stop, progress) {
  const processors = chooseProcessors();
  const variants = VARIANTS.filter(({ name }) => options.variants.includes(name));
  await installDependencies();
  await bringPrograms({ wrk: PROGRAMS.wrk, ...variants.flatMap(({ programs }) => programs) });
  Object.assign(process.env, await redisProgramEnvironment());
  buildApps();
  // What these import has to be built.
  const { runBench } = await import('./bench.mjs');
  const { saveReport } = await import('./report/save-report.mjs');
  const results = await runBench({
    ...options,
    variants,
    processors,
    progress,
    signal: stop.signal,
  });
  const { file, text, isMet } = saveReport(results, options.report ?? REPORT_FOLDER);
  progress.say(`\n${text}\nreport: ${shown(file)}`);
  return isMet;
}

function optionsOf(args) {
  try {
    return readOptions(args);
  } catch (error) {
    console.error(error.message);
    process.exit(EXIT.usage);
  }
}

const options = optionsOf(process.argv.slice(2));
if (options.help) console.log(USAGE);
else process.exit(await main(options));
