import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { StateError } from './state-error';

/** Makes the directory that only this agent's user may read. */
export function makeStateDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StateError(
      `The state directory ${dir} cannot be made (${codeOf(error)}): let the agent's user write there, or set AGENT_STATE_DIR to a directory that outlives restarts.`,
      { cause: error },
    );
  }
}

/** The file's text, or undefined when there is none. */
export function readStateFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new StateError(
      `${path} cannot be read (${codeOf(error)}): let the agent's user read it.`,
      { cause: error },
    );
  }
}

/** Replaces the file in one step: whenever the power fails, the old text is there or the new one. */
export function replaceStateFile(dir: string, name: string, text: string): void {
  const path = join(dir, name);
  const draft = `${path}.new`;
  try {
    const file = openSync(draft, 'w', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
    if (process.platform !== 'win32') syncDirectory(dir);
  } catch (error) {
    throw new StateError(
      `${path} cannot be written (${codeOf(error)}): the agent must be able to write its state before it may report.`,
      { cause: error },
    );
  }
}

/** The system's word for an error. */
export function codeOf(error: unknown): string {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return String(hasCode ? error.code : error);
}

function syncDirectory(dir: string): void {
  const directory = openSync(dir, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
