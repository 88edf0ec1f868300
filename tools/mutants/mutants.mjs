// Takes each mechanism out of the real Lua or TypeScript, one at a time, and demands that a test turns red.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installDependencies, root } from '../setup/install.mjs';
import { chooseRedis } from '../test/choose-redis.mjs';
import { applyEdits } from './edits.mjs';
import { MUTANTS } from './mutations.mjs';
import { makeSandbox } from './sandbox.mjs';

const RUN_TIMEOUT_MS = 300_000;
const USAGE = 'usage: npm run test:mutants [-- <part of a mutant’s name> …]';

async function main() {
  const wanted = process.argv.slice(2);
  if (wanted.includes('--help')) return console.log(USAGE);
  const chosen = MUTANTS.filter(
    ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
  );
  if (chosen.length === 0) throw new Error(`No mutant is called that. ${USAGE}`);

  await installDependencies();
  const { environment } = await chooseRedis();
  const sandbox = makeSandbox();
  const failures = [];
  try {
    for (const mutant of chosen) {
      const verdict = check(sandbox.folder, mutant, environment);
      console.log(
        `${verdict.ok ? 'killed  ' : 'SURVIVED'}  ${mutant.name}${verdict.ok ? '' : `: ${verdict.why}`}`,
      );
      if (!verdict.ok) failures.push(mutant.name);
    }
  } finally {
    sandbox.remove();
  }
  console.log(`\n${chosen.length - failures.length} passed, ${failures.length} failed`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

const healthyRuns = new Map();

/** What the tests say of the code as it is; asked once for all mutants that share them. */
function runUnbroken(folder, mutant, environment) {
  const key = JSON.stringify([mutant.config, mutant.test]);
  if (!healthyRuns.has(key)) healthyRuns.set(key, runTests(folder, mutant, environment));
  return healthyRuns.get(key);
}

function check(folder, mutant, environment) {
  const healthy = runUnbroken(folder, mutant, environment);
  if (healthy.passed === 0 || healthy.failed > 0) {
    return {
      ok: false,
      why: `without it ${healthy.passed} tests pass and ${healthy.failed} fail: ${mutant.test}`,
    };
  }
  const undo = applyEdits(folder, mutant.edits);
  try {
    const broken = runTests(folder, mutant, environment);
    if (broken.crashed) return { ok: false, why: 'the tests did not run at all' };
    return broken.failed > 0
      ? { ok: true }
      : { ok: false, why: `${broken.passed} tests pass all the same` };
  } finally {
    undo();
  }
}

function runTests(folder, { config, test, name }, environment) {
  const results = join(folder, 'results.json');
  const args = [
    '-c',
    config,
    test.file,
    '--json',
    `--outputFile=${results}`,
    '--forceExit',
    '--runInBand',
  ];
  if (test.title) args.push('-t', test.title);
  writeFileSync(results, '{}');
  spawnSync(process.execPath, [join(root, 'node_modules/jest/bin/jest.js'), ...args], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: 'ignore',
    timeout: RUN_TIMEOUT_MS,
  });
  const counts = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : {};
  if (counts.numTotalTests === undefined)
    throw new Error(`${name}: the tests did not end within ${RUN_TIMEOUT_MS / 1000} s`);
  return {
    passed: counts.numPassedTests,
    failed: counts.numFailedTests,
    crashed: counts.numRuntimeErrorTestSuites > 0,
  };
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
