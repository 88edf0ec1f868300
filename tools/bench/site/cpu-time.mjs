import { readdirSync, readFileSync } from 'node:fs';

/**
 * The CPU time that a process, its threads and its children have used so far, in microseconds, as the scheduler counts
 * it (`schedstat`, to the nanosecond; `stat` has hundredths of a second). Of threads that have ended it knows nothing.
 */
export function cpuTimeUs(pid) {
  return processTree(pid).reduce((sum, one) => sum + ownCpuTimeUs(one), 0);
}

function ownCpuTimeUs(pid) {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => {
    const [ranNs] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ');
    return sum + Number(ranNs) / 1_000;
  }, 0);
}

/** A process and all its descendants. */
function processTree(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return [pid, ...children.flatMap((child) => processTree(Number(child)))];
}
