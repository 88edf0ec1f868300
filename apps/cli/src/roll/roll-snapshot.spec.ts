import {
  beliefPolicy,
  DEFAULT_BELIEF,
  DEFAULT_TIMINGS,
  leasePolicy,
  type ServerPage,
} from '@rollcall/domain';
import { aReport, FakeClock, InMemorySessionStore } from '@rollcall/testing';
import { takeSnapshot } from './roll-snapshot';

const policy = leasePolicy(DEFAULT_TIMINGS);
const belief = beliefPolicy(DEFAULT_BELIEF);

describe('takeSnapshot', () => {
  it('tells how far each server is believed, by the store’s clock', async () => {
    const clock = new FakeClock();
    const store = new InMemorySessionStore({ clock });
    await store.report(aReport({ server: 'lapsed' }));
    clock.advance(8_000);
    await store.report(aReport({ server: 'late' }));
    clock.advance(11_000);
    await store.report(aReport({ server: 'leaving', leaving: true }));
    await store.report(aReport({ server: 'live' }));
    clock.advance(1_000);

    const { servers } = await takeSnapshot({ store, policy, belief });

    expect(
      servers.map(({ record, state, reportedAgoMs, leaseLeftMs }) => [
        record.server,
        state,
        reportedAgoMs,
        leaseLeftMs,
      ]),
    ).toEqual([
      ['lapsed', 'lapsed', 20_000, 0],
      ['late', 'late', 12_000, 8_000],
      ['leaving', 'leaving', 1_000, 9_000],
      ['live', 'live', 1_000, 19_000],
    ]);
  });

  it('reads every page, in the order of the names', async () => {
    const store = new InMemorySessionStore();
    const names = Array.from({ length: 1_203 }, (_, index) => `gpu-${index + 1}`);
    for (const server of [...names].reverse()) await store.report(aReport({ server }));

    const { servers } = await takeSnapshot({ store, policy, belief });

    expect(servers.map(({ record }) => record.server)).toEqual(names);
  });

  it('shows a server once that reported between two pages, as it is now', async () => {
    const store = new InMemorySessionStore();
    await store.report(aReport({ sequence: 1 }));
    const before = await store.servers(0, 1);
    await store.report(aReport({ sequence: 2, sessions: ['console', 'cad'] }));
    const after = await store.servers(0, 1);
    const pages: ServerPage[] = [{ ...before, next: 1 }, after];

    const turning = { servers: async () => pages.shift()!, survey: () => store.survey(1) };
    const { servers } = await takeSnapshot({ store: turning, policy, belief });

    expect(servers.map(({ record }) => record.sessions)).toEqual([['console', 'cad']]);
  });

  it('tells whether the roll is settled, without writing', async () => {
    const clock = new FakeClock();
    const store = new InMemorySessionStore({ clock });
    for (let passedMs = 0; passedMs <= policy.settleAfterMs; passedMs += policy.gapMs) {
      await store.renew();
      clock.advance(policy.gapMs);
    }
    expect(await takeSnapshot({ store, policy, belief })).toEqual({
      settled: false,
      protections: [],
      servers: [],
    });

    await store.renew();
    store.goDown('refused');
    expect(await takeSnapshot({ store, policy, belief })).toEqual({
      settled: true,
      protections: [],
      servers: [],
    });
  });
});
