import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';

const INTEGRATION = 'jest.integration.config.cjs';
const CONFIGS = { unit: 'jest.config.cjs', integration: INTEGRATION, topologies: INTEGRATION };
// Integration tests wait for time to pass more than they compute.
const WORKERS_MAX = { unit: 2, integration: 3, topologies: 2, doors: 1 };
// Jest takes a project's own testTimeout only when it runs that project alone.
const TEST_TIMEOUT_MS = { unit: 5_000, integration: 180_000, topologies: 180_000, doors: 120_000 };
// Integration tests of several servers: these are always processes of this machine, so that they may be run apart.
const TOPOLOGIES = '\\.topologies\\.integration\\.spec\\.ts$';
// Any suite takes more, so that each gets a process of its own: what another has switched on (Node's async hooks, above
// all) would slow it down, up to twentyfold.
const WORKER_MEMORY_MAX = '1MB';

/** The Jest configurations of one kind (`unit`, `integration` or `topologies`), one a project. */
export function findProjects(kind) {
  const projects = ['apps', 'libs'].flatMap((room) =>
    readdirSync(join(root, room)).map((name) => join(room, name)),
  );
  return [...projects, 'tools']
    .map((project) => join(project, CONFIGS[kind]))
    .filter((config) => existsSync(join(root, config)));
}

/** Runs one kind of tests; a suite that crashed counts as failed, and so does a Jest that did. */
export async function runJest(kind, projects, patterns, environment) {
  console.log(`\n${kind} tests`);
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-jest-'));
  const outputFile = join(folder, 'results.json');
  const args = [
    ...selection(kind, patterns),
    '--json',
    `--outputFile=${outputFile}`,
    '--passWithNoTests',
    `--testTimeout=${TEST_TIMEOUT_MS[kind]}`,
    `--maxWorkers=${WORKERS_MAX[kind]}`,
    `--workerIdleMemoryLimit=${WORKER_MEMORY_MAX}`,
    '--projects',
    ...projects,
  ];
  try {
    const code = await run([join(root, 'node_modules/jest/bin/jest.js'), ...args], environment);
    return { ...countsOf(outputFile), complaints: code === 0 ? 0 : 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of the files below these paths those of the kind. */
function selection(kind, patterns) {
  if (kind === 'integration') return [...patterns, `--testPathIgnorePatterns=${TOPOLOGIES}`];
  if (kind !== 'topologies') return patterns;
  return patterns.length === 0
    ? [TOPOLOGIES]
    : patterns.map((pattern) => `${pattern}.*${TOPOLOGIES}`);
}

/** Ends the output with what came of it, and the process with 1 unless something passed and nothing else happened. */
export function reportCounts({ passed, failed, skipped, complaints }, redis) {
  console.log('');
  for (const sentence of new Set(redis.flatMap((choice) => choice?.sentence ?? [])))
    console.log(sentence);
  if (skipped > 0) console.log(`${skipped} skipped`);
  if (passed + failed === 0) console.log('No test was run.');
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || complaints > 0 || passed === 0 ? 1 : 0;
}

function countsOf(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const results = JSON.parse(readFileSync(file, 'utf8'));
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

function run(args, environment) {
  return new Promise((resolve, reject) => {
    // Jest's results already go to a file; with --json it would print them as well.
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['inherit', 'ignore', 'inherit'],
      env: { ...process.env, ...environment },
    });
    const forward = (signal) => child.kill(signal);
    process.on('SIGTERM', forward);
    child.on('error', reject);
    child.on('exit', (code) => {
      process.off('SIGTERM', forward);
      resolve(code ?? 1);
    });
  });
}
