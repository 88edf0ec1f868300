import { BARS, verdictOn } from './bars.mjs';

const FLEET = { hosts: 10_000 };

describe('the bars', () => {
  it('are met up to their figure', () => {
    expect(verdictOn('redis cpu', 5, FLEET)).toBe('met');
    expect(verdictOn('redis cpu', 0, { hosts: 20_000 })).toBe('met');
  });

  it('make a difference between what is met and what needs the allowance for noise', () => {
    expect(verdictOn('redis cpu', 5.01, FLEET)).toBe('allowed');
    expect(verdictOn('redis cpu', 5.5, FLEET)).toBe('allowed');
    expect(verdictOn('redis cpu', 5.51, FLEET)).toBe('missed');
  });

  it('allow growth no noise beyond what the fit cannot tell', () => {
    const soak = { ...FLEET, minutes: 10 };
    expect(verdictOn('heap growth', 2, soak)).toBe('met');
    expect(verdictOn('heap growth', 2.01, soak)).toBe('missed');
  });

  it('say nothing of what is smaller than what they speak of', () => {
    expect(verdictOn('redis cpu', 1, { hosts: 9_999 })).toBe('smaller');
    expect(verdictOn('redis cpu', 50, { hosts: 200 })).toBe('smaller');
    expect(verdictOn('sweep, Redis', 1, { sessions: 2_000 })).toBe('smaller');
    expect(verdictOn('redis cpu', 1)).toBe('smaller');
    expect(verdictOn('memory growth', 1, { ...FLEET, minutes: 9 })).toBe('smaller');
  });

  it.each([NaN, undefined, Infinity])('are missed by what could not be measured: %p', (value) => {
    expect(verdictOn('redis cpu', value, FLEET)).toBe('missed');
  });

  it('are known by name', () => {
    expect(() => verdictOn('speed', 1)).toThrow('no bar called speed');
  });

  it.each(Object.entries(BARS))('name figure, unit and origin: %s', (_, bar) => {
    expect(bar).toEqual(
      expect.objectContaining({
        what: expect.any(String),
        unit: expect.any(String),
        most: expect.any(Number),
        origin: expect.stringMatching(/./),
      }),
    );
    expect(bar.stretch ?? 0).toBeLessThan(bar.most);
  });
});
