import { spawn, spawnSync } from 'node:child_process';
import { enclosedEnvironment } from './site/network.mjs';

const TRY_TIMEOUT_MS = 5_000;
const NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
/** What an ordinary user needs besides, where that is allowed. */
const AS_ROOT_INSIDE = ['--user', '--map-root-user'];
const PREPARE = 'ip link set lo up && exec "$0" "$@"';

/**
 * Runs a program of ours in namespaces of its own: packets dropped and file systems mounted there touch nobody else, and
 * whatever it has started ends with it, however it ends. Where the system has no such thing it runs in the open. Either
 * way it ends when its standard input does: at a signal, at the wish of `stopping`, or when this process is gone.
 * Resolves to its exit code.
 */
export async function runEnclosed(program, args, { stopping } = {}) {
  const options = [[], AS_ROOT_INSIDE].find((more) => isPossible([...NAMESPACES, ...more]));
  if (!options) return runInTheOpen(program, args, stopping);
  const command = [...NAMESPACES, ...options, '--', 'sh', '-c', PREPARE, process.execPath, program];
  return run('unshare', [...command, ...args], {
    env: { ...process.env, ...enclosedEnvironment },
    stopping,
  });
}

/** What cuts a network fails there, and says why. */
export function runInTheOpen(program, args, stopping) {
  return run(process.execPath, [program, ...args], { stopping });
}

function run(command, args, { env, stopping }) {
  const child = spawn(command, args, { stdio: ['pipe', 'inherit', 'inherit'], env });
  const stop = () => child.stdin.end();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  void stopping?.then(stop);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

function isPossible(options) {
  const works = 'ip link set lo up && iptables -w -L -n';
  const { status } = spawnSync('unshare', [...options, '--', 'sh', '-c', works], {
    stdio: 'ignore',
    timeout: TRY_TIMEOUT_MS,
  });
  return status === 0;
}
