import { BusiestSecond } from './meters.mjs';

describe('the busiest second', () => {
  const of = (...moments) => {
    const second = new BusiestSecond();
    for (const moment of moments) second.note(moment);
    return second;
  };

  it('is the most events in any second, wherever it begins', () => {
    expect(of(0, 900, 1_100, 1_300, 1_899).most).toBe(4);
    expect(of(0, 1_000, 2_000).most).toBe(1);
  });

  it('remembers nothing before the mark but what lies in the same second', () => {
    const second = of(0, 1, 2, 3, 5_000);
    second.mark();
    second.note(5_999);
    second.note(6_000);

    expect(second.most).toBe(2);
  });

  it('holds on to no more than a second', () => {
    const second = new BusiestSecond();
    for (let moment = 0; moment < 1_000_000; moment += 10) second.note(moment);

    expect(second.most).toBe(100);
    expect(second.kept).toBeLessThanOrEqual(200);
  });
});
