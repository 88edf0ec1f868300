import { DEFAULT_TIMINGS, RollUnderTest } from './roll-under-test.mjs';

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
      Port: 8443,
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
    from.list('console');
    to.list('console', 'project');
    const startedAt = performance.now();
    for (let server; server !== to.id && performance.now() - startedAt < 10_000;) {
      const answer = await roll.lookup('project');
      if (answer.status !== 200)
        expect(answer.body.code).toMatch(/^SESSION_(NOT_FOUND|LAPSED|AMBIGUOUS)$/);
      const [here, there] = await Promise.all(
        [from, to].map(({ id }) => roll.lookup(`${id}~project`)),
      );
      if (
        here.status === 404 &&
        there.status === 200 &&
        (await roll.lookup('project')).status === 200
      )
        server = to.id;
    }
    expect(performance.now() - startedAt).toBeLessThan(SEEN_WITHIN_MS + 2_000);
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
    expect((await roll.lookup(`${third.id}~console`)).status).toBe(200);
    first.list('console');
    second.list('console');
    await roll.becomes('console', 404, 10_000);
  });

  it('shows no 404 while an agent is stopped and started again, as an upgrade does', async () => {
    const [host] = hosts;
    await roll.becomes(`${host.id}~console`, 200, 10_000);
    expect(await host.agent.stop()).toBe(0);
    await host.startAgent();
    const seen = new Set();
    for (const endsAt = performance.now() + 12_000; performance.now() < endsAt;) {
      seen.add((await roll.lookup(`${host.id}~console`)).status);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect([...seen]).toEqual([200]);
  });
});
