import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { runCommand } from './run-command.mjs';

const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

/** Whether `installDebianPackages` can be tried: root on a Debian or a descendant of it. */
export function canInstallDebianPackages() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(osRelease());
}

/**
 * Installs the distribution's packages without starting a service of theirs; the services named are not enabled
 * either. Whether it worked is for the caller to see.
 */
export async function installDebianPackages(packages, services = [], run = runCommand) {
  if (run === runCommand) console.log(`Installing ${packages.join(', ')} (apt-get) …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quietly = (command, args) => run(command, args, { env, quiet: true });
  const allowServices = forbidServices();
  try {
    await quietly('apt-get', ['-qq', 'update']);
    await quietly('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', ...packages]);
    if (services.length > 0 && existsSync('/run/systemd/system')) {
      await quietly('systemctl', ['disable', '--quiet', ...services]);
    }
  } finally {
    allowServices();
  }
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

function osRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
