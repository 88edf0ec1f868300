import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endMembers, isAlive, processMark } from './processes.mjs';

const children = [];
let folder;
let order;

/** A process that, when it is asked to end, does what `whenAsked` says. */
async function aProcess({ whenAsked = 'process.exit()', stage = 0 } = {}) {
  const script = `process.on('SIGTERM', () => ${whenAsked}); setInterval(() => {}, 1000); console.log('ready');`;
  const child = spawn(process.execPath, ['-e', script], { detached: true });
  children.push(child);
  await once(child.stdout, 'data');
  const ended = once(child, 'exit').then(([code, signal]) => signal ?? code);
  return { child, ended, member: { pid: child.pid, mark: processMark(child.pid), stage } };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-processes-'));
  order = join(folder, 'order');
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

describe('isAlive', () => {
  it('is true of a process that runs, and false once it has ended', async () => {
    const { child, ended, member } = await aProcess();
    expect(isAlive(member)).toBe(true);
    child.kill();
    await ended;
    expect(isAlive(member)).toBe(false);
  });

  it('takes a process for a stranger when it did not start at the recorded moment', async () => {
    const { member } = await aProcess();
    expect(isAlive({ ...member, mark: 'another boot 1' })).toBe(false);
  });
});

describe('endMembers', () => {
  it('ends one stage before it asks the next', async () => {
    const wasAsked = (name, afterMs) =>
      `setTimeout(() => { require('node:fs').appendFileSync('${order}', '${name} '); process.exit(); }, ${afterMs})`;
    const late = await aProcess({ stage: 2, whenAsked: wasAsked('late', 0) });
    const early = await aProcess({ stage: 1, whenAsked: wasAsked('early', 200) });
    await endMembers([late.member, early.member]);
    expect(readFileSync(order, 'utf8')).toBe('early late ');
  });

  it('asks before it kills', async () => {
    const { ended, member } = await aProcess({ whenAsked: 'process.exit(7)' });
    await endMembers([member]);
    expect(await ended).toBe(7);
  });

  it('kills a process that does not end when asked', async () => {
    const { ended, member } = await aProcess({ whenAsked: 'undefined' });
    await endMembers([member], 100);
    expect(await ended).toBe('SIGKILL');
  });

  it('leaves a stranger alone that has got the number of a process that is gone', async () => {
    const { member } = await aProcess();
    await endMembers([{ ...member, mark: 'another boot 1' }]);
    expect(isAlive(member)).toBe(true);
  });
});
