import { summaryText } from './summary-text.mjs';

const load = {
  stores: { redis: { memoryBytes: 24_100_000 } },
  swarm: { live: 10_000, reportsPerSecond: 1_998, failed: 0 },
};
const usage = { processes: { redis: { cpuPercent: 2.14 }, swarm: { cpuPercent: 60 } } };
const lookups = [{ start: 0, end: 1.5, status: 200 }];

describe('the live summary', () => {
  it('tells of the fleet, the store and the lookups', () => {
    expect(summaryText({ load, usage, lookups })).toBe(
      '10000 live · 1998 reports/s · redis 2.1 % 24.1 MB · lookups p50 1.5 p99 1.5 ms',
    );
  });

  it('tells of reports that failed', () => {
    const failing = { ...load, swarm: { ...load.swarm, failed: 7 } };
    expect(summaryText({ load: failing, usage })).toContain('1998 reports/s, 7 failed');
  });

  it('leaves out what cannot be known', () => {
    expect(summaryText({})).toBe('');
    expect(summaryText({ load: { stores: {} }, usage: { processes: {} } })).toBe('');
    const away = { load: { stores: {} }, usage: { processes: { redis: { cpuPercent: NaN } } } };
    expect(summaryText(away)).toBe('');
  });
});
