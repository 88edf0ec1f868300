import { GUESS_WINDOW_MS, leasePolicy } from '@rollcall/domain';
import type { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { rollKeys } from '../keys';
import type { RedisConnection } from '../redis-connection';
import { RedisSessionStore } from '../redis-session-store';

/** Short, as Redis's time is real; a slack of half the gap is what a busy machine is allowed to lose within one scene. */
export const POLICY = leasePolicy({
  intervalMs: 200,
  leaseTtlMs: 1_200,
  retentionMs: 6_000,
  sweepIntervalMs: 100,
});

/** The roll of the conformance suite. */
export const ROLL = { keyPrefix: 'rollcall', roll: 'main' };

/** A store under test on one connection; `keeper` is one to the server that keeps the roll. */
export function redisHarness(
  redis: RedisConnection,
  keeper: () => Promise<Redis>,
  stop: () => Promise<void>,
) {
  return {
    store: new RedisSessionStore(redis, ROLL, POLICY),
    policy: POLICY,
    slackMs: POLICY.gapMs / 2,
    now: async () => {
      const [seconds, microseconds] = await (await keeper()).time();
      return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
    },
    advance: async (ms: number) => void (await delay(ms)),
    endGuessWindow: async () => endGuessWindow(await keeper()),
    events: async () =>
      (await redis.xrange(rollKeys(ROLL).events, '-', '+')).map(([, fields]) => toEvent(fields)),
    clear: async () => void (await (await keeper()).flushall()),
    stop,
  };
}

/** Takes the window off what is left of each counter's time: one that lasts longer, or for ever, stays. */
async function endGuessWindow(redis: Redis): Promise<void> {
  for (const key of await redis.keys(`${rollKeys(ROLL).guesses(0n).slice(0, -1)}*`)) {
    const leftMs = (await redis.pttl(key)) - GUESS_WINDOW_MS;
    if (leftMs > -GUESS_WINDOW_MS) await redis.pexpire(key, leftMs);
  }
}

function toEvent(fields: readonly string[]): { type: string; [field: string]: string } {
  const event: { type: string; [field: string]: string } = { type: '' };
  for (let index = 0; index < fields.length; index += 2)
    event[fields[index] ?? ''] = fields[index + 1] ?? '';
  return event;
}
