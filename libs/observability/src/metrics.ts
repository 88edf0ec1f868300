import {
  Counter,
  Gauge,
  Histogram,
  Registry,
  type CounterConfiguration,
  type GaugeConfiguration,
  type HistogramConfiguration,
  type Metric,
} from 'prom-client';
import { DurationHistogram, type DurationHistogramOptions } from './duration-histogram';
import { collectProcessMetrics } from './process-metrics';

const PREFIX = 'rollcall_';

/** From a read in the same data centre to a time-out, in seconds. */
const DURATION_BUCKETS_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 3, 10,
];

/** What a metric is made with: prom-client's own options; the name without prefix. */
type Definition<Configuration> = Omit<Configuration, 'registers'>;

/** One process's metrics, its own and Node's; make one instance per process. Names end in their base unit. */
export class Metrics {
  readonly registry = new Registry();

  constructor() {
    collectProcessMetrics(this.registry);
  }

  /** Something that only rises; its name ends in `_total`. */
  counter<Label extends string = never>(
    definition: Definition<CounterConfiguration<Label>>,
  ): Counter<Label> {
    return new Counter({ ...definition, ...this.registration(definition.name) });
  }

  /** Something that rises and falls; `collect` may read it at the moment of a scrape. */
  gauge<Label extends string = never>(
    definition: Definition<GaugeConfiguration<Label>>,
  ): Gauge<Label> {
    return new Gauge({ ...definition, ...this.registration(definition.name) });
  }

  /** A distribution; without buckets one of durations, and its name ends in `_seconds`. */
  histogram<Label extends string = never>(
    definition: Definition<HistogramConfiguration<Label>>,
  ): Histogram<Label> {
    return new Histogram({
      buckets: DURATION_BUCKETS_SECONDS,
      ...definition,
      ...this.registration(definition.name),
    });
  }

  /** A distribution of durations that are observed with every lookup; its name ends in `_seconds`. */
  durations({
    bucketsSeconds = DURATION_BUCKETS_SECONDS,
    ...definition
  }: Omit<DurationHistogramOptions, 'bucketsSeconds'> &
    Partial<DurationHistogramOptions>): DurationHistogram {
    const { name } = this.registration(definition.name);
    const histogram = new DurationHistogram({ ...definition, name, bucketsSeconds });
    // A scrape asks of a metric no more than this one has.
    this.registry.registerMetric(histogram as unknown as Metric);
    return histogram;
  }

  private registration(name: string): { name: string; registers: Registry[] } {
    return { name: `${PREFIX}${name}`, registers: [this.registry] };
  }
}
