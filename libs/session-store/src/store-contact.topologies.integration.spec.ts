import {
  startTestCluster,
  startTestRedis,
  startTestSentinel,
  type TestTls,
} from '@rollcall/testing';
import {
  ContactScene,
  testAuthorities,
  type Startable,
  type TestAuthorities,
} from './testing/contact-scene';

describe('the first contact with several servers', () => {
  const scene = new ContactScene();
  afterEach(() => scene.end());

  it('says that a node of a Cluster is one, and looks at every node', async () => {
    const cluster = await scene.started(startTestCluster());
    const [first, second] = cluster.nodes as [(typeof cluster.nodes)[0], (typeof cluster.nodes)[0]];
    await scene.takesReports(scene.open(cluster.environment));
    expect(scene.told).toEqual([]);
    expect(await scene.problemsOf(scene.open({ REDIS_URL: first.url }))).toEqual([
      expect.stringContaining('is a node of a Cluster: set REDIS_MODE=cluster'),
    ]);
    await cluster.operator(second).config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await scene.problemsOf(scene.open(cluster.environment))).toEqual([
      expect.stringMatching(
        new RegExp(`^REDIS_NODES: the Redis at ${second.host}:${second.port} has the maxmemory`),
      ),
    ]);
  });

  it('says what is no Cluster, no Sentinel, or a master nobody knows', async () => {
    const redis = await scene.started(startTestRedis());
    const nodes = { REDIS_NODES: `${redis.host}:${redis.port}` };
    scene.open({ ...nodes, REDIS_MODE: 'cluster' });
    await scene.untilTold(expect.stringContaining('REDIS_NODES must name nodes of a Cluster'));
    scene.open({ ...nodes, REDIS_MODE: 'sentinel', REDIS_SENTINEL_MASTER: 'roll' });
    await scene.untilTold(
      expect.stringContaining('REDIS_NODES must name Sentinels, not the servers'),
    );
    const sentinels = await scene.started(startTestSentinel());
    scene.open({ ...sentinels.environment, REDIS_SENTINEL_MASTER: 'nobody' });
    await scene.untilTold(expect.stringContaining('a Sentinel knows no master of the name'));
  });

  it('tells nothing of a Sentinel that is down while another answers', async () => {
    const sentinels = await scene.started(startTestSentinel());
    await sentinels.sentinels[0]!.kill();
    await scene.takesReports(scene.open(sentinels.environment));
    expect(scene.told).toEqual([]);
  });

  describe('through TLS', () => {
    let authorities: TestAuthorities;
    beforeAll(async () => (authorities = await testAuthorities()));
    afterAll(() => authorities.remove());

    it.each([
      ['servers under Sentinels', startTestSentinel],
      ['a Cluster', startTestCluster],
    ] as [string, (options: { tls: TestTls }) => Promise<Startable>][])(
      'is made with %s whose authority is known, and with no other',
      async (_, start) => {
        const { tls } = authorities;
        await scene.trustsNoOther(await scene.started(start({ tls })), authorities);
      },
    );
  });
});
