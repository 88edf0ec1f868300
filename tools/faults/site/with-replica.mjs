import { startTestRedis } from '@rollcall/testing';
import { running } from './cluster.mjs';
import { Standalone } from './standalone.mjs';

const FAST_SYNC = ['--repl-diskless-sync-delay', '0'];

/** A redis-server with a replica that nobody watches: a store for `arrange`. `args` are the master's. */
export async function startWithReplica({ args = [] } = {}) {
  const direct = await Standalone.start({ args: [...FAST_SYNC, ...args] });
  const { redis } = direct;
  const replica = await startTestRedis({ args: ['--replicaof', `${redis.host} ${redis.port}`] });
  return {
    redis,
    replica,
    environment: (road) => direct.environment(road),
    client: (options) => direct.client(options),
    processes: async () => running('redis', [redis, replica]),
    stop: async () => {
      await replica.stop();
      await direct.stop();
    },
  };
}
