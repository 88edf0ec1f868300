import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand } from './run-command.mjs';

const PROGRAMS = ['redis-server', 'valkey-server'];
const MAJOR_MIN = 7;
const VERSION_TIMEOUT_MS = 5_000;
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

/** How somebody who has no Redis gets one. */
export const HOW_TO_GET_REDIS =
  'Install redis-server or valkey-server 7.0 or newer (on Debian or Ubuntu: apt-get install redis-server), or run Docker.';

/** The first Redis or Valkey server program on the PATH that is new enough, if there is one. */
export function findRedisServer(path = process.env.PATH ?? '') {
  return PROGRAMS.flatMap((name) => path.split(delimiter).map((folder) => join(folder, name))).find(
    (file) => existsSync(file) && majorOf(redisServerVersion(file)) >= MAJOR_MIN,
  );
}

/** The version that a server program says it has, such as 7.0.15. */
export function redisServerVersion(file) {
  const { stdout } = spawnSync(file, ['--version'], {
    encoding: 'utf8',
    timeout: VERSION_TIMEOUT_MS,
  });
  return /\bv=(\d+(?:\.\d+)*)/.exec(stdout ?? '')?.[1];
}

/** Whether `installRedisServer` can be tried: root on a Debian or a descendant of it. */
export function canInstallRedisServer() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(osRelease());
}

/**
 * Installs the distribution's redis-server package without starting or enabling its service.
 * Resolves to the program's path, or to nothing when the package could not be had or is too old.
 */
export async function installRedisServer(run = runCommand) {
  if (run === runCommand) console.log('Installing redis-server (apt-get) …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quietly = (command, args) => run(command, args, { env, quiet: true });
  const allowServices = forbidServices();
  try {
    await quietly('apt-get', ['-qq', 'update']);
    await quietly('apt-get', '-qq install -y --no-install-recommends redis-server'.split(' '));
    if (existsSync('/run/systemd/system')) {
      await quietly('systemctl', ['disable', '--quiet', 'redis-server']);
    }
  } finally {
    allowServices();
  }
  return findRedisServer();
}

/** Debian asks this file whether a package may start its service; returns the way back, taken at any end. */
function forbidServices() {
  if (existsSync(SERVICE_POLICY)) return () => undefined;
  const allow = () => rmSync(SERVICE_POLICY, { force: true });
  const leave = () => process.exit(1);
  const unwatched = ['SIGINT', 'SIGTERM', 'SIGHUP'].filter((name) => !process.listenerCount(name));
  process.on('exit', allow);
  for (const name of unwatched) process.on(name, leave);
  writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  return () => {
    for (const name of unwatched) process.off(name, leave);
    process.off('exit', allow);
    allow();
  };
}

function majorOf(version = '0') {
  return Number.parseInt(version, 10);
}

function osRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
