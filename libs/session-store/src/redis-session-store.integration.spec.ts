import {
  describeRandomOperations,
  describeSessionStore,
  startTestRedis,
  type StoreHarness,
} from '@rollcall/testing';
import { redisHarness } from './testing/redis-harness';

describeSessionStore('Redis', harness);
describeRandomOperations('Redis', harness, { operations: 300, seeds: [1, 2] });

async function harness(): Promise<StoreHarness> {
  const server = await startTestRedis();
  const redis = server.client();
  return redisHarness(
    redis,
    async () => redis,
    () => server.stop(),
  );
}
