import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../setup/run-command.mjs';
import { stateDir } from '../../start/paths.mjs';

const SOURCE = fileURLToPath(new URL('../peers/nest', import.meta.url));
const FOLDER = join(stateDir, 'bench/nest');
const MANIFEST = ['package.json', 'package-lock.json'];

/** A Nest application with what its documentation proposes: Express, the class-validator pipe, nestjs-pino. */
export const nest = {
  name: 'nest',
  title: 'Nest as its documentation has it',
  onNode: true,
  programs: [],
  async launch({ node, port, site }) {
    await install();
    compile();
    const env = { ...site.settings, PORT: String(port), KEY_PREFIX: site.preparedPrefix };
    // It writes a line per request: whoever reads them would have its share of the machine.
    return { command: [node, join(FOLDER, 'main.js')], env, isQuiet: true };
  },
};

async function install() {
  const isThere = MANIFEST.every((name) => {
    const copy = join(FOLDER, name);
    return (
      existsSync(copy) && readFileSync(copy, 'utf8') === readFileSync(join(SOURCE, name), 'utf8')
    );
  });
  if (isThere && existsSync(join(FOLDER, 'node_modules/.package-lock.json'))) return;
  mkdirSync(FOLDER, { recursive: true });
  for (const name of MANIFEST) cpSync(join(SOURCE, name), join(FOLDER, name));
  const code = await runCommand('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    quiet: true,
  });
  if (code !== 0) throw new Error('npm ci failed for the Nest application of the bench.');
}

function compile() {
  const require = createRequire(import.meta.url);
  const { transformSync } = require('@swc/core');
  const [, options] = require('../../../jest.preset.cjs').unit.transform['^.+\\.ts$'];
  const filename = join(SOURCE, 'src/main.ts');
  const { code } = transformSync(readFileSync(filename, 'utf8'), { ...options, filename });
  writeFileSync(join(FOLDER, 'main.js'), code);
}
