import { failuresOverTime, latencyOf, latencyOverTime } from './latency-figures.mjs';

const lookup = (start, tookMs, status = 200) => ({
  type: 'lookup',
  ...{ start, end: start + tookMs, status },
});

describe('latency', () => {
  it('has its percentiles and its answers', () => {
    const lookups = Array.from({ length: 200 }, (_, index) => lookup(index, index < 198 ? 1 : 50));
    expect(latencyOf([...lookups, lookup(0, 300, 503)])).toEqual({
      ...{ count: 201, p50: 1, p99: 50, max: 300 },
      answers: { 200: 200, 503: 1 },
    });
  });

  it('counts what got no answer', () => {
    expect(latencyOf([{ start: 0, end: 2_000, status: 0, error: 'ECONNREFUSED' }])).toMatchObject({
      p99: 2_000,
      answers: { 'no answer ECONNREFUSED': 1 },
    });
  });

  it('is no number when nothing was asked', () => {
    expect(latencyOf([]).p99).toBeNaN();
  });

  it('is told second by second, in their order', () => {
    const lookups = [lookup(1_200, 8), lookup(100, 1), lookup(200, 3), lookup(300, 2)];
    expect(latencyOverTime(lookups)).toEqual({
      p50: [
        [0.5, 2],
        [1.5, 8],
      ],
      p99: [
        [0.5, 3],
        [1.5, 8],
      ],
    });
  });

  it('has the failures of each second', () => {
    const lookups = [
      lookup(100, 1),
      lookup(1_100, 1, 503),
      lookup(1_200, 1, 404),
      lookup(1_300, 1),
    ];
    expect(failuresOverTime(lookups)).toEqual([
      [0.5, 0],
      [1.5, 2],
    ]);
  });
});
