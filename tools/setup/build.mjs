import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './install.mjs';

const EVERYTHING = 'tsconfig.build.json';

/** Builds a TypeScript project, the whole product unless told another; `consequence` ends the sentence when it fails. */
export function build(consequence, project = EVERYTHING) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '-b', project];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${project} does not build (tsc -b, above)${consequence}.`);
}
