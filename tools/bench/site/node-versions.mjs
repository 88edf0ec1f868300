import { existsSync, mkdirSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../setup/run-command.mjs';
import { stateDir } from '../../start/paths.mjs';

/** What is measured, so that a figure can be had again: the newest of each line when this was written. */
const VERSIONS = { 20: '20.20.2', 24: '24.21.0' };

/** The path of a Node of a line, fetched from the npm registry the first time. */
export async function nodeOfLine(line) {
  const version = VERSIONS[line];
  const name = `node-${platform()}-${arch()}`;
  const folder = join(stateDir, 'bench', `node-${version}`);
  const file = join(folder, 'node_modules', name, 'bin/node');
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund'];
  const code = await runCommand('npm', [...args, `${name}@${version}`], { quiet: true });
  if (code !== 0 || !existsSync(file))
    throw new Error(`Node ${version} could not be had from the npm registry (${name}).`);
  return file;
}
