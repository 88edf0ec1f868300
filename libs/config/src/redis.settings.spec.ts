import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { TestCa, type CertificatePair } from '@rollcall/testing';
import { readEnv, type Environment } from './read-env';
import { redisAddress, redisSetting } from './redis-config';
import { RedisSettings } from './redis.settings';

const read = (env: Environment) => readEnv({ redis: RedisSettings }, env).redis;

const URL_RULE =
  'REDIS_URL must read redis://host:port/database or rediss://host:port/database, without a query';

describe('RedisSettings', () => {
  it('points at the Redis of this machine and the roll "main" unless told otherwise', () => {
    expect(read({})).toEqual({
      mode: 'standalone',
      url: 'redis://127.0.0.1:6379/0',
      allowEviction: false,
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
      mode: 'standalone',
      url: 'rediss://store.example:6380/3',
      tls: {},
      allowEviction: false,
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
    expect(read({ REDIS_URL: url })).toMatchObject({ url });
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

  it.each(['replica', 'Standalone', 'sentinels'])('refuses REDIS_MODE=%s', (mode) => {
    expect(() => read({ REDIS_MODE: mode })).toThrow(
      'REDIS_MODE must be standalone, sentinel or cluster',
    );
  });

  it('may be told to run on a store that evicts', () => {
    expect(read({ REDIS_ALLOW_EVICTION: 'on' }).allowEviction).toBe(true);
    expect(() => read({ REDIS_ALLOW_EVICTION: 'yes' })).toThrow(
      'REDIS_ALLOW_EVICTION must be on or off',
    );
  });

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

describe('RedisSettings in the mode sentinel', () => {
  const SENTINEL = {
    REDIS_MODE: 'sentinel',
    REDIS_NODES: 's1.example:26379, [2001:db8::2]:26380',
    REDIS_SENTINEL_MASTER: 'roll',
  };

  it('reads the Sentinels, the master and both pairs of credentials, and ignores REDIS_URL', () => {
    const env = {
      ...SENTINEL,
      REDIS_URL: 'elsewhere, and no URL',
      REDIS_USERNAME: 'agent',
      REDIS_PASSWORD: 'one',
      REDIS_SENTINEL_USERNAME: 'watcher',
      REDIS_SENTINEL_PASSWORD: 'other',
    };
    expect(read(env)).toEqual({
      mode: 'sentinel',
      nodes: [
        { host: 's1.example', port: 26379 },
        { host: '2001:db8::2', port: 26380 },
      ],
      master: 'roll',
      username: 'agent',
      password: 'one',
      sentinelUsername: 'watcher',
      sentinelPassword: 'other',
      allowEviction: false,
      keyPrefix: 'rollcall',
      roll: 'main',
    });
  });

  it('says all that is missing', () => {
    expect(() => read({ REDIS_MODE: 'sentinel' })).toThrow(
      'REDIS_NODES must be set where REDIS_MODE is sentinel: host:port,host:port\n' +
        'REDIS_SENTINEL_MASTER must be set where REDIS_MODE is sentinel',
    );
  });

  it.each(['two words', 'a/b', 'x'.repeat(65)])('refuses %j as the name of a master', (master) => {
    expect(() => read({ ...SENTINEL, REDIS_SENTINEL_MASTER: master })).toThrow(
      'REDIS_SENTINEL_MASTER must hold letters, digits and .-_ only, 64 at most',
    );
  });
});

describe('RedisSettings in the mode cluster', () => {
  const CLUSTER = { REDIS_MODE: 'cluster', REDIS_NODES: 'a:7000,b:7001' };

  it('reads some of the nodes', () => {
    expect(read(CLUSTER)).toMatchObject({
      mode: 'cluster',
      nodes: [
        { host: 'a', port: 7000 },
        { host: 'b', port: 7001 },
      ],
    });
  });

  it.each([
    'a',
    'a:0',
    'a:65536',
    'a:7000;b:7001',
    'redis://a:7000',
    'user:secret@a:7000',
    '::1:7000',
    '[::g]:7000',
    '[a]:7000',
    'a b:7000',
    ',',
    Array.from({ length: 101 }, (_, index) => `n${index}:7000`).join(),
  ])('refuses %s as the nodes', (nodes) => {
    expect(() => read({ ...CLUSTER, REDIS_NODES: nodes })).toThrow(
      'REDIS_NODES must read host:port,host:port, an IPv6 address in brackets',
    );
  });

  it('refuses what belongs to Sentinels', () => {
    expect(() =>
      read({ ...CLUSTER, REDIS_SENTINEL_MASTER: 'roll', REDIS_SENTINEL_PASSWORD: 'hunter2' }),
    ).toThrow(
      'REDIS_SENTINEL_MASTER is set, but REDIS_MODE is cluster, not sentinel\n' +
        'REDIS_SENTINEL_PASSWORD is set, but REDIS_MODE is cluster, not sentinel',
    );
  });
});

it('says that nodes are not used by a standalone store', () => {
  expect(() => read({ REDIS_NODES: 'a:7000' })).toThrow(
    'REDIS_NODES is set, but REDIS_MODE is standalone: set it to sentinel or cluster, or give REDIS_URL instead',
  );
});

describe('TLS to the store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-redis-tls-'));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const CERTIFICATE = rootCertificates[0]!;
  const ca = file('ca.crt', `# ours\n${CERTIFICATE}\n${CERTIFICATE}\n`);
  const [cert, key, other] = ['client.crt', 'client.key', 'other.key'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  let pair: CertificatePair;
  beforeAll(async () => {
    const authority = await TestCa.create();
    pair = await authority.client();
    file('client.crt', pair.certPem);
    file('client.key', pair.keyPem);
    file('other.key', (await authority.client()).keyPem);
  });
  const CLUSTER = { REDIS_MODE: 'cluster', REDIS_NODES: 'a:7000' };
  const URL_TLS = { REDIS_URL: 'rediss://store' };

  it('is not dropped without a word where REDIS_URL is not used', () => {
    expect(() => read({ ...CLUSTER, ...URL_TLS })).toThrow(
      'REDIS_URL speaks TLS, but it is not used where REDIS_MODE is cluster: set REDIS_TLS=on, or take REDIS_URL away',
    );
    expect(read({ ...CLUSTER, ...URL_TLS, REDIS_TLS: 'on' })).toHaveProperty('tls');
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['with rediss://', URL_TLS, {}],
    [
      'with an authority of one’s own',
      { ...URL_TLS, REDIS_TLS_CA_FILE: ca },
      { ca: expect.any(String) },
    ],
    ['in a Cluster when asked for', { ...CLUSTER, REDIS_TLS: 'on' }, {}],
    [
      'in a Cluster with an authority',
      { ...CLUSTER, REDIS_TLS_CA_FILE: ca },
      { ca: expect.any(String) },
    ],
    [
      'with a certificate to show',
      { ...CLUSTER, REDIS_TLS_CERT_FILE: cert, REDIS_TLS_KEY_FILE: key },
      { cert: expect.stringContaining('BEGIN CERT'), key: expect.stringContaining('BEGIN PRIV') },
    ],
    ['not in a Cluster otherwise', CLUSTER, undefined],
    ['not with redis://', {}, undefined],
  ])('is spoken %s', (_, env, tls) => {
    expect(read(env).tls).toEqual(tls);
  });

  it.each([
    [{ REDIS_TLS: 'on' }, 'REDIS_URL must begin with rediss:// where REDIS_TLS is on'],
    [
      { REDIS_TLS_CA_FILE: ca },
      'REDIS_URL must begin with rediss:// where REDIS_TLS_CA_FILE is set',
    ],
    [{ REDIS_TLS: 'yes' }, 'REDIS_TLS must be on or off'],
    [
      { ...URL_TLS, REDIS_TLS_CA_FILE: '/nowhere/ca.crt' },
      'REDIS_TLS_CA_FILE: /nowhere/ca.crt cannot be read (ENOENT)',
    ],
    [
      { ...URL_TLS, REDIS_TLS_CA_FILE: key },
      `REDIS_TLS_CA_FILE: ${key} holds no certificate in PEM`,
    ],
    [
      {
        ...URL_TLS,
        REDIS_TLS_CA_FILE: file(
          'bad.crt',
          CERTIFICATE.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'),
        ),
      },
      'holds a certificate that cannot be read',
    ],
    [
      { ...URL_TLS, REDIS_TLS_CERT_FILE: cert },
      'REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE must be set together',
    ],
    [
      { ...URL_TLS, REDIS_TLS_CERT_FILE: cert, REDIS_TLS_KEY_FILE: cert },
      'holds no private key in PEM that can be read without a password',
    ],
    [
      { ...URL_TLS, REDIS_TLS_CERT_FILE: cert, REDIS_TLS_KEY_FILE: other },
      `REDIS_TLS_KEY_FILE: ${other} does not belong to the certificate in ${cert}`,
    ],
  ])('is refused with %j', (env, sentence) => {
    expect(() => read(env)).toThrow(sentence);
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
    expect(redisSetting({ url })).toBe('REDIS_URL');
  });

  it('shows Sentinels and a Cluster by their nodes', () => {
    const nodes = [
      { host: 'a.example', port: 26379 },
      { host: '2001:db8::2', port: 26380 },
    ];
    const sentinels = { mode: 'sentinel', nodes, master: 'roll', sentinelPassword: 'x' } as const;
    expect(redisAddress(sentinels)).toBe(
      'redis-sentinel://a.example:26379,[2001:db8::2]:26380/roll',
    );
    expect(redisSetting(sentinels)).toBe('REDIS_NODES');
    expect(redisAddress({ mode: 'cluster', nodes })).toBe(
      'redis-cluster://a.example:26379,[2001:db8::2]:26380',
    );
  });
});
