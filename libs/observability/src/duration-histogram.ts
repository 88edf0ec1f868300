/** How a histogram of durations is made. */
export interface DurationHistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper ends, inclusive, in seconds, the least first. */
  readonly bucketsSeconds: readonly number[];
}

/** One line of a metric, as prom-client's registry writes it. */
interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * A histogram for what happens with every lookup: its series are looked up once, and observing is adding to two
 * numbers. prom-client's own finds the series of its labels anew each time, which took 0.6 µs, a thirtieth of a lookup.
 */
export class DurationHistogram {
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly name: string;
  readonly help: string;
  private readonly series: DurationSeries[] = [];

  constructor(private readonly options: DurationHistogramOptions) {
    ({ name: this.name, help: this.help } = options);
  }

  /** Makes the series of these labels; ask once, and keep it. */
  labels(labels: Readonly<Record<string, string>> = {}): DurationSeries {
    const series = new DurationSeries(this.options.bucketsSeconds, labels);
    this.series.push(series);
    return series;
  }

  /** Called by the registry at a scrape. */
  async get() {
    const { name, help, type, aggregator } = this;
    const values = this.series.flatMap((series) => series.samples(name));
    return { name, help, type, aggregator, values };
  }
}

/** The durations of one kind. */
export class DurationSeries {
  private readonly counts: Float64Array;
  private sumSeconds = 0;

  constructor(
    private readonly bucketsSeconds: readonly number[],
    private readonly labels: Readonly<Record<string, string>>,
  ) {
    this.counts = new Float64Array(bucketsSeconds.length + 1);
  }

  observe(seconds: number): void {
    const { bucketsSeconds, counts } = this;
    let bucket = 0;
    while (bucket < bucketsSeconds.length && seconds > bucketsSeconds[bucket]!) bucket++;
    counts[bucket]! += 1;
    this.sumSeconds += seconds;
  }

  samples(name: string): Sample[] {
    const { labels } = this;
    let count = 0;
    const buckets = Array.from(this.counts, (inBucket, index) => {
      const le = this.bucketsSeconds[index] ?? '+Inf';
      return {
        metricName: `${name}_bucket`,
        labels: { le, ...labels },
        value: (count += inBucket),
      };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.sumSeconds },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}
