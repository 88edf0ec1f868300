import { startTestCluster } from '@rollcall/testing';

/** Three masters of a Redis Cluster, each with a replica: a store for `arrange`. */
export async function startCluster({ nodeTimeout }) {
  const cluster = await startTestCluster({ nodeTimeoutMs: nodeTimeout });
  return {
    cluster,
    environment: () => cluster.environment,
    client: (options) =>
      cluster.client({
        redisOptions: { commandTimeout: 1_000, maxRetriesPerRequest: 1, ...options },
      }),
    processes: async () => running('redis', cluster.nodes),
    stop: () => cluster.stop(),
  };
}

/** Those of several servers that run, as a site names its processes. */
export function running(name, servers) {
  return servers.flatMap(({ pid }, index) => (pid ? [{ name: `${name}-${index + 1}`, pid }] : []));
}
