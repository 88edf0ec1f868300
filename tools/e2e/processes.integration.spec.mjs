import { RollUnderTest } from './roll-under-test.mjs';

/** What a supervisor commonly waits before it kills, by half. */
const ENDS_WITHIN_MS = 5_000;

describe('every process', () => {
  let roll;
  let host;

  beforeEach(async () => {
    roll = await RollUnderTest.start();
    host = await roll.startHost('gpu-1', ['cad']);
    await roll.becomes('gpu-1~cad', 200, 10_000);
  });
  afterEach(() => roll?.stop());

  const everyProcess = () => [host.agent, roll.reconciler, roll.resolver];

  async function stopped(app) {
    const startedAt = performance.now();
    const code = await app.stop();
    return { name: app.name, code, inTime: performance.now() - startedAt < ENDS_WITHIN_MS };
  }

  it.each([
    ['while all is well', async () => undefined],
    ['while Redis hangs', () => roll.redis.pause()],
    ['while Redis is gone', () => roll.redis.kill()],
  ])('ends with 0 within 5 s on SIGTERM, %s', async (_, prepare) => {
    await prepare();
    for (const app of everyProcess()) {
      expect(await stopped(app)).toEqual({ name: app.name, code: 0, inTime: true });
    }
    await roll.redis.resume().catch(() => undefined);
  });

  it('starts again after kill -9, and the session is found as before', async () => {
    for (const app of everyProcess()) await app.kill();
    roll.resolver = await roll.startResolver();
    roll.reconciler = await roll.startApp('reconciler');
    await host.startAgent();
    await roll.settled();
    expect(await roll.becomes('cad', 200, 10_000)).toBeDefined();
    expect((await roll.lookup('gpu-1~cad')).stale).toBeNull();
  });
});
