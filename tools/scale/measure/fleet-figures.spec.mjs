import { fleetFigures, growthWithHosts, MEMORY_PER_SESSION } from './fleet-figures.mjs';

const fleet = (hosts, { cpuPercent = 2, memoryBytes = 21e6 } = {}) =>
  fleetFigures({
    hosts,
    sessions: 4 * hosts,
    load: {
      seconds: 10,
      processes: {
        redis: { cpuPercent, waitedPercent: 1 },
        'resolver-1': { cpuPercent: 3 },
        'reconciler-1': { cpuPercent: 1 },
        'reconciler-2': { cpuPercent: 2 },
        swarm: { cpuPercent: 60 },
      },
      stores: {
        redis: { memoryBytes, inBytesPerSecond: 1e6, outBytesPerSecond: 5e5, commandsPerSecond: 9 },
      },
    },
    idle: { p50: 1, p99: 2 },
    latency: { count: 1_200, p50: 1, p99: 5 },
    sinceMark: { perSecond: 2_000, applied: 20_000, seconds: 10, failed: 3 },
    emptyBytes: 1e6,
    stream: { bytes: 4e6, length: 50_000, fullBytes: 8e6 },
    lateAsks: 2,
  });

const figure = (figures, label) => Object.fromEntries(figures)[label];

describe('what a fleet costs', () => {
  it('is told per report and per session, without what an empty Redis has', () => {
    const figures = fleet(10_000);
    expect(figure(figures, 'reports/s')).toBe(2_000);
    expect(figure(figures, 'Redis: CPU per report, lookups and all else included, µs')).toBe(10);
    expect(figure(figures, 'Redis: memory per session, B')).toBe(500);
    expect(figure(figures, 'of it the events, B')).toBe(100);
    expect(figure(figures, MEMORY_PER_SESSION)).toBe(600);
  });

  it('has lookups beside those before the fleet came', () => {
    expect(figure(fleet(10_000), 'lookups: p99 ÷ p99 before')).toBe(2.5);
    expect(figure(fleet(10_000), 'lookups/s')).toBe(120);
  });

  it('has the middle of several processes of an app', () => {
    expect(figure(fleet(1), 'reconcilers: CPU of each, % of a core')).toBe(1.5);
  });

  it('says who had to wait', () => {
    const figures = fleet(10_000);
    expect(figure(figures, 'redis: waited for a processor, % of the time')).toBe(1);
    expect(figure(figures, 'lookups that were asked late, for the same reason')).toBe(2);
  });

  it('grows by so much with a thousand hosts', () => {
    const fleets = [
      fleet(1_000, { cpuPercent: 1, memoryBytes: 5e6 }),
      fleet(5_000, { cpuPercent: 9, memoryBytes: 6e6 }),
      fleet(11_000, { cpuPercent: 6, memoryBytes: 35e6 }),
    ];
    const [cpu, memory] = growthWithHosts(fleets);
    expect(cpu).toEqual({ words: '% of a core of Redis', each: 0.5, fixed: 0.5 });
    expect(memory).toEqual({ words: 'MB of memory of Redis', each: 3, fixed: 2 });
  });

  it('does not grow as far as a single size tells', () => {
    expect(growthWithHosts([fleet(1_000)])).toEqual([]);
  });
});
