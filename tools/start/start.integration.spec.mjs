import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../setup/install.mjs';
import { isAlive } from './processes.mjs';
import { readRun } from './run-file.mjs';
import { until } from './until.mjs';

const NOT_COPIED = new Set(['node_modules', 'dist', '.git', '.nx', 'coverage', '.rollcall']);
const OF_THE_CALLER =
  /^(REDIS_|RESOLVER_|METRICS_|AGENT_|ENDPOINT_|ROLL$|LOG_LEVEL$|TEST_REDIS|NODE_ENV$)/;
const CURL = /^curl -s -X POST '(http:\/\/127\.0\.0\.1:\d+\/resolveSession\?[^']+)'\n/m;
const CONNECT = /^REDIS_URL=\S+ ROLL=\S+ .* rollcall connect .*$/m;
const FIRST_START_TIMEOUT_MS = 170_000;
const GONE_TIMEOUT_MS = 30_000;

let copy;
let run;

beforeAll(() => {
  copy = realpathSync(mkdtempSync(join(tmpdir(), 'rollcall copy-')));
  cpSync(root, copy, { recursive: true, filter: (path) => !NOT_COPIED.has(basename(path)) });
});

afterEach(async () => {
  run?.child.kill('SIGTERM');
  await run?.ended;
});

afterAll(() => {
  for (const pid of processesOfTheCopy()) process.kill(Number(pid), 'SIGKILL');
  rmSync(copy, { recursive: true, force: true });
});

function npmStart() {
  const settings = Object.entries(process.env).filter(([name]) => !OF_THE_CALLER.test(name));
  const child = spawn(process.execPath, ['tools/start/start.mjs'], {
    cwd: copy,
    env: Object.fromEntries(settings),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const started = { child, output: '', ended: once(child, 'close') };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (started.output += chunk));
  }
  return started;
}

/** Resolves to the match once the output has it; fails with the output when it never will. */
async function printed(pattern, timeoutMs) {
  const isOver = () => pattern.test(run.output) || run.child.exitCode !== null;
  await until(isOver, timeoutMs);
  expect(run.output).toMatch(pattern);
  return pattern.exec(run.output);
}

/** Pastes a command that the guide shows into another terminal. */
const runInCopy = (command) =>
  promisify(execFile)('sh', ['-c', command], { cwd: copy, timeout: GONE_TIMEOUT_MS });

const members = () => readRun(join(copy, '.rollcall/run.json')).members;

/** Every process that works in the copy. */
function processesOfTheCopy() {
  if (!existsSync('/proc/self/cwd')) return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(copy);
    } catch {
      return false;
    }
  });
}

describe('npm start', () => {
  it('ends, on a copy without node_modules, with a curl that answers 200; Ctrl-C leaves no process behind', async () => {
    run = npmStart();
    const [, url] = await printed(CURL, FIRST_START_TIMEOUT_MS);
    const answer = await fetch(url, { method: 'POST' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ DcvServerEndpoint: '127.0.0.1' });
    const [connect] = await printed(CONNECT, GONE_TIMEOUT_MS);
    const links = await runInCopy(connect);
    expect(links.stdout).toMatch(/^browser +https:\/\/localhost:8443\/\S+#demo-1~console$/m);
    expect(run.output).not.toContain('\u001b');
    const started = members();
    expect(
      started
        .filter(isAlive)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['agent-demo-1', 'agent-demo-2', 'agent-demo-3', 'reconciler', 'redis', 'resolver']);

    run.child.kill('SIGINT');
    const [code] = await run.ended;
    expect(code).toBe(0);
    expect(started.filter(isAlive)).toEqual([]);
    expect(processesOfTheCopy()).toEqual([]);
  });

  it('refuses to run twice in one checkout, and leaves the first one alone', async () => {
    const first = (run = npmStart());
    await printed(/^Reconciler/m, FIRST_START_TIMEOUT_MS);
    const started = members().filter(isAlive);
    run = npmStart();
    const [code] = await run.ended;
    expect(code).toBe(1);
    expect(run.output).toContain(`as process ${first.child.pid}`);
    expect(started.filter(isAlive)).toEqual(started);
    run = first;
  });

  it('stops everything and says why when a process dies', async () => {
    run = npmStart();
    await printed(/^Reconciler/m, FIRST_START_TIMEOUT_MS);
    const started = members();
    const log = join(copy, '.rollcall/logs/reconciler.log');
    await until(() => statSync(log).size > 0, GONE_TIMEOUT_MS);
    process.kill(started.find(({ name }) => name === 'reconciler').pid, 'SIGKILL');
    const [code] = await run.ended;
    expect(code).toBe(1);
    expect(run.output).toContain('reconciler ended (SIGKILL).');
    expect(run.output).toContain('.rollcall/logs/reconciler.log ends with:');
    expect(started.filter(isAlive)).toEqual([]);
  });

  it('leaves no process behind when it is killed', async () => {
    run = npmStart();
    await printed(/^Reconciler/m, FIRST_START_TIMEOUT_MS);
    const started = members();
    run.child.kill('SIGKILL');
    await run.ended;
    expect(await until(() => !started.some(isAlive), GONE_TIMEOUT_MS)).toBe(true);
  });
});
