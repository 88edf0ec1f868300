import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { RedisConfig, RedisTls, SentinelRedis } from '@rollcall/config';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { MasterFollower } from './follow-master';
import { hearSockets } from './heard-sockets';
import { roleOptions, type RedisRole, type RoleOptions } from './redis-roles';

hearSockets();

/** A connection to the store, whichever way it is run. */
export type RedisConnection = Redis | Cluster;

/** Hears how the commands of a connection fare. */
export interface StoreObserver {
  /** After every command of the store, by its name. */
  commandFinished?(command: string, seconds: number, ok: boolean): void;
  /** Whenever the connection becomes usable or stops being so. */
  connectionChanged?(up: boolean): void;
  /** When the connection leaves a server that refused a write, as the Sentinels name another master. */
  leftMaster?(): void;
}

const RETRY_STEP_MS = 50;
const CONNECT_TIMEOUT_MS = 2_000;
const KEEP_ALIVE_MS = 10_000;
const DISCONNECT_TIMEOUT_MS = 100;
/** A Sentinel that hangs must not hold up the next. */
const SENTINEL_TIMEOUT_MS = 500;
/** No sooner than every old socket is gone (`DISCONNECT_TIMEOUT_MS`): its end would take the new one to the same node along. */
const CLUSTER_RETRY_MIN_MS = 150;

/**
 * Opens a connection in a role, to whatever the configuration names; it reconnects by itself for ever, at most half a
 * second apart (`retryMaxMs` of its role), so that an outage's end is noticed at once. `reportTimeoutMs` bounds a command of the report and sweep
 * roles.
 */
export function connectRedis(
  config: RedisConfig,
  role: RedisRole,
  observer: StoreObserver = {},
  reportTimeoutMs = 500,
): RedisConnection {
  const redis = open(config, role, roleOptions(role, reportTimeoutMs), observer);
  redis.on('error', () => {
    // Without a listener ioredis prints every failed attempt; the 'close' event and the failed commands tell enough.
  });
  redis.on('ready', () => observer.connectionChanged?.(true));
  redis.on('close', () => observer.connectionChanged?.(false));
  if (redis instanceof Cluster) watchMasters(redis, observer);
  return redis;
}

/** A Cluster stays connected when it loses a master; but what is behind the next one may be older, or nothing. */
function watchMasters(cluster: Cluster, observer: StoreObserver): void {
  cluster.on('-node', ({ options }: Redis) => {
    if (options.readOnly || cluster.status !== 'ready') return;
    observer.connectionChanged?.(false);
    observer.connectionChanged?.(true);
  });
}

/**
 * Gives up the sockets of a connection that answers nothing for new ones. Only while it is up: one to Sentinels that is
 * interrupted while they are asked for the master ends for good.
 */
export function renewConnection(redis: RedisConnection): void {
  if (redis.status !== 'ready') return;
  const servers = 'nodes' in redis ? redis.nodes('all') : [redis];
  for (const { stream } of servers) forgetUnread(stream);
  redis.disconnect(true);
}

/**
 * A socket that is merely closed has the system deliver what it still holds, whenever the way is free again: a report
 * minutes old, ahead of the one that is true by then. A reset has both ends forget it. Through TLS Node has none to send.
 */
function forgetUnread(stream: Socket | undefined): void {
  if (stream && !(stream instanceof TLSSocket)) stream.resetAndDestroy();
}

function open(
  config: RedisConfig,
  role: RedisRole,
  options: RoleOptions,
  observer: StoreObserver,
): RedisConnection {
  const retryDelayMs = retryDelay(options.retryMaxMs);
  const redisOptions = {
    ...options.redis,
    ...commonOptions(config, role),
    retryStrategy: retryDelayMs,
    maxLoadingRetryTime: options.retryMaxMs,
  };
  switch (config.mode) {
    case 'sentinel':
      return openThroughSentinels(
        config,
        { ...redisOptions, sentinelRetryStrategy: retryDelayMs },
        observer,
      );
    case 'cluster':
      return new Cluster([...config.nodes], {
        ...options.cluster,
        redisOptions,
        // A certificate names hosts, and an address may change: names are looked up at every connect.
        dnsLookup: (address, callback) => callback(null, address),
        clusterRetryStrategy: (attempt) => Math.max(retryDelayMs(attempt), CLUSTER_RETRY_MIN_MS),
      });
    default:
      return new Redis(config.url, redisOptions);
  }
}

function openThroughSentinels(
  config: SentinelRedis,
  options: RedisOptions,
  observer: StoreObserver,
): Redis {
  const redis: Redis = new Redis({
    ...options,
    sentinels: [...config.nodes],
    name: config.master,
    sentinelUsername: config.sentinelUsername,
    sentinelPassword: config.sentinelPassword,
    sentinelTLS: options.tls,
    enableTLSForSentinelMode: options.tls !== undefined,
    sentinelCommandTimeout: SENTINEL_TIMEOUT_MS,
    reconnectOnError: (error) => {
      if (error.message.startsWith('NOREPLICAS')) void follower.look();
      return isReadOnly(error);
    },
  });
  const follower = new MasterFollower(redis, () => observer.leftMaster?.());
  return redis;
}

function commonOptions({ username, password, tls }: RedisConfig, role: RedisRole): RedisOptions {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
    connectionName: `rollcall-${role}`,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAlive: KEEP_ALIVE_MS,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    reconnectOnError: isReadOnly,
  };
}

/** A master that became a replica refuses writes and goes on answering reads: the new one has to be found. */
function isReadOnly(error: Error): boolean {
  return error.message.startsWith('READONLY');
}

/** TLS as Node's sockets take it. */
export function tlsOptions({ ca, cert, key }: RedisTls): NonNullable<RedisOptions['tls']> {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert, key }),
  };
}

function retryDelay(maxMs: number): (attempt: number) => number {
  return (attempt) => Math.min(attempt * RETRY_STEP_MS, maxMs) * (0.8 + 0.2 * Math.random());
}
