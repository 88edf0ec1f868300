import { RollUnderTest, SCALED_TIMINGS } from './roll-under-test.mjs';
import { longestPauseMs, statuses, Traffic } from './traffic.mjs';

const { interval, lease } = SCALED_TIMINGS;
/** Half a second for a busy machine: the bar of lease + 5 s is not scaled, but the default timings need no more either. */
const ALLOWANCE_MS = 500;

describe.each([
  ['with the reconciler running', true],
  ['with no reconciler', false],
])('a host that dies, %s', (_, reconciler) => {
  let roll;

  beforeAll(async () => {
    roll = await RollUnderTest.start({ reconciler });
  });
  afterAll(() => roll?.stop());

  it('I2: resolves until its lease lapses, and is a 404 from then on', async () => {
    const [dying, living] = await Promise.all(
      ['gpu-1', 'gpu-2'].map((id) => roll.startHost(id, [`of-${id}`])),
    );
    await roll.becomes('gpu-1~of-gpu-1', 200, 10_000);
    await roll.becomes('of-gpu-2', 200, 10_000);

    const traffic = new Traffic(roll, ['gpu-1~of-gpu-1', 'of-gpu-1', 'of-gpu-2', 'gpu-2~of-gpu-2']);
    await dying.agent.kill();
    const diedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 2 * lease));
    const history = await traffic.stop();
    expect(longestPauseMs(history)).toBeLessThan(interval);

    const ofTheDead = history.filter(({ id }) => id.endsWith('of-gpu-1'));
    const before = ofTheDead.filter(({ endedAt }) => endedAt < diedAt + lease - 1.2 * interval);
    const after = ofTheDead.filter(({ startedAt }) => startedAt > diedAt + lease + ALLOWANCE_MS);
    expect(Object.keys(statuses(before))).toEqual(['200']);
    expect(Object.keys(statuses(after))).toEqual(['404']);
    const ofTheLiving = history.filter(({ id }) => id.endsWith('of-gpu-2'));
    expect(Object.keys(statuses(ofTheLiving))).toEqual(['200']);
    expect(living.agent.isRunning).toBe(true);
  });
});
