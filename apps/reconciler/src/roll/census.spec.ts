import { leasePolicy, DEFAULT_TIMINGS, type HoldCause, type ServerRecord } from '@rollcall/domain';
import { aReport, FakeClock, InMemorySessionStore, localId } from '@rollcall/testing';
import { takeCensus } from './census';

const policy = leasePolicy(DEFAULT_TIMINGS);

describe('the census', () => {
  it('counts servers and sessions by the state of the server, and who is unhealthy', async () => {
    const clock = new FakeClock();
    const store = new InMemorySessionStore({ clock, policy });
    await store.report(aReport({ server: 'lapsed', sessions: ['a', 'b'] }));
    clock.advance(policy.leaseTtlMs - policy.lateAfterMs);
    await store.report(aReport({ server: 'late', sessions: ['c'] }));
    clock.advance(policy.lateAfterMs);
    await store.report(aReport({ server: 'leaving', leaving: true, sessions: ['d', 'e', 'f'] }));
    await store.report(aReport({ server: 'live', sessions: ['g'] }));
    await store.report(aReport({ server: 'ill', healthy: false, sessions: ['h'] }));

    expect(await takeCensus(store, policy)).toEqual({
      servers: { live: 2, leaving: 1, late: 1, held: 0, protected: 0, lapsed: 1 },
      sessions: { live: 2, leaving: 3, late: 1, held: 0, protected: 0, lapsed: 2 },
      unhealthy: 1,
    });
  });

  it('counts the held by why they are', async () => {
    const held = (server: string, why: HoldCause): ServerRecord => ({
      ...(aReport({ server }) as unknown as ServerRecord),
      sessions: [localId('a'), localId('b')],
      reportedAtMs: 0,
      leaseEndsAtMs: 60_000,
      held: why,
    });
    const page = {
      nowMs: 50_000,
      servers: [held('a', 'probe'), held('b', 'protection'), held('c', 'protection')],
    };
    const { servers, sessions } = await takeCensus({ servers: async () => page }, policy);
    expect([servers.held, servers.protected]).toEqual([1, 2]);
    expect([sessions.held, sessions.protected]).toEqual([2, 4]);
  });

  it('reads every page, and counts a server once that was seen on two', async () => {
    const record = (server: string): ServerRecord =>
      ({ ...aReport({ server }), sessions: [], reportedAtMs: 0, leaseEndsAtMs: 9 }) as ServerRecord;
    const pages = [
      { nowMs: 1, servers: [record('a'), record('b')], next: 7 },
      { nowMs: 2, servers: [record('c'), record('a')] },
    ];
    const cursors: number[] = [];
    const servers = async (cursor: number) => {
      cursors.push(cursor);
      return pages[cursors.length - 1] ?? { nowMs: 0, servers: [] };
    };
    expect((await takeCensus({ servers }, policy)).servers.live).toBe(3);
    expect(cursors).toEqual([0, 7]);
  });
});
