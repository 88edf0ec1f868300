import { startTestSentinel } from '@rollcall/testing';
import { running } from './cluster.mjs';

/** A master and its replica, watched by three Sentinels: a store for `arrange`. */
export async function startUnderSentinels({ nodeTimeout }, options = {}) {
  const watched = await startTestSentinel({ downAfterMs: nodeTimeout, ...options });
  return {
    watched,
    environment: () => watched.environment,
    client: (more) => watched.client({ commandTimeout: 1_000, maxRetriesPerRequest: 1, ...more }),
    processes: async () => [
      ...running('redis', watched.servers),
      ...running('sentinel', watched.sentinels),
    ],
    stop: () => watched.stop(),
  };
}
