import { setTimeout as delay } from 'node:timers/promises';

const ASK_EVERY_MS = 20;

/**
 * Waits for something that happens elsewhere: asks until the answer is neither undefined nor false, and resolves with it. A
 * question that fails is one without an answer yet. Rejects with what was waited for, and why the last question failed,
 * when it is not so in time; how long it took decides nothing else.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    let cause: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline)
      throw new Error(`not within ${withinMs} ms: ${what}`, { cause });
    await delay(ASK_EVERY_MS);
  }
}
