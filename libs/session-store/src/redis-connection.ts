import type { RedisConfig } from '@rollcall/config';
import { Redis, type RedisOptions } from 'ioredis';

/**
 * What a connection is for; decides how long it waits and what it does while Redis is away.
 * - `resolve`: a lookup has 300 ms in all: fails at once without a connection, never repeats a command by itself.
 * - `report`: fails at once without a connection; the agent decides when to try again.
 * - `sweep`: the same, and no more patient: a sweep must not believe a store that is too slow for the agents' reports.
 * - `worker`: BullMQ's own, which waits for ever (it demands `maxRetriesPerRequest: null`).
 * - `subscriber`: blocking reads, which wait for ever.
 */
export type RedisRole = 'resolve' | 'report' | 'sweep' | 'worker' | 'subscriber';

/** Hears how the commands of a connection fare. */
export interface StoreObserver {
  /** After every command of the store, by its name. */
  commandFinished?(command: string, seconds: number, ok: boolean): void;
  /** Whenever the connection becomes usable or stops being so. */
  connectionChanged?(up: boolean): void;
}

const RETRY_MAX_MS = 500;
const RETRY_STEP_MS = 50;
const CONNECT_TIMEOUT_MS = 2_000;
const KEEP_ALIVE_MS = 10_000;
const DISCONNECT_TIMEOUT_MS = 100;

/** The first of a lookup's two reads may use most of its budget (`LOOKUP_BUDGET_MS`), never all of it. */
const RESOLVE_TIMEOUT_MS = 250;

const FAIL_FAST: RedisOptions = {
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
};

/**
 * Opens a connection in a role; it reconnects by itself for ever, at most half a second apart, so that an outage's end
 * is noticed at once. `reportTimeoutMs` bounds a command of the report and sweep roles.
 */
export function connectRedis(
  config: RedisConfig,
  role: RedisRole,
  observer: StoreObserver = {},
  reportTimeoutMs = 500,
): Redis {
  const roles: Record<RedisRole, RedisOptions> = {
    resolve: { ...FAIL_FAST, commandTimeout: RESOLVE_TIMEOUT_MS },
    report: { ...FAIL_FAST, commandTimeout: reportTimeoutMs },
    sweep: { ...FAIL_FAST, commandTimeout: reportTimeoutMs },
    worker: { maxRetriesPerRequest: null },
    subscriber: { maxRetriesPerRequest: null },
  };
  const redis = new Redis(config.url, {
    ...roles[role],
    ...(config.username === undefined ? {} : { username: config.username }),
    ...(config.password === undefined ? {} : { password: config.password }),
    connectionName: `rollcall-${role}`,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAlive: KEEP_ALIVE_MS,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    retryStrategy: (attempt) =>
      Math.min(attempt * RETRY_STEP_MS, RETRY_MAX_MS) * (0.8 + 0.2 * Math.random()),
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  redis.on('error', () => {
    // Without a listener ioredis prints every failed attempt; the 'close' event and the failed commands tell enough.
  });
  redis.on('ready', () => observer.connectionChanged?.(true));
  redis.on('close', () => observer.connectionChanged?.(false));
  return redis;
}
