import { register } from 'prom-client';
import { Metrics } from './metrics';
import { redisMetrics } from './redis-metrics';

describe('Metrics', () => {
  it('writes every metric of ours with the prefix', async () => {
    const metrics = new Metrics();
    metrics
      .counter({ name: 'lookups_total', help: 'Lookups', labelNames: ['outcome'] })
      .inc({ outcome: 'found' });
    metrics.gauge({ name: 'servers', help: 'Servers' }).set(3);
    metrics.histogram({ name: 'lookup_duration_seconds', help: 'Duration' }).observe(0.0007);

    const text = await metrics.registry.metrics();

    expect(text).toContain('rollcall_lookups_total{outcome="found"} 1\n');
    expect(text).toContain('rollcall_servers 3\n');
    expect(text).toContain('rollcall_lookup_duration_seconds_bucket{le="0.0005"} 0\n');
    expect(text).toContain('rollcall_lookup_duration_seconds_bucket{le="0.001"} 1\n');
  });

  it('asks a gauge for its value at the moment of a scrape', async () => {
    const metrics = new Metrics();
    let sessions = 1;
    metrics.gauge({
      name: 'sessions',
      help: 'Sessions',
      collect() {
        this.set(sessions);
      },
    });
    sessions = 7;

    expect(await metrics.registry.metrics()).toContain('rollcall_sessions 7\n');
  });

  it('tells of the process under the names every dashboard knows, in base units', async () => {
    const text = await new Metrics().registry.metrics();

    expect(text).toMatch(/^process_cpu_seconds_total \d/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds \d/m);
  });

  it('shares nothing between two instances, and nothing with the global registry', async () => {
    const [one, other] = [new Metrics(), new Metrics()];
    one.gauge({ name: 'servers', help: 'Servers' }).set(1);
    other.gauge({ name: 'servers', help: 'Servers' }).set(2);

    expect(await one.registry.metrics()).toContain('rollcall_servers 1\n');
    expect(register.getMetricsAsArray()).toEqual([]);
  });
});

describe('redisMetrics', () => {
  it('is down until the connection is up, and again when it is lost', async () => {
    const metrics = new Metrics();
    const observer = redisMetrics(metrics);
    const up = async () => /^rollcall_redis_up (\d)$/m.exec(await metrics.registry.metrics())?.[1];

    expect(await up()).toBe('0');
    observer.connectionChanged(true);
    expect(await up()).toBe('1');
    observer.connectionChanged(false);
    expect(await up()).toBe('0');
  });

  it('measures commands by name and outcome', async () => {
    const metrics = new Metrics();
    const observer = redisMetrics(metrics);

    observer.commandFinished('lookup', 0.002, true);
    observer.commandFinished('lookup', 0.25, false);

    const text = await metrics.registry.metrics();
    expect(text).toContain(
      'rollcall_redis_command_duration_seconds_sum{command="lookup",outcome="ok"} 0.002\n',
    );
    expect(text).toContain(
      'rollcall_redis_command_duration_seconds_count{command="lookup",outcome="failed"} 1\n',
    );
  });
});
