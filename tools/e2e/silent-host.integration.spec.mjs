import { once } from 'node:events';
import { createServer } from 'node:net';
import { until } from '../start/until.mjs';
import { beliefOf, RollUnderTest, SCALED_TIMINGS } from './roll-under-test.mjs';
import { longestPauseMs, statuses, Traffic } from './traffic.mjs';

const { interval, lease } = SCALED_TIMINGS;
const { PROBE_PERIOD_MS: probePeriod } = beliefOf(SCALED_TIMINGS);
const FOUND_WITHIN_MS = 15_000;
const TEST_TIMEOUT_MS = 90_000;
const IDS = ['gpu-1', 'gpu-2', 'gpu-3', 'gpu-4'];
const idOf = (host) => `${host.id}~of-${host.id}`;
const passes = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What stands for a DCV server: it takes connections on a free port, and counts what it is sent. */
class Listener {
  bytes = 0;
  connections = 0;
  #server = createServer((socket) => {
    this.connections += 1;
    socket.on('data', (data) => (this.bytes += data.length)).on('error', () => undefined);
  });

  async listen() {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    this.port = this.#server.address().port;
    return this;
  }

  close() {
    this.#server.close();
  }
}

describe('hosts whose agents are silent', () => {
  let roll;
  let hosts;
  let reconcilers;

  beforeEach(async () => {
    roll = await RollUnderTest.start();
    reconcilers = [roll.reconciler];
    hosts = await Promise.all(
      IDS.map(async (id) => {
        const dcv = await new Listener().listen();
        return Object.assign(await roll.startHost(id, [`of-${id}`], { port: dcv.port }), { dcv });
      }),
    );
    for (const host of hosts) await roll.becomes(idOf(host), 200, FOUND_WITHIN_MS);
  }, TEST_TIMEOUT_MS);

  afterEach(async () => {
    for (const { dcv } of hosts) dcv.close();
    await roll.stop();
  });

  const evictions = async () => {
    const texts = await Promise.all(reconcilers.map((app) => app.metrics()));
    const counts = texts.flatMap((text) => [
      ...text.matchAll(/^rollcall_evictions_total\{.*\} (\d+)$/gm),
    ]);
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  };

  it(
    'F1: are found while their ports answer, and lost within a probe period and 3 s when these die',
    async () => {
      const [host, other] = hosts;
      const traffic = new Traffic(roll, [idOf(host), `of-${host.id}`, idOf(other)]);
      await host.agent.kill();
      await passes(5 * lease);
      expect(statuses(traffic.history)).toEqual({ 200: traffic.history.length });
      expect(await roll.lookup(idOf(host))).toMatchObject({ status: 200, stale: 'held' });
      expect(host.dcv.connections).toBeGreaterThan(5);
      expect(host.dcv.bytes).toBe(0);

      host.dcv.close();
      const diedAt = performance.now();
      await passes(probePeriod + 3_000 + lease);
      const history = await traffic.stop();
      expect(longestPauseMs(history)).toBeLessThan(interval);
      const late = history.filter(({ startedAt }) => startedAt > diedAt + probePeriod + 3_000);
      const ofTheDead = late.filter(({ id }) => id !== idOf(other));
      expect(Object.keys(statuses(ofTheDead))).toEqual(['404']);
      const ofTheLiving = history.filter(({ id }) => id === idOf(other));
      expect(Object.keys(statuses(ofTheLiving))).toEqual(['200']);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'are held by one reconciler while the other is stopped, and not let go by what that one knew',
    async () => {
      const [host] = hosts;
      reconcilers.push(await roll.startApp('reconciler'));
      const traffic = new Traffic(roll, [idOf(host)]);
      await host.agent.kill();
      await passes(2 * lease);
      for (const stopped of reconcilers) {
        stopped.child.kill('SIGSTOP');
        await passes(2 * lease);
        stopped.child.kill('SIGCONT');
        await passes(lease);
      }
      const history = await traffic.stop();
      expect(longestPauseMs(history)).toBeLessThan(interval);
      expect(statuses(history)).toEqual({ 200: history.length });
      expect(await evictions()).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'F27: are not struck off by a reconciler that slept through their silence, but protected',
    async () => {
      const { child } = roll.reconciler;
      child.kill('SIGSTOP');
      for (const { agent } of hosts) await agent.kill();
      await roll.becomes(idOf(hosts[0]), 404, 2 * lease);
      await passes(lease);
      child.kill('SIGCONT');
      for (const host of hosts) expect(await roll.becomes(idOf(host), 200, 5_000)).toBeDefined();
      await passes(2 * lease);
      expect(await evictions()).toBe(0);
      const isProtected = async () =>
        (await roll.reconciler.metrics()).includes('rollcall_protection_on{zone=""} 1');
      expect(await until(isProtected, 3_000)).toBe(true);
    },
    TEST_TIMEOUT_MS,
  );
});
