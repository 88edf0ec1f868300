import { median } from './statistics.mjs';

describe('the median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[10, 9, 1, 2], 5.5],
    [[4], 4],
    [[100, 20, 3], 20],
  ])('of %p is %p', (numbers, middle) => {
    expect(median(numbers)).toBe(middle);
  });

  it('of nothing is no number', () => {
    expect(median([])).toBeNaN();
  });
});
