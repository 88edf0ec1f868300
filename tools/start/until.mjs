import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;

/** Asks again and again until the answer is true; resolves to whether it was, in time. */
export async function until(condition, timeoutMs) {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
