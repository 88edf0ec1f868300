import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { applyEdits } from '../../mutants/edits.mjs';
import { makeSandbox } from '../../mutants/sandbox.mjs';
import { RESULTS_FILE } from '../report/save-report.mjs';
import { FAULT_MUTANTS } from './mutations.mjs';

const RUN_TIMEOUT_MS = 900_000;
const REPORT = '.rollcall/faults';
const SHOWN_MAX = 4;
/** What is chosen is the same every time, unless somebody wants it otherwise. */
const SEED = '1';

/**
 * Switches each mechanism off in a copy of the product, one at a time, and demands that its fault misses a bar which it
 * meets in the copy as it is. Returns how many are not noticed.
 */
export function checkMutants({ faults: names, seed = SEED }) {
  const chosen = FAULT_MUTANTS.filter(({ name }) => names.length === 0 || names.includes(name));
  if (chosen.length === 0)
    throw new Error(`Mechanisms are ${FAULT_MUTANTS.map(({ name }) => name).join(', ')}.`);
  const sandbox = makeSandbox();
  const run = (fault) => runFault(sandbox.folder, fault, seed);
  const healthy = new Map();
  let survived = 0;
  try {
    for (const mutant of chosen) {
      if (!healthy.has(mutant.fault)) healthy.set(mutant.fault, run(mutant.fault));
      const verdict = judge(mutant, healthy.get(mutant.fault), () => {
        const undo = applyEdits(sandbox.folder, mutant.edits);
        try {
          return run(mutant.fault);
        } finally {
          undo();
        }
      });
      if (!verdict.noticed) survived += 1;
      tell(mutant, verdict);
    }
  } finally {
    sandbox.remove();
  }
  console.log(`\n${chosen.length - survived} noticed, ${survived} not`);
  return survived;
}

/** Nothing else counts: an error, or a machine that was too busy, shows nothing. */
function judge({ bar }, healthy, runBroken) {
  if (!meets(healthy, bar))
    return { noticed: false, by: ['it is missed in any case', ...whyNot(healthy)] };
  const broken = runBroken();
  return { noticed: meets(broken, bar) === false, by: whyNot(broken) };
}

const meets = ({ figures }, bar) => figures.find((figure) => figure.bar === bar)?.met;
const whyNot = ({ shortfalls, problems }) => [...shortfalls, ...problems];

function tell({ name, fault, bar }, { noticed, by }) {
  const verdict = noticed ? 'noticed  ' : 'UNNOTICED';
  console.log(`${verdict} without ${name}: ${fault} must miss "${bar}"`);
  for (const line of by.slice(0, SHOWN_MAX)) console.log(`          ${line}`);
  if (by.length > SHOWN_MAX) console.log(`          and ${by.length - SHOWN_MAX} more`);
}

function runFault(folder, fault, seed) {
  const report = join(folder, REPORT);
  rmSync(report, { recursive: true, force: true });
  const program = join(folder, 'tools/faults/run.mjs');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [program, fault, '--report', report, '--seed', seed],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, TEST_REDIS: 'process' },
      timeout: RUN_TIMEOUT_MS,
    },
  );
  const result = readResult(join(report, RESULTS_FILE));
  if (!result) throw new Error(`${fault} did not run in the copy:\n${stdout}\n${stderr}`);
  return result;
}

function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).faults[0];
  } catch {
    return undefined;
  }
}
