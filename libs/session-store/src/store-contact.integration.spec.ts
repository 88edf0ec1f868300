import { ConfigError, readEnv, RedisSettings, type RedisConfig } from '@rollcall/config';
import { DEFAULT_TIMINGS, leasePolicy, StoreUnavailableError } from '@rollcall/domain';
import {
  aReport,
  startTestCluster,
  startTestRedis,
  startTestSentinel,
  TestCa,
  type TestTls,
} from '@rollcall/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSessionStore, type OpenSessionStore } from './open-session-store';

const POLICY = leasePolicy(DEFAULT_TIMINGS);
const READY_MS = 10_000;
const EVICTS = ['--maxmemory-policy', 'volatile-lru'];

interface Stoppable {
  readonly environment: Record<string, string>;
  stop(): Promise<void>;
}

describe('the first contact with a store', () => {
  const ends: (() => Promise<void>)[] = [];
  let told: string[];

  beforeEach(() => (told = []));
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function started<T extends Stoppable>(starting: Promise<T>): Promise<T> {
    const redis = await starting;
    ends.push(() => redis.stop());
    return redis;
  }

  function open(environment: Record<string, string>): OpenSessionStore {
    const config: RedisConfig = readEnv({ redis: RedisSettings }, environment).redis;
    const tell = (sentence: string) => void told.push(sentence);
    const opened = openSessionStore({ redis: config, policy: POLICY, role: 'report', tell });
    ends.push(() => opened.close());
    return opened;
  }

  const problemsOf = async (opened: OpenSessionStore) => {
    const error: unknown = await opened.ready(READY_MS).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  };

  async function untilTold(expected: unknown): Promise<void> {
    const deadline = performance.now() + READY_MS;
    while (performance.now() < deadline && told.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(told).toEqual([expected]);
    told.length = 0;
  }

  async function takesReports({ store, ready }: OpenSessionStore): Promise<void> {
    await ready(READY_MS);
    expect(await store.report(aReport())).toEqual({ kind: 'applied' });
  }

  it('ends well with a fit one, of which nothing is told', async () => {
    const redis = await started(startTestRedis());
    await takesReports(open(redis.environment));
    expect(told).toEqual([]);
  });

  it('refuses one that may drop the sessions of live hosts, unless that is allowed', async () => {
    const redis = await started(startTestRedis({ args: EVICTS }));
    expect(await problemsOf(open(redis.environment))).toEqual([
      expect.stringMatching(/^REDIS_URL: .* has the maxmemory-policy volatile-lru: /),
    ]);
    await takesReports(open({ ...redis.environment, REDIS_ALLOW_EVICTION: 'on' }));
    expect(told).toEqual([expect.stringContaining('REDIS_ALLOW_EVICTION is on')]);
  });

  it('is made when a store that was away comes up', async () => {
    const redis = await started(startTestRedis({ args: EVICTS }));
    await redis.kill();
    const opened = open(redis.environment);
    await expect(opened.ready(300)).rejects.toBeInstanceOf(StoreUnavailableError);
    await untilTold(
      `REDIS_URL: ${redis.url} cannot be reached: connect ECONNREFUSED 127.0.0.1:${redis.port}`,
    );
    await redis.restart();
    await expect(opened.fit).rejects.toBeInstanceOf(ConfigError);
  });

  it('is the only one that refuses: what changes later is told, once', async () => {
    const redis = await started(startTestRedis());
    const opened = open(redis.environment);
    await takesReports(opened);
    const operator = redis.client();
    await operator.config('SET', 'maxmemory-policy', 'allkeys-lru');
    for (let loss = 0; loss < 2; loss++) {
      const back = new Promise((resolve) => opened.redis.once('ready', resolve));
      await operator.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await back;
    }
    await untilTold(expect.stringContaining('has the maxmemory-policy allkeys-lru'));
    expect(await opened.store.report(aReport({ sequence: 2 }))).toEqual({ kind: 'applied' });
  });

  it('refuses a database that does not exist, instead of using another', async () => {
    const redis = await started(startTestRedis({ args: ['--databases', '4'] }));
    await takesReports(open({ REDIS_URL: `${redis.url}/3` }));
    expect(await redis.client({ db: 3 }).dbsize()).toBeGreaterThan(0);
    expect(await problemsOf(open({ REDIS_URL: `${redis.url}/4` }))).toEqual([
      expect.stringContaining('names database 4, which that server does not give (ERR DB index'),
    ]);
  });

  it('goes on, and says so, where INFO is refused', async () => {
    const users = ['user mute on >secret ~* &* +@all -info'];
    const redis = await started(startTestRedis({ users, args: EVICTS }));
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const credentials = { REDIS_USERNAME: 'mute', REDIS_PASSWORD: 'secret' };
    await takesReports(open({ ...redis.environment, ...credentials }));
    expect(told).toEqual([expect.stringContaining('could be read, as INFO is refused (NOPERM')]);
    jest.restoreAllMocks();
  });

  it('tells of a wrong password, which is never repeated', async () => {
    const redis = await started(startTestRedis({ users: [] }));
    const opened = open({ ...redis.environment, REDIS_PASSWORD: 'not-the-secret' });
    await untilTold(expect.stringMatching(/cannot be reached: WRONGPASS(?!.*not-the-secret)/));
    await expect(opened.ready(1)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('WRONGPASS') },
    });
  });

  it('says that a node of a Cluster is one, and looks at every node', async () => {
    const cluster = await started(startTestCluster());
    const [first, second] = cluster.nodes as [(typeof cluster.nodes)[0], (typeof cluster.nodes)[0]];
    await takesReports(open(cluster.environment));
    expect(told).toEqual([]);
    expect(await problemsOf(open({ REDIS_URL: first.url }))).toEqual([
      expect.stringContaining('is a node of a Cluster: set REDIS_MODE=cluster'),
    ]);
    await cluster.operator(second).config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await problemsOf(open(cluster.environment))).toEqual([
      expect.stringMatching(
        new RegExp(`^REDIS_NODES: the Redis at ${second.host}:${second.port} has the maxmemory`),
      ),
    ]);
  });

  it('says what is no Cluster, no Sentinel, or a master nobody knows', async () => {
    const redis = await started(startTestRedis());
    const nodes = { REDIS_NODES: `${redis.host}:${redis.port}` };
    open({ ...nodes, REDIS_MODE: 'cluster' });
    await untilTold(expect.stringContaining('REDIS_NODES must name nodes of a Cluster'));
    open({ ...nodes, REDIS_MODE: 'sentinel', REDIS_SENTINEL_MASTER: 'roll' });
    await untilTold(expect.stringContaining('REDIS_NODES must name Sentinels, not the servers'));
    const sentinels = await started(startTestSentinel());
    open({ ...sentinels.environment, REDIS_SENTINEL_MASTER: 'nobody' });
    await untilTold(expect.stringContaining('a Sentinel knows no master of the name'));
  });

  it('tells nothing of a Sentinel that is down while another answers', async () => {
    const sentinels = await started(startTestSentinel());
    await sentinels.sentinels[0]!.kill();
    await takesReports(open(sentinels.environment));
    expect(told).toEqual([]);
  });

  describe('through TLS', () => {
    let tls: TestTls;
    let folder: string;
    let otherCa: string;

    beforeAll(async () => {
      const ca = await TestCa.create();
      tls = { server: await ca.peer(), caPem: ca.certPem };
      folder = mkdtempSync(join(tmpdir(), 'rollcall-other-ca-'));
      otherCa = join(folder, 'ca.crt');
      writeFileSync(otherCa, (await TestCa.create()).certPem);
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it.each([
      ['one server', startTestRedis],
      ['servers under Sentinels', startTestSentinel],
      ['a Cluster', startTestCluster],
    ] as [string, (options: { tls: TestTls }) => Promise<Stoppable>][])(
      'is made with %s whose authority is known, and with no other',
      async (_, start) => {
        const redis = await started(start({ tls }));
        await takesReports(open(redis.environment));
        const wrong = open({ ...redis.environment, REDIS_TLS_CA_FILE: otherCa });
        await untilTold(
          expect.stringMatching(/cannot be reached: .*certificate.*; REDIS_TLS_CA_FILE must hold/),
        );
        await expect(wrong.ready(1)).rejects.toMatchObject({
          code: 'STORE_UNAVAILABLE',
          cause: { message: expect.stringContaining('certificate') },
        });
      },
    );

    // Jest fails the test for an error that nobody has caught.
    it('goes on trying, and does not end the process, however often the server complains', async () => {
      const redis = await started(startTestRedis({ tls }));
      const wrong = { ...redis.environment, REDIS_TLS_CA_FILE: otherCa };
      const attempts = Array.from({ length: 40 }, () => open(wrong));
      await Promise.all(
        attempts.map(({ ready }) => expect(ready(1_000)).rejects.toBeInstanceOf(Error)),
      );
    });

    it('shows a certificate of its own where one is asked for', async () => {
      const redis = await started(startTestRedis({ tls: { ...tls, askClients: true } }));
      const files = { cert: join(folder, 'client.crt'), key: join(folder, 'client.key') };
      writeFileSync(files.cert, tls.server.certPem);
      writeFileSync(files.key, tls.server.keyPem);
      await takesReports(
        open({
          ...redis.environment,
          REDIS_TLS_CERT_FILE: files.cert,
          REDIS_TLS_KEY_FILE: files.key,
        }),
      );
      await expect(open(redis.environment).ready(700)).rejects.toBeInstanceOf(
        StoreUnavailableError,
      );
    });
  });
});
