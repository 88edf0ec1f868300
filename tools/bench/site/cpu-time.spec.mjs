import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clockTicks } from '../../scale/measure/process-load.mjs';
import { cpuTimeUs } from './cpu-time.mjs';

let processes;

/** As the system tells of a process; `seconds` are its own in user and system mode, and those of its children that ended. */
function tell(pid, { seconds, tasks }) {
  const [user, system, ...ofChildren] = seconds.map((each) => each * clockTicks());
  const before = Array(11).fill(0).join(' ');
  const folder = join(processes, String(pid));
  for (const [task, children] of Object.entries(tasks)) {
    mkdirSync(join(folder, 'task', task), { recursive: true });
    if (children !== undefined) writeFileSync(join(folder, 'task', task, 'children'), children);
  }
  const times = [user, system, ...ofChildren].join(' ');
  writeFileSync(join(folder, 'stat'), `${pid} (a (b) c) ${before} ${times} 20 0`);
}

describe('the CPU time of a server', () => {
  beforeEach(() => {
    processes = mkdtempSync(join(tmpdir(), 'rollcall-bench-cpu-'));
  });

  afterEach(() => rmSync(processes, { recursive: true, force: true }));

  it('is that of a process with all its threads, and of the children it had', () => {
    tell(7, { seconds: [1, 2, 4, 8], tasks: { 7: '' } });
    expect(cpuTimeUs(7, processes)).toBe(15_000_000);
  });

  it('has that of children of children, whichever thread started them', () => {
    tell(7, { seconds: [1, 0, 0, 0], tasks: { 7: '', 8: '20 21 ' } });
    tell(20, { seconds: [0, 2, 0, 0], tasks: { 20: '30 ' } });
    tell(21, { seconds: [4, 0, 0, 0], tasks: { 21: '' } });
    tell(30, { seconds: [8, 0, 0, 0], tasks: { 30: '' } });
    expect(cpuTimeUs(7, processes)).toBe(15_000_000);
  });

  it('bears a thread that ends while it is looked at', () => {
    tell(7, { seconds: [1, 2, 0, 0], tasks: { 7: '', 8: undefined } });
    expect(cpuTimeUs(7, processes)).toBe(3_000_000);
  });
});
