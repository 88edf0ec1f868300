import { Allowances } from './allowances';

describe('an allowance', () => {
  let nowMs: number;
  let allowances: Allowances;

  beforeEach(() => {
    nowMs = 0;
    allowances = new Allowances({ burst: 3, perSecond: 2, holdersMax: 10, now: () => nowMs });
  });

  const taken = (holder: string, times: number) =>
    Array.from({ length: times }, () => allowances.take(holder)).filter(Boolean).length;

  it('is so much at once, for each', () => {
    expect(taken('a', 5)).toBe(3);
    expect(taken('b', 5)).toBe(3);
  });

  it('comes back with time, and never more of it', () => {
    taken('a', 3);
    nowMs += 499;
    expect(taken('a', 1)).toBe(0);
    nowMs += 501;
    expect(taken('a', 5)).toBe(2);
    nowMs += 3_600_000;
    expect(taken('a', 5)).toBe(3);
  });

  it('is not spent by asking in vain', () => {
    taken('a', 100);
    nowMs += 500;
    expect(taken('a', 5)).toBe(1);
  });

  it('remembers nobody who has everything back', () => {
    for (const holder of ['a', 'b', 'c']) taken(holder, 1);
    nowMs += 1_000;
    taken('d', 1);
    taken('d', 1);
    expect(allowances.holders).toBe(1);
  });

  it('remembers no more than it may, the latest', () => {
    for (let holder = 0; holder < 1_000; holder++) taken(String(holder), 3);
    expect(allowances.holders).toBe(10);
    expect(taken('999', 1)).toBe(0);
    expect(taken('0', 1)).toBe(1);
  });
});
