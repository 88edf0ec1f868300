import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { waitedMs } from '../../faults/history/starvation.mjs';

const GETCONF_TIMEOUT_MS = 2_000;
const KIB = 1_024;
/** After the name: state is field 0, so that proc(5)'s field 14 is 11. */
const FIELD = { user: 11, system: 12, childrenUser: 13, childrenSystem: 14 };

let ticksPerSecond;

/**
 * What a process has used so far: its processors' time, that of the children it has waited for, how long it was ready and
 * had no processor, and its memory now. Undefined while there is no such process.
 */
export function processLoad(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return { pid, ...cpuIn(stat, clockTicks()), waitedMs: waitedMs(pid), ...memoryIn(status) };
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(error.code)) return undefined;
    throw error;
  }
}

/** So many of the system's ticks are a second of processor time. */
export function clockTicks() {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { timeout: GETCONF_TIMEOUT_MS }));
  return ticksPerSecond;
}

/** The times in `/proc/<pid>/stat`, those of its threads that have ended included. */
export function cpuIn(stat, ticks) {
  // The name before it is in parentheses, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ms = (...names) =>
    names.reduce((sum, name) => sum + (Number(fields[FIELD[name]]) * 1_000) / ticks, 0);
  return { cpuMs: ms('user', 'system'), childrenCpuMs: ms('childrenUser', 'childrenSystem') };
}

/** Memory in `/proc/<pid>/status`; a process that has just ended has none. */
export function memoryIn(status) {
  return { rssBytes: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * KIB };
}
