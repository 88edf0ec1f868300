import { provenGrowth } from './growth.mjs';

const samples = (valueAt) =>
  Array.from({ length: 200 }, (_, index) => ({ at: index * 1_000, value: valueAt(index) }));

describe('growth over a run', () => {
  it('is none of what stays', () => {
    expect(provenGrowth(samples(() => 7))).toBe(0);
  });

  it('is none of a heap that fills and is collected', () => {
    expect(provenGrowth(samples((index) => 100 + (index % 13)))).toBeLessThan(0.5);
  });

  it('is that of a leak under it', () => {
    const leaking = provenGrowth(samples((index) => 100 + (index % 13) + index * 0.1));
    expect(leaking).toBeGreaterThan(10);
    expect(leaking).toBeLessThan(20);
  });

  it('is none of what shrinks', () => {
    expect(provenGrowth(samples((index) => 1_000 - index))).toBe(0);
  });
});
