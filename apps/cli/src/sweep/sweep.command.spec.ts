import { DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { aReport, serverId, InMemorySessionStore, FakeClock } from '@rollcall/testing';
import { runOn, keepWritten, type Scene } from '../testing/command-run';

const policy = leasePolicy(DEFAULT_TIMINGS);
const clock = new FakeClock();
const store = new InMemorySessionStore({ clock });
const run = (argv: string[], scene?: Scene) => runOn(store, argv, scene);

beforeEach(() => store.comeBack({ empty: true }));

describe('rollcall sweep', () => {
  async function lapse(...servers: string[]): Promise<void> {
    for (const server of servers) await store.report(aReport({ server }));
    await keepWritten(store, clock, policy.leaseTtlMs);
  }

  it('strikes off whose lease is over, and counts as a finished sweep', async () => {
    await lapse('gpu-1', 'gpu-2');
    await store.report(aReport({ server: 'gpu-3' }));

    const { exitCode, out } = await run(['sweep']);

    expect(exitCode).toBe(0);
    expect(out.split('\n')).toEqual([
      'gpu-1: struck off, with 1 session',
      'gpu-2: struck off, with 1 session',
      '2 leases are over: 2 servers struck off with 2 sessions.',
      '',
    ]);
    expect(await store.evictNow(serverId('gpu-1'))).toEqual({ kind: 'gone' });
    expect(await store.evictNow(serverId('gpu-3'))).toMatchObject({ kind: 'evicted' });
    expect(await store.sinceLastSweepMs()).toBe(0);
  });

  it('protects the silent first when they are too many at once', async () => {
    await lapse('gpu-1', 'gpu-2', 'gpu-3');

    const { exitCode, out } = await run(['sweep']);

    expect(exitCode).toBe(0);
    expect(out).toContain('gpu-1: spared');
    expect((await store.survey(0)).protections).toMatchObject([{ zone: '', state: 'on' }]);
    expect(await store.evictNow(serverId('gpu-1'))).toMatchObject({ kind: 'evicted' });
  });

  it('exits 0 when there is nothing to do', async () => {
    await keepWritten(store, clock);

    expect(await run(['sweep'])).toMatchObject({
      exitCode: 0,
      out: 'No lease is over: nothing to do.\n',
    });
  });

  it('exits 1 when leases are over that prove nothing yet', async () => {
    await store.report(aReport());
    clock.advance(policy.leaseTtlMs);

    const { exitCode, out } = await run(['sweep']);

    expect(exitCode).toBe(1);
    expect(out).toContain('the roll is not settled, or has only just settled');
    expect((await store.servers(0, 10)).servers).toHaveLength(1);
  });

  it('is one JSON document for programs', async () => {
    await lapse('gpu-1');

    expect(JSON.parse((await run(['sweep', '--json'])).out)).toEqual({
      lapsed: 1,
      evicted: 1,
      sessions: 1,
      spared: 0,
      judged: true,
    });
  });
});
