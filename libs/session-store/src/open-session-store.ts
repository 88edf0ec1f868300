import type { RedisConfig } from '@rollcall/config';
import { StoreUnavailableError, type LeasePolicy, type SessionStore } from '@rollcall/domain';
import type { Redis } from 'ioredis';
import { connectRedis, type RedisRole, type StoreObserver } from './redis-connection';
import { RedisSessionStore } from './redis-session-store';

/** What a store needs to be opened. */
export interface SessionStoreOptions {
  readonly redis: RedisConfig;
  readonly policy: LeasePolicy;
  readonly role: RedisRole;
  readonly observer?: StoreObserver;
}

/** A store with the connection it owns. */
export interface OpenSessionStore {
  readonly store: SessionStore;
  readonly redis: Redis;
  /**
   * Waits for the connection: for programs that have nothing to do without it.
   * @throws StoreUnavailableError when there is none in time.
   */
  ready(timeoutMs: number): Promise<void>;
  /** Closes the connection; bounded, also while Redis hangs. */
  close(): Promise<void>;
}

const QUIT_TIMEOUT_MS = 500;

/** Opens a store on a connection of its own. */
export function openSessionStore({
  redis: config,
  policy,
  role,
  observer,
}: SessionStoreOptions): OpenSessionStore {
  const redis = connectRedis(config, role, observer, policy.reportTimeoutMs);
  return {
    redis,
    store: new RedisSessionStore(redis, config, policy, observer),
    ready: (timeoutMs) => connected(redis, timeoutMs),
    close: () => closeRedis(redis),
  };
}

/** Ends a connection after the commands in flight, or at once when Redis does not answer. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status === 'ready') {
    await Promise.race([redis.quit().catch(() => undefined), delay(QUIT_TIMEOUT_MS)]);
  }
  redis.disconnect();
}

async function connected(redis: Redis, timeoutMs: number): Promise<void> {
  if (redis.status === 'ready') return;
  let lastError: Error | undefined;
  const note = (error: Error) => (lastError = error);
  redis.on('error', note);
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new StoreUnavailableError('unreachable', { cause: lastError })),
        timeoutMs,
      );
      redis.once('ready', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  } finally {
    redis.off('error', note);
  }
}

function delay(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs).unref());
}
