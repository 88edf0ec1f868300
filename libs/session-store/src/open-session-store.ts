import type { RedisConfig } from '@rollcall/config';
import {
  StoreUnavailableError,
  type IdentityStore,
  type LeasePolicy,
  type SessionStore,
} from '@rollcall/domain';
import { connectRedis, type RedisConnection, type StoreObserver } from './redis-connection';
import type { RedisRole } from './redis-roles';
import { RedisSessionStore } from './redis-session-store';
import { StoreContact, type TellOperator } from './store-contact';

/** What a store needs to be opened. */
export interface SessionStoreOptions {
  readonly redis: RedisConfig;
  readonly policy: LeasePolicy;
  readonly role: RedisRole;
  readonly observer?: StoreObserver;
  /** Why the store cannot be reached, and what is wrong with it though it is used. */
  readonly tell?: TellOperator;
}

/** A store with the connection it owns. */
export interface OpenSessionStore {
  readonly store: SessionStore;
  /** Who may report through a door. */
  readonly identities: IdentityStore;
  readonly redis: RedisConnection;
  /** Resolves when the store has answered for the first time and is fit; rejects with a `ConfigError` when it is not. */
  readonly fit: Promise<void>;
  /**
   * Waits until the store has answered and is fit: for programs that have nothing to do without it.
   * @throws StoreUnavailableError when it does not answer in time, ConfigError when it is unfit.
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
  tell,
}: SessionStoreOptions): OpenSessionStore {
  const redis = connectRedis(config, role, observer, policy.reportTimeoutMs);
  const contact = new StoreContact(redis, config, tell);
  const store = new RedisSessionStore(redis, config, policy, observer);
  return {
    redis,
    store,
    identities: store.identities,
    fit: contact.made,
    ready: (timeoutMs) => inTime(contact, timeoutMs),
    close: () => {
      contact.close();
      return closeRedis(redis);
    },
  };
}

/** Ends a connection after the commands in flight, or at once when Redis does not answer. */
export async function closeRedis(redis: RedisConnection): Promise<void> {
  if (redis.status === 'ready') {
    await Promise.race([redis.quit().catch(() => undefined), delay(QUIT_TIMEOUT_MS)]);
  }
  redis.disconnect();
}

async function inTime(contact: StoreContact, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const { lastFault } = contact;
      const cause = lastFault === undefined ? undefined : new Error(lastFault);
      reject(new StoreUnavailableError('unreachable', { cause }));
    }, timeoutMs);
  });
  try {
    await Promise.race([contact.made, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function delay(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs).unref());
}
