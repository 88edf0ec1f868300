import { evictionFigures } from './eviction-figures.mjs';

const lost = (server, storeAt) => ({ server, storeAt: String(storeAt) });

describe('evictions after lapses', () => {
  it('are measured from the last lapse to the last eviction', () => {
    const leaseEnds = new Map([
      ['a', 1_000],
      ['b', 5_000],
    ]);
    expect(evictionFigures(leaseEnds, [lost('b', 5_400), lost('a', 6_200)])).toEqual({
      ...{ lastLapseAtMs: 5_000, lastEvictionAtMs: 6_200, afterMs: 1_200 },
      ...{ missing: 0, others: 0 },
    });
  });

  it('tell who is missing, and who should not be among them', () => {
    const leaseEnds = new Map([
      ['a', 1_000],
      ['b', 2_000],
    ]);
    expect(evictionFigures(leaseEnds, [lost('a', 1_500), lost('live', 9_000)])).toMatchObject({
      ...{ missing: 1, others: 1, lastEvictionAtMs: 1_500 },
    });
  });

  it('have no number when nobody was late', () => {
    expect(Number.isFinite(evictionFigures(new Map(), [lost('a', 1)]).afterMs)).toBe(false);
  });
});
