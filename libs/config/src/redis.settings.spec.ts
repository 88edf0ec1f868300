import { readEnv, type Environment } from './read-env';
import { redisAddress, RedisSettings } from './redis.settings';

const read = (env: Environment) => readEnv({ redis: RedisSettings }, env).redis;

const URL_RULE =
  'REDIS_URL must read redis://host:port/database or rediss://host:port/database, without a query';

describe('RedisSettings', () => {
  it('points at the Redis of this machine and the roll "main" unless told otherwise', () => {
    expect(read({})).toEqual({
      url: 'redis://127.0.0.1:6379/0',
      keyPrefix: 'rollcall',
      roll: 'main',
    });
  });

  it('reads the address, the user, the password and the names', () => {
    const env = {
      REDIS_URL: 'rediss://store.example:6380/3',
      REDIS_USERNAME: 'agent',
      REDIS_PASSWORD: 'pa ss{word}',
      REDIS_MODE: 'standalone',
      REDIS_KEY_PREFIX: 'site:a',
      ROLL: 'münchen',
    };

    expect(read(env)).toEqual({
      url: 'rediss://store.example:6380/3',
      username: 'agent',
      password: 'pa ss{word}',
      keyPrefix: 'site:a',
      roll: 'münchen',
    });
  });

  it.each([
    'redis://host',
    'redis://host/',
    'redis://[::1]:6379/0',
    'redis://:s%40cret@host:6379',
    'REDIS://host/15',
  ])('takes %s', (url) => {
    expect(read({ REDIS_URL: url }).url).toBe(url);
  });

  it.each([
    'host:6379',
    '127.0.0.1',
    'http://host:6379',
    'redis:host',
    'redis:///0',
    'redis://host:65536',
    'redis://host/main',
    'redis://host/0/1',
    'redis://user:100%@host',
    'redis://host/0?commandTimeout=60000',
    'unix:///run/redis.sock',
  ])('refuses %s', (url) => {
    expect(() => read({ REDIS_URL: url })).toThrow(URL_RULE);
  });

  it('never repeats a refused URL, for it may hold a password', () => {
    const env = { REDIS_URL: 'http://:hunter2@host', REDIS_PASSWORD: 'hunter2', ROLL: '{}' };

    expect(() => read(env)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });

  it.each(['sentinel', 'cluster', 'Standalone'])(
    'says that REDIS_MODE=%s is not supported yet',
    (mode) => {
      expect(() => read({ REDIS_MODE: mode })).toThrow(
        'REDIS_MODE must be standalone: no other way of running the store is supported yet',
      );
    },
  );

  it.each(['a{b', 'a}b', 'a b', 'a\tb', 'a\u0000b', 'a\u0085b', 'x'.repeat(65)])(
    'refuses %j as key prefix and as roll',
    (name) => {
      expect(() => read({ REDIS_KEY_PREFIX: name })).toThrow('REDIS_KEY_PREFIX must hold at most');
      expect(() => read({ ROLL: name })).toThrow('ROLL must hold at most');
    },
  );

  it('takes names of 64 characters', () => {
    expect(read({ ROLL: 'x'.repeat(64) }).roll).toHaveLength(64);
  });
});

describe('redisAddress', () => {
  it.each([
    ['redis://127.0.0.1:6379/0', 'redis://127.0.0.1:6379/0'],
    ['rediss://user:hunter2@store.example/3', 'rediss://store.example/3'],
    ['redis://:hunter2@[::1]:6380', 'redis://[::1]:6380'],
    ['redis://store?password=hunter2', 'redis://store'],
  ])('shows %s as %s', (url, address) => {
    expect(redisAddress({ url })).toBe(address);
  });
});
