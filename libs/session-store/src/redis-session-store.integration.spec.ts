import { setTimeout as delay } from 'node:timers/promises';
import { GUESS_WINDOW_MS, leasePolicy } from '@rollcall/domain';
import {
  describeRandomOperations,
  describeSessionStore,
  startTestRedis,
  type FlatEvent,
  type StoreHarness,
} from '@rollcall/testing';
import type { Redis } from 'ioredis';
import { rollKeys } from './keys';
import { RedisSessionStore } from './redis-session-store';

/** Short, as Redis's time is real; a slack of half the gap is what a busy machine is allowed to lose within one scene. */
const POLICY = leasePolicy({
  intervalMs: 200,
  leaseTtlMs: 1_200,
  retentionMs: 6_000,
  sweepIntervalMs: 100,
});
const ROLL = { keyPrefix: 'rollcall', roll: 'main' };

describeSessionStore('Redis', redisHarness);
describeRandomOperations('Redis', redisHarness, { operations: 300, seeds: [1, 2] });

async function redisHarness(): Promise<StoreHarness> {
  const server = await startTestRedis();
  const redis = server.client();
  return {
    store: new RedisSessionStore(redis, ROLL, POLICY),
    policy: POLICY,
    slackMs: POLICY.gapMs / 2,
    now: async () => {
      const [seconds, microseconds] = await redis.time();
      return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
    },
    advance: async (ms) => void (await delay(ms)),
    endGuessWindow: () => endGuessWindow(redis),
    events: async () =>
      (await redis.xrange(rollKeys(ROLL).events, '-', '+')).map(([, fields]) => toEvent(fields)),
    clear: async () => void (await redis.flushall()),
    stop: () => server.stop(),
  };
}

/** Takes the window off what is left of each counter's time: one that lasts longer, or for ever, stays. */
async function endGuessWindow(redis: Redis): Promise<void> {
  for (const key of await redis.keys(`${rollKeys(ROLL).guesses(0n).slice(0, -1)}*`)) {
    const leftMs = (await redis.pttl(key)) - GUESS_WINDOW_MS;
    if (leftMs > -GUESS_WINDOW_MS) await redis.pexpire(key, leftMs);
  }
}

function toEvent(fields: readonly string[]): FlatEvent {
  const event: Record<string, string> = {};
  for (let index = 0; index < fields.length; index += 2)
    event[fields[index] ?? ''] = fields[index + 1] ?? '';
  return event as FlatEvent;
}
