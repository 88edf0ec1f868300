import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processMark } from './processes.mjs';
import { AlreadyRunningError, RunFile, readRun } from './run-file.mjs';

const GONE = { pid: 2 ** 22 + 1, mark: 'another boot 1' };
let folder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-run-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function leave(run) {
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
}

const us = () => ({ name: 'redis', pid: process.pid, mark: processMark(process.pid), stage: 1 });

describe('RunFile', () => {
  it('lets one run take a checkout, and refuses the next while the first one lives', () => {
    new RunFile(folder).take();
    expect(() => new RunFile(folder).take()).toThrow(AlreadyRunningError);
  });

  it('lets the next run take the checkout once it is released', () => {
    const first = new RunFile(folder);
    first.take();
    first.release();
    expect(new RunFile(folder).take()).toEqual([]);
  });

  it('names the processes that a killed run has left running, and none that have ended', () => {
    leave({ owner: GONE, members: [us(), { name: 'resolver', ...GONE, stage: 1 }] });
    expect(new RunFile(folder).take()).toEqual([us()]);
  });

  it('keeps what was left running on record until the run is over', () => {
    leave({ owner: GONE, members: [us()] });
    const file = new RunFile(folder);
    file.take();
    file.add({ name: 'build', pid: 1, mark: 'x', stage: 0 });
    expect(readRun(file.path).members.map(({ name }) => name)).toEqual(['redis', 'build']);
  });

  it('replaces a file that says nothing', () => {
    writeFileSync(join(folder, 'run.json'), '');
    expect(new RunFile(folder).take()).toEqual([]);
    expect(readFileSync(join(folder, 'run.json'), 'utf8')).toContain(`"pid":${process.pid}`);
  });
});
