import { join } from 'node:path';
import { root } from '../setup/install.mjs';

/** Everything that a run leaves on disk; git ignores it, and it may be deleted between runs. */
export const stateDir = join(root, '.rollcall');

/** One log file per process, emptied at each start. */
export const logDir = join(stateDir, 'logs');

/** A path as somebody at the top of the repository would type it. */
export function shown(path) {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}
