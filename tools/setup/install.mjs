import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './run-command.mjs';

/** The top of the repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

// The lockfile names every byte, so what npm has in its cache is as good as what a registry would send.
const NPM_CI = ['ci', '--include=dev', '--prefer-offline', '--no-audit', '--no-fund'];

/** Whether the dependencies are there and not older than the lockfile that names them. */
export function isInstalled() {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  return statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

/** Installs the dependencies that the lockfile names, if they are missing or older than it. */
export async function installDependencies(run = runCommand) {
  if (isInstalled()) return;
  if (run === runCommand) console.log('Installing dependencies (npm ci) …');
  const code = await run('npm', NPM_CI, { cwd: root });
  if (code !== 0) throw new Error('npm ci failed.');
}
