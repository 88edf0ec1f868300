import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;
const GRACE_MS = 5_000;
const KILL_TIMEOUT_MS = 2_000;
const DOCKER_TIMEOUT_MS = 15_000;

/**
 * When a process started, in a form that only serves to be compared; undefined when there is no such process.
 * With it a number that the system has since given to a stranger is not taken for the process it was.
 */
export function processMark(pid) {
  try {
    return process.platform === 'linux' ? linuxMark(pid) : startTime(pid);
  } catch {
    return undefined;
  }
}

/** Whether the process that was recorded still runs, and is no other with its number. */
export function isAlive({ pid, mark }) {
  return mark !== undefined && processMark(pid) === mark;
}

/** Ends processes stage by stage, the lowest first: asked, waited for, then killed; what they ran in goes, too. */
export async function endMembers(members, graceMs = GRACE_MS) {
  const stages = [...new Set(members.map(({ stage }) => stage))].sort((a, b) => a - b);
  for (const stage of stages) {
    await endStage(
      members.filter((member) => member.stage === stage),
      graceMs,
    );
  }
}

/** Kills processes, and what they ran in, at once. */
export function killMembers(members) {
  for (const { pid } of members.filter(isAlive)) killGroup(pid);
  for (const { container } of members) if (container) removeContainer(container);
}

/** Kills a process that leads a group, and whatever it has started in it. */
export function killGroup(leader) {
  signal(-leader, 'SIGKILL');
}

async function endStage(members, graceMs) {
  const alive = members.filter(isAlive);
  for (const { pid, ownGroup } of alive) signal(ownGroup ? -pid : pid, 'SIGTERM');
  await untilGone(alive, graceMs);
  killMembers(members);
  await untilGone(alive, KILL_TIMEOUT_MS);
}

async function untilGone(members, timeoutMs) {
  const deadline = performance.now() + timeoutMs;
  while (members.some(isAlive) && performance.now() < deadline) await sleep(POLL_MS);
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function removeContainer(name) {
  spawnSync('docker', ['rm', '--force', '--volumes', name], {
    stdio: 'ignore',
    timeout: DOCKER_TIMEOUT_MS,
  });
}

function linuxMark(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name before it is in parentheses, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startedAt] = [fields[0], fields[19]];
  return state === 'Z' || state === 'X' ? undefined : `${bootId()} ${startedAt}`;
}

function bootId() {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function startTime(pid) {
  return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
}
