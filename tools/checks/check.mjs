import { spawnSync } from 'node:child_process';
import { installDependencies, root } from '../setup/install.mjs';

/** The whole gate, quickest first. */
const STEPS = [
  'format:check',
  'lint',
  'typecheck',
  'check:sync',
  'check:boundaries',
  'check:scripts',
  'check:settings',
  'test',
];

await installDependencies();
for (const step of STEPS) {
  console.log(`\n> npm run ${step}`);
  const { status } = spawnSync('npm', ['run', '--silent', step], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`\nnpm run ${step} failed.`);
    process.exit(status ?? 1);
  }
}
console.log('\nThe gate is green.');
