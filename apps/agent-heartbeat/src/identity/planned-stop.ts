import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readStateFile, replaceStateFile } from './state-file';

const PLANNED_STOP_FILE = 'planned-stop';

/** Notes that the agent is about to leave and to come back. */
export function notePlannedStop(stateDir: string, nowMs: number): void {
  replaceStateFile(stateDir, PLANNED_STOP_FILE, `${nowMs}\n`);
}

/**
 * Whether the last stop was planned and is younger than `withinMs`; the note is used up. An older one is no reason to
 * hurry: what was left behind has lapsed, and a fleet that is switched on in the morning must not report all at once.
 */
export function takePlannedStop(stateDir: string, nowMs: number, withinMs: number): boolean {
  const path = join(stateDir, PLANNED_STOP_FILE);
  const text = readStateFile(path);
  if (text === undefined) return false;
  rmSync(path, { force: true });
  return isRecentStop(Number(text), nowMs, withinMs);
}

/** Whether a stop was so short a while ago that its sessions still wait to be vouched for. */
export function isRecentStop(stoppedAtMs: number, nowMs: number, withinMs: number): boolean {
  const ageMs = nowMs - stoppedAtMs;
  return ageMs >= 0 && ageMs <= withinMs;
}
