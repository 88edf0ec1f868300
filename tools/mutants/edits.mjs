import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Changes files of a sandbox, and embeds its Lua scripts anew; returns what takes that back. */
export function applyEdits(folder, edits) {
  const originals = edits.map(({ file }) => [file, readFileSync(join(folder, file), 'utf8')]);
  const undo = () => {
    for (const [file, text] of originals) writeFileSync(join(folder, file), text);
    embedScripts(folder);
  };
  try {
    for (const edit of edits) applyEdit(folder, edit);
    embedScripts(folder);
  } catch (error) {
    undo();
    throw error;
  }
  return undo;
}

function applyEdit(folder, { file, find, replace }) {
  const text = readFileSync(join(folder, file), 'utf8');
  if (text.split(find).length !== 2)
    throw new Error(`${file} does not hold this exactly once: ${find}`);
  writeFileSync(
    join(folder, file),
    text.replace(find, () => replace),
  );
}

function embedScripts(folder) {
  const script = join(folder, 'tools/checks/lua-scripts.mjs');
  const { status } = spawnSync(process.execPath, [script, '--write'], { cwd: folder });
  if (status !== 0) throw new Error('The Lua scripts could not be embedded.');
}
