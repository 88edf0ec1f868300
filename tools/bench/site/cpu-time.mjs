import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clockTicks, cpuIn } from '../../scale/measure/process-load.mjs';

/**
 * The CPU time that a process and its children have used so far, in microseconds, to a hundredth of a second; threads that
 * have ended count, too: a server may have one per connection. `processes` is where the system tells.
 */
export function cpuTimeUs(pid, processes = '/proc') {
  const folders = processTree(pid, processes).map((each) => join(processes, String(each)));
  return folders.reduce((sum, folder) => sum + ownCpuTimeUs(folder), 0);
}

/** Its own, and that of the children it had. */
function ownCpuTimeUs(folder) {
  const { cpuMs, childrenCpuMs } = cpuIn(readFileSync(join(folder, 'stat'), 'utf8'), clockTicks());
  return (cpuMs + childrenCpuMs) * 1_000;
}

/** A process and all its descendants. */
function processTree(pid, processes) {
  const tasks = join(processes, String(pid), 'task');
  const children = readdirSync(tasks).flatMap((task) => childrenOf(join(tasks, task)));
  return [pid, ...children.flatMap((child) => processTree(child, processes))];
}

/** None of a thread that has ended meanwhile. */
function childrenOf(task) {
  try {
    return readFileSync(join(task, 'children'), 'utf8').split(' ').filter(Boolean).map(Number);
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(error.code)) return [];
    throw error;
  }
}
