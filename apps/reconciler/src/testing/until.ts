import { setTimeout as delay } from 'node:timers/promises';

const ASK_EVERY_MS = 20;

/** Resolves with the first answer that is not empty; how long that took decides nothing unless it exceeds the limit. */
export async function until<T>(
  what: string,
  limitMs: number,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    const answer = await Promise.resolve(ask()).catch(() => undefined);
    if (answer !== undefined && answer !== false) return answer;
    await delay(ASK_EVERY_MS);
  }
  throw new Error(`not within ${limitMs} ms: ${what}`);
}
