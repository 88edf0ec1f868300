import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Which processor the server, Redis and the load generator have: with only two of them the latter share one. */
export function chooseProcessors(allowed = allowedProcessors()) {
  if (allowed.length < 2)
    throw new Error(
      'A bench needs two processors: the server has one, Redis and the load another.',
    );
  const [server, redis, load = redis] = allowed;
  return { server, redis, load };
}

/** The command that another is started by to run on one processor. */
export function pinnedTo(processor) {
  return ['taskset', '-c', String(processor)];
}

/** Moves a running process, with all its threads, to one processor. */
export function pin(pid, processor) {
  const { status } = spawnSync('taskset', ['-a', '-c', '-p', String(processor), String(pid)]);
  if (status !== 0) throw new Error(`process ${pid} could not be pinned to processor ${processor}`);
}

function allowedProcessors() {
  const [, list] = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
