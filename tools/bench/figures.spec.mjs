import { ratioOf, spreadOf } from './figures.mjs';

describe('the figures of a bench', () => {
  it('are medians, with the least and the most', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  });

  it('are compared round by round', () => {
    expect(ratioOf([10, 40, 12], [10, 20, 10])).toEqual({ median: 1.2, min: 1, max: 2 });
  });
});
