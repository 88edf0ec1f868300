import { Histogram, Registry } from 'prom-client';
import { Metrics } from './metrics';

const BUCKETS = [0.001, 0.01, 0.1];
const SECONDS = [0, 0.0005, 0.001, 0.0011, 0.01, 0.05, 0.1, 0.2, 7];

describe('a histogram of durations', () => {
  it('is scraped as prom-client’s own would be, with labels and without', async () => {
    const metrics = new Metrics();
    const registry = new Registry();
    const cases: Record<string, string>[] = [{}, { command: 'get', outcome: 'ok' }];
    for (const labels of cases) {
      const name = `took_${Object.keys(labels).length}_seconds`;
      const labelNames = Object.keys(labels);
      const other = new Histogram({
        ...{ name: `rollcall_${name}`, help: 'x', buckets: BUCKETS, labelNames },
        registers: [registry],
      });
      const own = metrics.durations({ name, help: 'x', bucketsSeconds: BUCKETS }).labels(labels);
      for (const seconds of SECONDS) {
        own.observe(seconds);
        other.observe(labels, seconds);
      }
      const scraped = (from: Registry) => from.getSingleMetricAsString(`rollcall_${name}`);
      expect(await scraped(metrics.registry)).toBe(await scraped(registry));
    }
  });

  it('has every series from the moment it is asked for', async () => {
    const metrics = new Metrics();
    const histogram = metrics.durations({ name: 'took_seconds', help: 'x' });
    histogram.labels({ command: 'get' });
    histogram.labels({ command: 'mget' }).observe(1);
    const text = await metrics.registry.metrics();
    expect(text).toContain('rollcall_took_seconds_count{command="get"} 0\n');
    expect(text).toContain('rollcall_took_seconds_count{command="mget"} 1\n');
  });
});
