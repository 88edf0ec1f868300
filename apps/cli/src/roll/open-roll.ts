import { beliefPolicy } from '@rollcall/domain';
import { ConnectionWatcher } from './connection-watcher';
import type { EventReading, Roll, RollEvent } from './roll';

const CONNECT_WITHIN_MS = 1_500;
/** Of several Sentinels or nodes one that is gone may take two seconds before the next is asked. */
const FIND_WITHIN_MS = 5_000;

/** Opens the roll that the environment names. Loads the store's packages only now, as `--help` needs none of them. */
export async function openRoll(env: NodeJS.ProcessEnv): Promise<Roll> {
  const config = await import('@rollcall/config');
  const groups = {
    redis: config.RedisSettings,
    policy: config.TimingSettings,
    belief: shownBelief(config),
    endpoints: config.EndpointSettings,
    tokens: config.TokenSettings,
    doors: config.ConnectSettings,
  };
  const { redis, policy, belief, endpoints, tokens, doors } = config.readEnv(groups, env);
  const { connectRedis, openSessionStore, rollKeys } = await import('@rollcall/session-store');
  const { store, identities, ready, close } = openSessionStore({ redis, policy, role: 'sweep' });

  async function* events(reading: EventReading): AsyncIterable<RollEvent> {
    const { readEvents } = await import('@rollcall/events');
    const { from, signal, missed, startsLate } = reading;
    const watcher = new ConnectionWatcher(reading);
    const connect = () =>
      connectRedis(redis, 'subscriber', { connectionChanged: watcher.ofNext() });
    try {
      yield* readEvents({
        stream: rollKeys(redis).events,
        connect,
        from,
        signal,
        missed,
        startsLate,
      });
    } finally {
      watcher.stop();
    }
  }

  return {
    address: `${config.redisSetting(redis)} is ${config.redisAddress(redis)}`,
    policy,
    belief,
    endpoints,
    tokenTtlMs: tokens.ttlMs,
    doors,
    store,
    identities,
    ready: () => ready('nodes' in redis ? FIND_WITHIN_MS : CONNECT_WITHIN_MS),
    events,
    close,
  };
}

/** Shows how the silent are believed, and probes nobody: what only a prober has to keep is not demanded of this shell. */
function shownBelief({ BeliefSettings }: typeof import('@rollcall/config')) {
  return class extends BeliefSettings {
    override toConfig() {
      return beliefPolicy(this.choices());
    }
  };
}
