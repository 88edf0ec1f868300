import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../../setup/install.mjs';

/** Runs beside this version as long as no release is older than it. */
const FIRST = '29f060c';
const BUILT = 'built';
const WORKSPACES = ['apps', 'libs'];

/**
 * An older version of the product, built from the history of this repository: the folder in which its `apps` are. It
 * runs on the packages that are installed here. `revision`: a commit or tag; the newest older release unless told.
 */
export function olderBuild(revision = newestOlderRelease() ?? FIRST) {
  const { stdout: commit } = git('rev-parse', '--verify', '--quiet', `${revision}^{commit}`);
  if (!commit)
    throw new Error(
      `This fault runs an older version beside this one: the history of this repository has no ${revision}. Fetch it (git fetch --unshallow --tags), or name a revision: --older REVISION.`,
    );
  const folder = join(root, '.rollcall/builds', commit);
  if (existsSync(join(folder, BUILT))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  unpack(commit, folder);
  linkWorkspaces(folder);
  build(folder);
  writeFileSync(join(folder, BUILT), '');
  return folder;
}

function newestOlderRelease() {
  const { stdout } = git('tag', '--list', 'v*', '--no-contains', 'HEAD', '--sort=-v:refname');
  return stdout.split('\n')[0] || undefined;
}

function unpack(commit, folder) {
  const archive = join(folder, 'sources.tar');
  git(
    'archive',
    '--output',
    archive,
    commit,
    ...WORKSPACES,
    'package.json',
    ':(glob)tsconfig*.json',
  );
  const { status, stderr } = spawnSync('tar', ['-xf', archive, '-C', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The older version could not be unpacked: ${stderr}`);
  rmSync(archive);
}

/** Its own libraries, not those of this version; everything else is found further up. */
function linkWorkspaces(folder) {
  const workspaces = WORKSPACES.flatMap((kind) =>
    readdirSync(join(folder, kind)).map((name) => join(folder, kind, name)),
  );
  for (const workspace of workspaces) {
    const { name } = JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8'));
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(workspace, link);
  }
}

function build(folder) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '-b', 'tsconfig.build.json'];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The older version does not build:\n${stdout}`);
}

function git(...args) {
  const { stdout } = spawnSync('git', ['-C', root, ...args], { encoding: 'utf8' });
  return { stdout: (stdout ?? '').trim() };
}
