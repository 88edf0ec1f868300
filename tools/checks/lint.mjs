import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';
import { refreshProjectGraph } from './project-graph.mjs';

const CACHE = join(root, 'node_modules/.cache/eslint/');

await refreshProjectGraph();
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/eslint/bin/eslint.js'),
    '.',
    '--max-warnings=0',
    '--cache',
    `--cache-location=${CACHE}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exit(status ?? 1);
