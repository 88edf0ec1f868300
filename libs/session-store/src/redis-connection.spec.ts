import type { RedisConfig } from '@rollcall/config';
import { Cluster, Redis } from 'ioredis';
import { connectRedis, renewConnection, type RedisConnection } from './redis-connection';
import type { RedisRole } from './redis-roles';

const COMMON = {
  username: 'agent',
  password: 'secret',
  tls: { ca: 'PEM' },
  keyPrefix: 'rollcall',
  roll: 'main',
};
const NODES = [{ host: '127.0.0.1', port: 1 }];

describe('a connection', () => {
  const opened: RedisConnection[] = [];
  afterEach(() => opened.splice(0).forEach((redis) => redis.disconnect()));

  function open(config: RedisConfig, role: RedisRole = 'resolve'): RedisConnection {
    const redis = connectRedis(config, role);
    opened.push(redis);
    return redis;
  }

  it.each([
    ['one server', { ...COMMON, url: 'rediss://127.0.0.1:1/0' }],
    ['Sentinels', { ...COMMON, mode: 'sentinel', nodes: NODES, master: 'roll' }],
    ['a Cluster', { ...COMMON, mode: 'cluster', nodes: NODES }],
  ] as [string, RedisConfig][])('to %s brings what every connection needs', (_, config) => {
    const redis = open(config);
    const options = redis instanceof Cluster ? redis.options.redisOptions! : redis.options;
    expect(options).toMatchObject({
      username: 'agent',
      password: 'secret',
      tls: { ca: 'PEM' },
      connectionName: 'rollcall-resolve',
      commandTimeout: 250,
      connectTimeout: 2_000,
    });
    expect(options.keyPrefix ?? '').toBe('');
    expect(redis.listenerCount('error')).toBeGreaterThan(0);
    expect(options.reconnectOnError!(new Error('READONLY You can’t write'))).toBe(true);
    expect(options.reconnectOnError!(new Error('NOREPLICAS Not enough'))).toBe(false);
  });

  it.each([
    ['resolve', 100],
    ['sweep', 100],
    ['report', 500],
    ['worker', 500],
    ['subscriber', 500],
  ] as const)('to %s tries again for ever, at most %d ms apart', (role, mostMs) => {
    const config = { ...COMMON, mode: 'sentinel', nodes: NODES, master: 'roll' } as const;
    const redis = open(config, role) as Redis;
    const { retryStrategy, sentinelRetryStrategy } = redis.options;
    for (const attempt of [1, 2, 10, 1_000, 1_000_000]) {
      for (const strategy of [retryStrategy!, sentinelRetryStrategy!]) {
        expect(strategy(attempt)).toBeGreaterThan(0);
        expect(strategy(attempt)).toBeLessThanOrEqual(mostMs);
      }
    }
    expect(redis.options.maxLoadingRetryTime).toBe(mostMs);
  });

  it('to Sentinels speaks TLS to both, and gives up on a Sentinel that hangs', () => {
    const redis = open({
      ...COMMON,
      mode: 'sentinel',
      nodes: NODES,
      master: 'roll',
      sentinelUsername: 'watcher',
      sentinelPassword: 'other',
    }) as Redis;
    expect(redis.options).toMatchObject({
      enableTLSForSentinelMode: true,
      sentinelTLS: { ca: 'PEM' },
      sentinelUsername: 'watcher',
      sentinelPassword: 'other',
      sentinelCommandTimeout: 500,
    });
  });

  it('to a Cluster asks the names of its nodes, which certificates hold, and not their addresses', (done) => {
    const redis = open({ ...COMMON, mode: 'cluster', nodes: NODES }) as Cluster;
    redis.options.dnsLookup!('node-1.example', (error, address) => {
      expect([error, address]).toEqual([null, 'node-1.example']);
      done();
    });
  });

  it('is given up for a new one only while it is up', () => {
    const disconnect = jest.fn();
    for (const status of ['connecting', 'connect', 'reconnecting', 'close', 'end'])
      renewConnection({ status, disconnect } as unknown as Redis);
    expect(disconnect).not.toHaveBeenCalled();
    renewConnection({ status: 'ready', disconnect } as unknown as Redis);
    expect(disconnect).toHaveBeenCalledWith(true);
  });

  it('to a Cluster that loses a master counts as lost, and as made anew', () => {
    const config = { ...COMMON, mode: 'cluster', nodes: NODES } as const;
    const seen: boolean[] = [];
    const redis = connectRedis(config, 'resolve', { connectionChanged: (up) => seen.push(up) });
    opened.push(redis);
    redis.emit('-node', { options: {} });
    expect(seen).toEqual([]);
    Object.assign(redis, { status: 'ready' });
    redis.emit('-node', { options: { readOnly: true } });
    expect(seen).toEqual([]);
    redis.emit('-node', { options: {} });
    expect(seen).toEqual([false, true]);
  });
});
