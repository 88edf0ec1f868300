import { nodeText, redisAddress, type RedisConfig } from '@rollcall/config';
import { Cluster, type Redis } from 'ioredis';
import { within } from './command-runner';
import type { RedisConnection } from './redis-connection';
import {
  databaseOf,
  inspectServer,
  missingDatabase,
  uninspected,
  type Inspection,
} from './redis-inspection';

const ANSWER_MS = 1_000;

/**
 * Asks every server that answers what it is: of a Cluster all nodes, for each may become a master.
 * @throws whatever the connection fails with when none does.
 */
export async function inspectStore(
  redis: RedisConnection,
  config: RedisConfig,
): Promise<Inspection> {
  const inspections =
    redis instanceof Cluster
      ? await inspectNodes(redis, config)
      : [
          await inspectDatabase(redis, config),
          await inspectOne(redis, redisAddress(config), config),
        ];
  return {
    problems: inspections.flatMap(({ problems }) => problems),
    warnings: [...new Set(inspections.flatMap(({ warnings }) => warnings))],
  };
}

async function inspectNodes(cluster: Cluster, config: RedisConfig): Promise<Inspection[]> {
  const asked = await Promise.allSettled(
    cluster.nodes('all').map(async (node) => {
      const { host = '', port = 0 } = node.options;
      // Its own connection, as most nodes of a Cluster are never needed and so not connected.
      const visitor = node.duplicate({ enableOfflineQueue: true, retryStrategy: () => null });
      visitor.on('error', () => undefined);
      try {
        return await inspectOne(visitor, nodeText({ host, port }), config);
      } finally {
        visitor.disconnect();
      }
    }),
  );
  const answered = asked.flatMap((node) => (node.status === 'fulfilled' ? [node.value] : []));
  const [failed] = asked.flatMap((node) => (node.status === 'rejected' ? [node.reason] : []));
  if (answered.length === 0) throw failed ?? new Error('the Cluster has no nodes');
  return answered;
}

async function inspectOne(redis: Redis, server: string, config: RedisConfig): Promise<Inspection> {
  try {
    return inspectServer(await within(ANSWER_MS, redis.info()), server, config);
  } catch (error) {
    if (isRefusal(error)) return uninspected(error.message, config);
    throw error;
  }
}

/** ioredis goes on in database 0 when it cannot choose the one that the URL names. */
async function inspectDatabase(redis: Redis, config: RedisConfig): Promise<Inspection> {
  const database = databaseOf(config);
  try {
    if (database !== 0) await within(ANSWER_MS, redis.select(database));
    return { problems: [], warnings: [] };
  } catch (error) {
    if (isRefusal(error)) return missingDatabase(database, error.message, config);
    throw error;
  }
}

function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
