import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, processMark } from './processes.mjs';

/** Another `npm start` runs in this checkout. */
export class AlreadyRunningError extends Error {
  constructor(pid) {
    super(`npm start already runs in this checkout, as process ${pid}: stop that one first.`);
  }
}

/** Says on disk which run this is and which processes it has started; there is one per checkout. */
export class RunFile {
  #members = [];

  constructor(folder) {
    mkdirSync(folder, { recursive: true });
    this.path = join(folder, 'run.json');
    this.owner = { pid: process.pid, mark: processMark(process.pid) };
  }

  /** Makes this process the one that runs here. Returns what an earlier run has left running. */
  take() {
    while (!this.#claim()) {
      const earlier = readRun(this.path);
      if (earlier && isAlive(earlier.owner)) throw new AlreadyRunningError(earlier.owner.pid);
      this.#members = earlier?.members ?? [];
      rmSync(this.path, { force: true });
    }
    return this.#members.filter(isAlive);
  }

  add(member) {
    this.#members.push(member);
    renameSync(this.#write(), this.path);
  }

  release() {
    rmSync(this.path, { force: true });
  }

  #write() {
    const draft = `${this.path}.${process.pid}`;
    writeFileSync(draft, JSON.stringify({ owner: this.owner, members: this.#members }));
    return draft;
  }

  #claim() {
    const draft = this.#write();
    try {
      linkSync(draft, this.path);
      return true;
    } catch (error) {
      if (error.code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }
}

/** The run that a file names, if it can be read. */
export function readRun(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
