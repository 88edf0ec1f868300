import { ConnectionWatcher } from './connection-watcher';
import type { EventReading, Roll, RollEvent } from './roll';

const CONNECT_WITHIN_MS = 1_500;

/** Opens the roll that the environment names. Loads the store's packages only now, as `--help` needs none of them. */
export async function openRoll(env: NodeJS.ProcessEnv): Promise<Roll> {
  const { EndpointSettings, readEnv, redisAddress, RedisSettings, TimingSettings } =
    await import('@rollcall/config');
  const { redis, policy, endpoints } = readEnv(
    { redis: RedisSettings, policy: TimingSettings, endpoints: EndpointSettings },
    env,
  );
  const { connectRedis, openSessionStore, rollKeys } = await import('@rollcall/session-store');
  const { store, ready, close } = openSessionStore({ redis, policy, role: 'sweep' });

  async function* events(reading: EventReading): AsyncIterable<RollEvent> {
    const { readEvents } = await import('@rollcall/events');
    const { from, signal } = reading;
    const watcher = new ConnectionWatcher(reading);
    const connect = () =>
      connectRedis(redis, 'subscriber', { connectionChanged: watcher.ofNext() });
    try {
      yield* readEvents({ stream: rollKeys(redis).events, connect, from, signal });
    } finally {
      watcher.stop();
    }
  }

  return {
    address: redisAddress(redis),
    policy,
    endpoints,
    store,
    ready: () => ready(CONNECT_WITHIN_MS),
    events,
    close,
  };
}
