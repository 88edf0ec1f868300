import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';

/**
 * How often the lag of the event loop is sampled. prom-client's own 10 ms wake an idle process a hundred times a second:
 * 0.7 % of a core, more than all else that an agent costs its host.
 */
const SAMPLED_EVERY_MS = 100;
const SAMPLED_EVERY_NS = SAMPLED_EVERY_MS * 1e6;

/** prom-client's sampling cannot be turned off, but put off: 24 days, as far as a timer goes. */
const NEVER_MS = 2 ** 31 - 1;

interface Statistic {
  readonly help: string;
  /** Of the time from one sample to the next, in nanoseconds. */
  readonly of: (intervals: IntervalHistogram) => number;
}

/** By prom-client's names, which dashboards know; between `nodejs_eventloop_lag_` and `_seconds`. */
const STATISTICS: Record<string, Statistic> = {
  min: { help: 'The least', of: ({ min }) => min - SAMPLED_EVERY_NS },
  max: { help: 'The greatest', of: ({ max }) => max - SAMPLED_EVERY_NS },
  mean: { help: 'The mean', of: ({ mean }) => mean - SAMPLED_EVERY_NS },
  stddev: { help: 'The standard deviation', of: ({ stddev }) => stddev },
  p50: { help: 'The median', of: (intervals) => intervals.percentile(50) - SAMPLED_EVERY_NS },
  p90: {
    help: 'The 90th percentile',
    of: (intervals) => intervals.percentile(90) - SAMPLED_EVERY_NS,
  },
  p99: {
    help: 'The 99th percentile',
    of: (intervals) => intervals.percentile(99) - SAMPLED_EVERY_NS,
  },
};

/**
 * Registers what prom-client tells of a process, with the lag of the event loop sampled less often, and told without the
 * time between two samples, which Node counts in: how late samples were since the last scrape.
 */
export function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: NEVER_MS });
  const intervals = monitorEventLoopDelay({ resolution: SAMPLED_EVERY_MS });
  intervals.enable();
  const lags = Object.entries(STATISTICS).map(([statistic, { help, of }]) => {
    const name = `nodejs_eventloop_lag_${statistic}_seconds`;
    registry.removeSingleMetric(name);
    const options = { name, help: `${help} of the event loop's delays.`, registers: [registry] };
    return { gauge: new Gauge({ ...options, collect: () => tell() }), of };
  });

  /** The first that a scrape asks tells all. */
  const tell = (): void => {
    if (intervals.count === 0) return;
    for (const { gauge, of } of lags) gauge.set(Math.max(0, of(intervals)) / 1e9);
    intervals.reset();
  };
}
