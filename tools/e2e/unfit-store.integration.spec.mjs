import { startTestRedis } from '@rollcall/testing';
import { freePort } from '../start/ports.mjs';
import { RollUnderTest, SCALED_TIMINGS } from './roll-under-test.mjs';

const EXIT_CONFIG_INVALID = 78;
const EVICTS = { args: ['--maxmemory-policy', 'volatile-lru'] };
const SENTENCE =
  /REDIS_URL: the Redis at redis:\/\/[\d.]+:\d+ has the maxmemory-policy volatile-lru/;

/** What each app is started with besides. */
const APPS = {
  resolver: async () => ({ RESOLVER_HOST: '127.0.0.1', RESOLVER_PORT: String(await freePort()) }),
  reconciler: async () => ({}),
  'agent-heartbeat': async (roll) => roll.newHost('gpu-1', ['cad']).settings,
};

describe('a store that may drop the sessions of live hosts', () => {
  let redis;
  let roll;

  beforeEach(async () => {
    redis = await startTestRedis(EVICTS);
    roll = new RollUnderTest(redis, SCALED_TIMINGS);
  });
  afterEach(() => roll.stop());

  it.each(Object.keys(APPS))(
    'ends the %s with a clear sentence, as a wrong setting does',
    async (name) => {
      const app = await roll.spawnApp(name, await APPS[name](roll));
      const [code] = await app.ended;
      expect({ code, log: app.log }).toEqual({
        code: EXIT_CONFIG_INVALID,
        log: expect.stringMatching(SENTENCE),
      });
    },
  );

  it.each(Object.keys(APPS))(
    'ends the %s that was started without it, as soon as it is there',
    async (name) => {
      await redis.kill();
      const app = await roll.startApp(name, await APPS[name](roll));
      expect(app.log).toMatch(/cannot be reached: connect ECONNREFUSED/);
      await redis.restart();
      const [code] = await app.ended;
      expect({ code, log: app.log }).toEqual({
        code: EXIT_CONFIG_INVALID,
        log: expect.stringMatching(SENTENCE),
      });
    },
  );

  it('ends the CLI in the same way', async () => {
    const { code, stdout, stderr } = await roll.runCli(['servers', '--json']);
    expect({ code, stdout }).toEqual({ code: EXIT_CONFIG_INVALID, stdout: '' });
    expect(stderr).toMatch(SENTENCE);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('is used all the same where an operator says so, with a warning', async () => {
    const allowed = { REDIS_ALLOW_EVICTION: 'on' };
    roll.resolver = await roll.startResolver(allowed);
    await roll.settled();
    expect(roll.resolver.log).toMatch(/"level":"warn".*REDIS_ALLOW_EVICTION is on/);
    expect(await roll.runCli(['servers'], allowed)).toMatchObject({ code: 0 });
  });
});

it('a database that does not exist is an error of the configuration', async () => {
  const redis = await startTestRedis();
  const roll = new RollUnderTest(redis, SCALED_TIMINGS);
  try {
    const elsewhere = { REDIS_URL: `${redis.url}/99` };
    const { code, stderr } = await roll.runCli(['servers'], elsewhere);
    expect(code).toBe(EXIT_CONFIG_INVALID);
    expect(stderr).toContain('names database 99, which that server does not give');
    const app = await roll.spawnApp('reconciler', elsewhere);
    expect((await app.ended)[0]).toBe(EXIT_CONFIG_INVALID);
  } finally {
    await roll.stop();
  }
});
