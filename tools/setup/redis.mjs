import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { canInstallDebianPackages, installDebianPackages } from './debian-packages.mjs';
import { runCommand } from './run-command.mjs';

const PROGRAMS = ['redis-server', 'valkey-server'];
const MAJOR_MIN = 7;
const VERSION_TIMEOUT_MS = 5_000;

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

/** Whether `installRedisServer` can be tried. */
export const canInstallRedisServer = canInstallDebianPackages;

/**
 * Installs the distribution's redis-server package without starting or enabling its service.
 * Resolves to the program's path, or to nothing when the package could not be had or is too old.
 */
export async function installRedisServer(run = runCommand) {
  await installDebianPackages(['redis-server'], ['redis-server'], run);
  return findRedisServer();
}

function majorOf(version = '0') {
  return Number.parseInt(version, 10);
}
