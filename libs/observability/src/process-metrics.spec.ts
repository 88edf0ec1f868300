import perfHooks, { type IntervalHistogram } from 'node:perf_hooks';
import { Registry } from 'prom-client';
import { collectProcessMetrics } from './process-metrics';

const MS = 1e6;

describe('the lag of the event loop', () => {
  const statistics = {
    count: 20,
    min: 99 * MS,
    max: 350 * MS,
    mean: 112 * MS,
    stddev: 5 * MS,
    percentile: (percent: number) => (100 + percent / 10) * MS,
  };
  const histogram = () => ({ ...statistics, enable: jest.fn(), reset: jest.fn() });
  const [intervals, others] = [histogram(), histogram()] as const;
  let monitored: jest.SpyInstance;
  let registry: Registry;

  beforeEach(() => {
    Object.assign(intervals, statistics);
    intervals.reset.mockReset();
    monitored = jest.spyOn(perfHooks, 'monitorEventLoopDelay').mockImplementation((options) => {
      const histogram: unknown = options?.resolution === 100 ? intervals : others;
      return histogram as IntervalHistogram;
    });
    registry = new Registry();
    collectProcessMetrics(registry);
  });
  afterEach(() => monitored.mockRestore());

  it('is looked at ten times a second, and by nobody else more often, as an idle process is woken for it', () => {
    const timesBetween = monitored.mock.calls.map(([options]) => options?.resolution ?? 10);
    expect(Math.min(...timesBetween)).toBe(100);
    expect(timesBetween.filter((ms) => ms < 60_000)).toHaveLength(1);
    expect(intervals.enable).toHaveBeenCalled();
  });

  it('does not count the time between two looks, and is never less than nothing', async () => {
    const text = await registry.metrics();
    expect(text.match(/^nodejs_eventloop_lag_\w+_seconds \S+$/gm)).toEqual([
      'nodejs_eventloop_lag_min_seconds 0',
      'nodejs_eventloop_lag_max_seconds 0.25',
      'nodejs_eventloop_lag_mean_seconds 0.012',
      'nodejs_eventloop_lag_stddev_seconds 0.005',
      'nodejs_eventloop_lag_p50_seconds 0.005',
      'nodejs_eventloop_lag_p90_seconds 0.009',
      'nodejs_eventloop_lag_p99_seconds 0.0099',
    ]);
  });

  it('is that since the last scrape', async () => {
    intervals.reset.mockImplementation(() => (intervals.count = 0));
    await registry.metrics();
    expect(intervals.count).toBe(0);

    Object.assign(intervals, { count: 1, max: 130 * MS });
    expect(await registry.metrics()).toContain('nodejs_eventloop_lag_max_seconds 0.03\n');
  });

  it('is told again when there was no look since the last scrape', async () => {
    await registry.metrics();
    Object.assign(intervals, { count: 0, max: 0, mean: NaN });
    const text = await registry.metrics();
    expect(text).toContain('nodejs_eventloop_lag_max_seconds 0.25\n');
    expect(text).toContain('nodejs_eventloop_lag_mean_seconds 0.012\n');
  });
});
