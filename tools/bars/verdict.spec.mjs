import { verdictOn } from './verdict.mjs';

describe('a verdict', () => {
  it.each([
    [2.5, 'stretch'],
    [2.51, 'met'],
    [5, 'met'],
    [5.01, 'allowed'],
    [5.5, 'allowed'],
    [5.51, 'missed'],
    [Infinity, 'missed'],
    [NaN, 'missed'],
  ])('on %d where 5 is the most and 2.5 would be better: %s', (value, verdict) => {
    expect(verdictOn(value, { most: 5, stretch: 2.5 })).toBe(verdict);
  });

  it.each([
    [4, 'stretch'],
    [3.99, 'met'],
    [2, 'met'],
    [1.99, 'allowed'],
    [1.8, 'allowed'],
    [1.79, 'missed'],
    [NaN, 'missed'],
  ])('on %d where 2 is the least and 4 would be better: %s', (value, verdict) => {
    expect(verdictOn(value, { least: 2, stretch: 4 })).toBe(verdict);
  });

  it('allows no noise where there is none', () => {
    expect(verdictOn(2, { most: 2, allowance: 0 })).toBe('met');
    expect(verdictOn(2.01, { most: 2, allowance: 0 })).toBe('missed');
  });
});
