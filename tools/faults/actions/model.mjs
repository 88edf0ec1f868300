import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../setup/install.mjs';
import { MODEL_SEEDS, modelCommand } from '../../test/model-suites.mjs';

const SAID_MAX = 4_000;

/**
 * Plays the model of agents, reconcilers and a resolver (libs/testing/src/model) in a process of its own. `tests` are
 * those whose names fit. Resolves to how many interleavings were played, and the stories that broke a property.
 */
export async function playModel(context, suite, { tests, runs = suite.runs }) {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-model-'));
  const results = join(folder, 'results.json');
  const seed = Math.floor(context.random.next() * MODEL_SEEDS);
  const { args, env } = modelCommand(suite, { seed, runs });
  const options = ['-t', tests, '--json', `--outputFile=${results}`, '--runInBand'];
  try {
    await run(context, [...args, ...options], env);
    const verdict = verdictOf(JSON.parse(readFileSync(results, 'utf8')));
    for (const text of verdict.broken)
      context.recorder.record('story', { at: context.now(), text });
    return verdict;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(context, args, env) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  context.atEnd(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-SAID_MAX)));
  const [code] = await once(child, 'close');
  if (code > 1) throw new Error(`the model did not run: ${said}`);
}

function verdictOf({ testResults }) {
  const played = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'pending');
  const broken = played
    .filter(({ status }) => status === 'failed')
    .map(({ failureMessages }) => failureMessages[0])
    .filter((message) => !message.startsWith('not shown'));
  const counts = [...played.map(intended), ...broken.map(untilFound)];
  if (counts.length === 0) throw new Error('the model has played nothing');
  return { interleavings: Math.min(...counts), broken };
}

const intended = ({ fullName }) =>
  Number(/any (\d+)|\((\d+) jumps\)/.exec(fullName).slice(1).find(Boolean));
const untilFound = (message) => Number(/found after (\d+) of/.exec(message)?.[1] ?? 0);
