import { databaseOf, inspectServer, missingDatabase, uninspected } from './redis-inspection';

const CONFIG = {
  url: 'redis://:hunter2@store.example:6379/3',
  keyPrefix: 'rollcall',
  roll: 'main',
};
const SERVER = 'redis://store.example:6379/3';
const CLUSTER = { ...CONFIG, mode: 'cluster', nodes: [{ host: 'a', port: 7000 }] } as const;

const info = (fields: Record<string, string> = {}) =>
  Object.entries({
    redis_version: '7.0.15',
    redis_mode: 'standalone',
    maxmemory_policy: 'noeviction',
    ...fields,
  })
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('');

const FIT = { problems: [], warnings: [] };

describe('the inspection of a server', () => {
  it.each([
    [{ redis_version: '7.0.0' }],
    [{ redis_version: '8.2.1' }],
    [{ redis_version: '10.0.0' }],
    [{ redis_version: '7.2.4', server_name: 'valkey', valkey_version: '8.0.0' }],
    [{ redis_version: '7.2.4', server_name: 'valkey', valkey_version: '9.1.0' }],
  ])('finds %j fit', (fields) => {
    expect(inspectServer(info(fields), SERVER, CONFIG)).toEqual(FIT);
  });

  it.each([
    [{ redis_version: '6.2.14' }, 'runs version 6.2.14, and Rollcall needs Redis 7.0 or newer'],
    [{ redis_version: '5.0.6' }, 'runs version 5.0.6'],
    [
      { redis_version: '7.2.4', valkey_version: '7.2.8' },
      'runs Valkey 7.2.8, and Rollcall needs 8.0 or newer',
    ],
    [{ maxmemory_policy: 'volatile-lru' }, 'Set it to noeviction, or REDIS_ALLOW_EVICTION=on'],
    [{ maxmemory_policy: 'allkeys-lfu' }, 'has the maxmemory-policy allkeys-lfu'],
    [{ redis_mode: 'cluster' }, 'is a node of a Cluster: set REDIS_MODE=cluster'],
    [{ redis_mode: 'sentinel' }, 'is a Sentinel: set REDIS_MODE=sentinel'],
  ])('finds %j unfit, and says what to do', (fields, sentence) => {
    const { problems } = inspectServer(info(fields), SERVER, CONFIG);
    expect(problems).toEqual([expect.stringContaining(sentence)]);
    expect(problems[0]).toMatch(/^REDIS_URL: the Redis at redis:\/\/store\.example:6379\/3 /);
  });

  it('takes a node of a Cluster for what it is where one is expected', () => {
    expect(inspectServer(info({ redis_mode: 'cluster' }), 'a:7000', CLUSTER)).toEqual(FIT);
    expect(
      inspectServer(info({ maxmemory_policy: 'volatile-lru' }), 'a:7000', CLUSTER).problems,
    ).toEqual([expect.stringMatching(/^REDIS_NODES: the Redis at a:7000 has/)]);
  });

  it('only warns where an operator has allowed eviction, or the policy is not told', () => {
    const allowed = { ...CONFIG, allowEviction: true };
    expect(inspectServer(info({ maxmemory_policy: 'volatile-lru' }), SERVER, allowed)).toEqual({
      problems: [],
      warnings: [expect.stringContaining('REDIS_ALLOW_EVICTION is on, so it is used all the same')],
    });
    expect(inspectServer('redis_version:7.0.15\r\n', SERVER, CONFIG)).toEqual({
      problems: [],
      warnings: [expect.stringContaining('does not tell its maxmemory-policy')],
    });
  });

  it('says that a server keeps to itself what it is', () => {
    expect(uninspected("NOPERM no permissions to run 'info'", CONFIG)).toEqual({
      problems: [],
      warnings: [expect.stringContaining('INFO is refused (NOPERM')],
    });
  });
});

describe('the database that a URL names', () => {
  it.each([
    ['redis://store', 0],
    ['redis://store/', 0],
    ['redis://store/12', 12],
  ])('is read from %s', (url, database) => {
    expect(databaseOf({ ...CONFIG, url })).toBe(database);
  });

  it('is none in a Cluster', () => {
    expect(databaseOf(CLUSTER)).toBe(0);
  });

  it('is named without a password where it does not exist', () => {
    expect(missingDatabase(3, 'ERR DB index is out of range', CONFIG).problems).toEqual([
      'REDIS_URL: redis://store.example:6379/3 names database 3, which that server does not give (ERR DB index is out of range)',
    ]);
  });
});
