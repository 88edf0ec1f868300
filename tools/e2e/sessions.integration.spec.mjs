import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../start/until.mjs';
import { DEFAULT_TIMINGS, RollUnderTest } from './roll-under-test.mjs';
import { longestPauseMs, statuses, Traffic } from './traffic.mjs';

/** From the moment dcv lists a session, or no longer does: one poll of two seconds, and the report. */
const SEEN_WITHIN_MS = 3_000;

describe('a session’s life, with the timings operators get', () => {
  let roll;
  let hosts;

  beforeAll(async () => {
    roll = await RollUnderTest.start({ timings: DEFAULT_TIMINGS });
    hosts = await Promise.all(
      ['gpu-1', 'gpu-2', 'gpu-3'].map((id) => roll.startHost(id, ['console'])),
    );
    for (const { id } of hosts) await roll.becomes(`${id}~console`, 200, 15_000);
  });
  afterAll(() => roll?.stop());

  it('resolves a new session within 3 s of dcv listing it, and 404s it within 3 s of dcv dropping it', async () => {
    const [host] = hosts;
    host.list('console', 'cad-review');
    expect(await roll.becomes('cad-review', 200, 10_000)).toBeLessThan(SEEN_WITHIN_MS);
    expect((await roll.lookup('gpu-1~cad-review')).body).toEqual({
      SessionId: 'cad-review',
      TransportProtocol: 'HTTP',
      DcvServerEndpoint: '127.0.0.1',
      Port: host.port,
      WebUrlPath: '/',
    });
    host.list('console');
    expect(await roll.becomes('cad-review', 404, 10_000)).toBeLessThan(SEEN_WITHIN_MS);
    expect((await roll.lookup('gpu-1~console')).status).toBe(200);
  });

  it('follows a session that moves to another host, and never names the wrong one', async () => {
    const [from, to] = hosts;
    from.list('console', 'project');
    await roll.becomes('project', 200, 10_000);
    const traffic = new Traffic(roll, ['project']);
    from.list('console');
    to.list('console', 'project');
    const arrived = async () => (await roll.lookup('project')).body.Port === to.port;
    expect(await until(arrived, 10_000)).toBe(true);
    const history = await traffic.stop();

    const ports = history.filter(({ status }) => status === 200).map(({ body }) => body.Port);
    const moved = ports.indexOf(to.port);
    expect(new Set(ports.slice(0, moved < 0 ? undefined : moved))).toEqual(new Set([from.port]));
    expect(new Set(ports.slice(moved < 0 ? ports.length : moved)).has(from.port)).toBe(false);
    const missing = history.filter(({ status }) => status !== 200);
    for (const { body } of missing)
      expect(body.code).toMatch(/^SESSION_(NOT_FOUND|LAPSED|AMBIGUOUS)$/);
    const [first, last] = [missing.at(0), missing.at(-1)];
    expect(first ? last.endedAt - first.startedAt : 0).toBeLessThan(SEEN_WITHIN_MS);
    to.list('console');
  });

  it('keeps three hosts’ console apart: the bare id is ambiguous, each qualified id is found; two leave, and it works again', async () => {
    expect(await roll.lookup('console')).toMatchObject({
      status: 404,
      body: { code: 'SESSION_AMBIGUOUS' },
    });
    for (const { id } of hosts) {
      expect(await roll.lookup(`${id}~console`)).toMatchObject({
        status: 200,
        body: { SessionId: 'console' },
      });
    }
    const [first, second, third] = hosts;
    first.list();
    second.list();
    expect(await roll.becomes('console', 200, 10_000)).toBeLessThan(
      DEFAULT_TIMINGS.interval * 1.1 + 2_000,
    );
    expect((await roll.lookup('console')).body.Port).toBe(third.port);
    first.list('console');
    second.list('console');
    await roll.becomes('console', 404, 10_000);
  });

  it('shows no 404 while an agent is stopped and started again, as an upgrade does', async () => {
    const [host] = hosts;
    const id = `${host.id}~console`;
    await roll.becomes(id, 200, 10_000);
    const traffic = new Traffic(roll, [id]);
    expect(await host.agent.stop()).toBe(0);
    await host.startAgent();
    await delay(2 * DEFAULT_TIMINGS.interval + 2_000);
    const history = await traffic.stop();
    expect(longestPauseMs(history)).toBeLessThan(1_000);
    expect(Object.keys(statuses(history))).toEqual(['200']);
  });

  it('takes a host’s sessions down at once when it is stopped for good (AGENT_STOP=withdraw)', async () => {
    const [host] = hosts;
    await host.agent.stop();
    await host.startAgent({ AGENT_STOP: 'withdraw' });
    await roll.becomes(`${host.id}~console`, 200, 10_000);
    await delay(1_000);
    expect(await host.agent.stop()).toBe(0);
    expect((await roll.lookup(`${host.id}~console`)).status).toBe(404);
  });
});
