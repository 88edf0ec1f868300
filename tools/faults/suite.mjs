// What runs inside: every fault that was asked for, one after the other. See run.mjs.
import { randomInt } from 'node:crypto';
import { join, resolve } from 'node:path';
import { root } from '../setup/install.mjs';
import { readArguments } from './arguments.mjs';
import { allFaults, chosenFaults } from './catalogue.mjs';
import { saveFault, saveReport } from './report/save-report.mjs';
import { outcomeLines } from './report/outcome-text.mjs';
import { runFault } from './run-fault.mjs';
import { untilStopped } from './until-stopped.mjs';

async function main(args) {
  const options = readArguments(args);
  const faults = await allFaults();
  if (options.list) return list(faults);
  const { reconcilers, older } = options;
  const chosen = chosenFaults(faults, { names: options.faults, all: options.all }).filter(
    (fault) => reconcilers || fault.withoutReconcilers !== false,
  );
  const seed = options.seed ?? String(randomInt(1_000_000));
  const folder = resolve(options.report ?? join(root, '.rollcall/faults'));
  const stopping = untilStopped();
  const results = [];
  for (const fault of chosen) {
    const result = await runFault(fault, { seed, reconcilers, older, stopping });
    if (result.error?.isStop) break;
    Object.assign(result, saveFault(result, folder));
    results.push(result);
    console.log(outcomeLines(result).join('\n'));
  }
  const report = saveReport(results, folder, { seed, reconcilers });
  const failed = results.filter(({ passed }) => !passed);
  console.log(`\nseed ${seed}, report: ${report}`);
  console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
  process.exitCode = failed.length > 0 || results.length === 0 ? 1 : 0;
}

function list(faults) {
  for (const { id, title, core } of faults)
    console.log(`${id.padEnd(6)}${core ? 'core  ' : '      '}${title}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
process.exit();
