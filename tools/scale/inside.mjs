// What runs inside: one scenario. See main.mjs.
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { untilStopped } from '../faults/until-stopped.mjs';
import { shown, stateDir } from '../start/paths.mjs';
import { Progress } from '../start/progress.mjs';
import { readArguments, SCENARIOS } from './arguments.mjs';
import { describeMachine } from './measure/machine.mjs';
import { figureLines } from './report/report-text.mjs';
import { saveReport } from './report/save-report.mjs';
import { ScaleRun } from './scale-run.mjs';

/** What a scenario has started itself it ends itself. */
const END_PATIENCE_MS = 5_000;
const EXIT = { fine: 0, failed: 1, stopped: 130 };

/** Resolves to the exit code. */
async function main(args) {
  const { scenario, options, seed, report } = readArguments(args);
  const machine = describeMachine(process.env.TEST_REDIS_BIN);
  const started = new Date();
  const controller = new AbortController();
  const stopped = untilStopped();
  stopped.catch((stop) => controller.abort(stop));
  const progress = new Progress(process.stdout);
  const run = new ScaleRun({ scenario, options, seed, progress, signal: controller.signal });
  const error = await failureOf(run, stopped, progress);

  const result = {
    ...{ run, machine, about: SCENARIOS[scenario].about, error: error?.message },
    ...{ startedAt: started.toISOString(), tookMs: Date.now() - started },
    command: ['npm run scale --', ...args.map(quoted)].join(' '),
  };
  const folder = report
    ? resolve(report)
    : join(stateDir, 'scale', `${scenario}-${stamp(started)}`);
  const file = saveReport(result, folder);
  console.log(['', ...figureLines(run.figures), '', `report: ${shown(file)}`].join('\n'));
  if (error?.isStop) return EXIT.stopped;
  const isMissed = run.figures.some(({ verdict }) => verdict === 'missed');
  return error || isMissed ? EXIT.failed : EXIT.fine;
}

/** Runs it to its end, and ends what it has started; resolves to what went wrong, if anything. */
async function failureOf(run, stopped, progress) {
  const { default: scenario } = await import(`./scenarios/${run.scenario}.mjs`);
  let failure;
  const work = scenario(run, run.options);
  try {
    await Promise.race([work, stopped]);
  } catch (error) {
    failure = error.cause?.isStop ? error.cause : error;
    progress.close();
    console.error(failure.isStop ? 'Stopping …' : failure.stack);
  }
  await run.close().catch((error) => (failure ??= error));
  await Promise.race([
    work.catch(() => undefined),
    delay(END_PATIENCE_MS, undefined, { ref: false }),
  ]);
  return failure;
}

/** As a shell would need it. */
const quoted = (arg) => (/^[\w./,=-]+$/.test(arg) ? arg : JSON.stringify(arg));

/** Such as 20260102-030405. */
function stamp(date) {
  return date
    .toISOString()
    .replace(/[-:]|\..*/g, '')
    .replace('T', '-');
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error.stack);
  process.exit(EXIT.failed);
}
