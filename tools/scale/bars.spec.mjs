import { BARS, verdictOnBar } from './bars.mjs';

const FLEET = { hosts: 10_000 };

describe('the bars', () => {
  it('are met, need the allowance for noise, or are missed', () => {
    expect(verdictOnBar('redis cpu', 0, { hosts: 20_000 })).toBe('stretch');
    expect(verdictOnBar('redis cpu', 5, FLEET)).toBe('met');
    expect(verdictOnBar('redis cpu', 5.5, FLEET)).toBe('allowed');
    expect(verdictOnBar('redis cpu', 5.51, FLEET)).toBe('missed');
  });

  it('allow growth no noise beyond what the fit cannot tell', () => {
    const soak = { ...FLEET, minutes: 10 };
    expect(verdictOnBar('heap growth', 2, soak)).toBe('met');
    expect(verdictOnBar('heap growth', 2.01, soak)).toBe('missed');
  });

  it('say nothing of what is smaller than what they speak of', () => {
    expect(verdictOnBar('redis cpu', 1, { hosts: 9_999 })).toBe('smaller');
    expect(verdictOnBar('redis cpu', 50, { hosts: 200 })).toBe('smaller');
    expect(verdictOnBar('sweep, Redis', 1, { sessions: 2_000 })).toBe('smaller');
    expect(verdictOnBar('redis cpu', 1)).toBe('smaller');
    expect(verdictOnBar('memory growth', 1, { ...FLEET, minutes: 9 })).toBe('smaller');
  });

  it.each([NaN, undefined, Infinity])('are missed by what could not be measured: %p', (value) => {
    expect(verdictOnBar('redis cpu', value, FLEET)).toBe('missed');
  });

  it('are known by name', () => {
    expect(() => verdictOnBar('speed', 1)).toThrow('no bar called speed');
  });

  it.each(Object.entries(BARS))('name what they speak of, figure and unit: %s', (_, bar) => {
    expect(bar).toEqual(
      expect.objectContaining({
        what: expect.any(String),
        unit: expect.any(String),
        most: expect.any(Number),
        size: expect.any(Object),
      }),
    );
    expect(bar.stretch ?? 0).toBeLessThan(bar.most);
  });
});
