import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { root } from '../setup/install.mjs';

const NOT_COPIED = new Set(['node_modules', 'dist', '.git', '.nx', 'coverage', '.rollcall']);
const SCOPE = '@rollcall';

/** A copy of the repository to break things in: its packages are its own, everything installed is shared. */
export function makeSandbox() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rollcall-mutants-')));
  cpSync(root, folder, {
    recursive: true,
    // What is installed must not look older than the lockfile.
    preserveTimestamps: true,
    filter: (path) => path === root || !NOT_COPIED.has(basename(path)),
  });
  const installed = join(root, 'node_modules');
  mkdirSync(join(folder, 'node_modules', SCOPE), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name !== SCOPE) symlinkSync(join(installed, name), join(folder, 'node_modules', name));
  }
  for (const name of readdirSync(join(installed, SCOPE))) {
    const project = realpathSync(join(installed, SCOPE, name)).slice(realpathSync(root).length + 1);
    symlinkSync(join(folder, project), join(folder, 'node_modules', SCOPE, name));
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
