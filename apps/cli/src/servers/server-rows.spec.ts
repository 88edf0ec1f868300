import { beliefPolicy, DEFAULT_BELIEF, DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { aReport, FakeClock, InMemorySessionStore, type ReportTraits } from '@rollcall/testing';
import { takeSnapshot, type SeenServer } from '../roll/roll-snapshot';
import { serverRows, type ServerFilter } from './server-rows';

const policy = leasePolicy(DEFAULT_TIMINGS);
const belief = beliefPolicy(DEFAULT_BELIEF);

async function rollOf(...reports: ReportTraits[]): Promise<readonly SeenServer[]> {
  const store = new InMemorySessionStore({ clock: new FakeClock() });
  for (const traits of reports) await store.report(aReport(traits));
  return (await takeSnapshot({ store, policy, belief })).servers;
}

describe('serverRows', () => {
  it('says all that a program may want of a server', async () => {
    const seen = await rollOf({ server: 'gpu-1', zone: 'a', endpoint: { quicPort: 0 } });

    expect(serverRows(seen)).toEqual([
      {
        server: 'gpu-1',
        state: 'live',
        healthy: true,
        zone: 'a',
        host: '10.0.0.1',
        httpPort: 8443,
        quicPort: null,
        webUrlPath: '/',
        sessions: 1,
        reportedAgoMs: 0,
        leaseLeftMs: 20_000,
      },
    ]);
  });

  it.each<[string, ServerFilter, string[]]>([
    ['everything without a filter', {}, ['gpu-1', 'gpu-2', 'gpu-3', 'gpu-4']],
    ['one state', { states: ['leaving'] }, ['gpu-2']],
    ['several states', { states: ['live', 'leaving'] }, ['gpu-1', 'gpu-2', 'gpu-3', 'gpu-4']],
    ['the unhealthy of any state', { states: ['unhealthy'] }, ['gpu-3']],
    ['one zone', { zones: ['b'] }, ['gpu-2']],
    ['several zones', { zones: ['a', 'b'] }, ['gpu-1', 'gpu-2', 'gpu-3']],
    ['those without a zone', { zones: [''] }, ['gpu-4']],
    ['a state within a zone', { states: ['unhealthy'], zones: ['b'] }, []],
  ])('keeps %s', async (_, filter, servers) => {
    const seen = await rollOf(
      { server: 'gpu-1', zone: 'a' },
      { server: 'gpu-2', zone: 'b', leaving: true },
      { server: 'gpu-3', zone: 'a', healthy: false },
      { server: 'gpu-4' },
    );

    expect(serverRows(seen, filter).map(({ server }) => server)).toEqual(servers);
  });
});
