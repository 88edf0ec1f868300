import { cpuOverTime, loadBetween, valueOverTime } from './load-figures.mjs';

const load = (
  at,
  cpuMs,
  { pid = 7, waitedMs = 0, rssBytes = 1, memoryBytes = 100, bytes = 0 } = {},
) => ({
  at,
  processes: { redis: { pid, cpuMs, childrenCpuMs: 0, waitedMs, rssBytes } },
  stores: {
    redis: { pid, memoryBytes, inBytes: bytes, outBytes: 2 * bytes, commands: bytes / 10 },
  },
});

describe('what was used within a span', () => {
  it('is a share of one core', () => {
    const loads = [
      load(0, 500),
      load(1_000, 520, { waitedMs: 100 }),
      load(2_000, 600, { waitedMs: 100 }),
    ];
    const { seconds, processes } = loadBetween(loads, { from: 0, to: 2_000 });
    expect(seconds).toBe(2);
    expect(processes.redis.cpuPercent).toBeCloseTo(5);
    expect(processes.redis.waitedPercent).toBeCloseTo(5);
  });

  it('is none of what was before and after it', () => {
    const loads = [load(0, 0), load(1_000, 900), load(2_000, 910), load(3_000, 990)];
    expect(loadBetween(loads, { from: 1_000, to: 2_000 }).processes.redis.cpuPercent).toBeCloseTo(
      1,
    );
  });

  it('counts each life of what was started anew', () => {
    const loads = [
      load(0, 1_000, { bytes: 5_000 }),
      load(1_000, 1_010, { bytes: 6_000 }),
      load(2_000, 30, { pid: 8, bytes: 400 }),
      load(3_000, 40, { pid: 8, bytes: 900 }),
    ];
    const { processes, stores } = loadBetween(loads, { from: 0, to: 3_000 });
    expect(processes.redis.cpuPercent).toBeCloseTo(50 / 30);
    expect(stores.redis.inBytesPerSecond).toBeCloseTo(1_900 / 3);
    expect(stores.redis.outBytesPerSecond).toBeCloseTo(3_800 / 3);
  });

  it('passes over moments without an answer', () => {
    const silent = { at: 1_000, processes: {}, stores: {} };
    const span = { from: 0, to: 2_000 };
    const restarted = [load(0, 0), silent, load(2_000, 20, { pid: 8 })];
    expect(loadBetween(restarted, span).processes.redis.cpuPercent).toBeCloseTo(1);
    const same = [load(0, 9_000), silent, load(2_000, 9_020)];
    expect(loadBetween(same, span).processes.redis.cpuPercent).toBeCloseTo(1);
  });

  it('has the memory of the middle, and the most of a process', () => {
    const loads = [
      load(0, 0, { memoryBytes: 100, rssBytes: 3 }),
      load(1_000, 0, { memoryBytes: 900, rssBytes: 9 }),
      load(2_000, 0, { memoryBytes: 300, rssBytes: 5 }),
    ];
    const { processes, stores } = loadBetween(loads, { from: 0, to: 2_000 });
    expect(stores.redis.memoryBytes).toBe(300);
    expect(processes.redis.rssBytesMost).toBe(9);
  });

  it('is nothing one could take for a figure when nothing was measured', () => {
    expect(loadBetween([], { from: 0, to: 1 })).toEqual({
      seconds: NaN,
      processes: {},
      stores: {},
    });
  });
});

describe('what was used over time', () => {
  it('is told from sample to sample', () => {
    expect(cpuOverTime([load(0, 0), load(1_000, 50), load(3_000, 70)], 'redis')).toEqual([
      [1, 5],
      [3, 1],
    ]);
  });

  it('has a gap where a process was started anew', () => {
    const loads = [load(0, 900), load(1_000, 10, { pid: 8 }), load(2_000, 20, { pid: 8 })];
    expect(cpuOverTime(loads, 'redis')).toEqual([[2, 1]]);
  });

  it('has a gap where there is no value', () => {
    const values = [{ at: 0, value: 1 }, { at: 1_000 }, { at: 2_000, value: 3 }];
    expect(valueOverTime(values, ({ value }) => value)).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });
});
