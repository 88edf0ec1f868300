import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './install.mjs';

const EVERYTHING = 'tsconfig.build.json';

/** Builds the apps and libraries, or one project of them, what is up to date not again; throws when they do not build. */
export function buildApps(project = EVERYTHING) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-b', project], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0)
    throw new Error(`${project} does not build (tsc -b, above), so nothing was run.`);
}
