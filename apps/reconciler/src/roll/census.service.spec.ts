import { Metrics } from '@rollcall/observability';
import { aReport, InMemorySessionStore } from '@rollcall/testing';
import { sample } from '../testing/sample';
import { toldLines } from '../testing/told-lines';
import { CensusMetrics } from './census.metrics';
import { CensusService } from './census.service';

describe('the census in the metrics', () => {
  let metrics: Metrics;
  let store: InMemorySessionStore;
  let census: CensusService;

  beforeEach(() => {
    jest.useFakeTimers();
    metrics = new Metrics();
    store = new InMemorySessionStore();
    census = new CensusService(store, store.policy, new CensusMetrics(metrics));
  });

  afterEach(async () => {
    await census.stop();
    jest.useRealTimers();
  });

  const shown = async () => [
    await sample(metrics, 'servers', { state: 'live' }),
    await sample(metrics, 'sessions', { state: 'live' }),
    await sample(metrics, 'unhealthy_servers'),
  ];

  it('is taken at once and every 15 s', async () => {
    await store.report(aReport({ sessions: ['a', 'b'] }));
    census.start();
    await jest.advanceTimersByTimeAsync(0);
    expect(await shown()).toEqual([1, 2, 0]);
    await store.report(aReport({ server: 'gpu-2', healthy: false, sessions: [] }));
    await jest.advanceTimersByTimeAsync(14_999);
    expect(await shown()).toEqual([1, 2, 0]);
    await jest.advanceTimersByTimeAsync(1);
    expect(await shown()).toEqual([2, 2, 1]);
  });

  it('shows nothing rather than what was, while the store does not answer, and asks again soon', async () => {
    await store.report(aReport());
    census.start();
    await jest.advanceTimersByTimeAsync(0);
    store.goDown('unreachable');
    await jest.advanceTimersByTimeAsync(15_000);
    expect(await shown()).toEqual([undefined, undefined, undefined]);
    store.comeBack();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await shown()).toEqual([1, 1, 0]);
  });

  it('goes on after a fault that is not the store’s, and tells it', async () => {
    const told = toldLines();
    jest.spyOn(store, 'servers').mockRejectedValueOnce(new TypeError('a bug'));
    census.start();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(told).toMatchObject([{ level: 'error', text: 'the census failed' }]);
    expect(await shown()).toEqual([0, 0, 0]);
  });
});
