import { soakTimes } from './soak-times.mjs';

const MINUTE_MS = 60_000;

describe('the times of a soak', () => {
  it('are those of operators when it lasts for hours', () => {
    expect(soakTimes(120)).toEqual({
      soakMs: 120 * MINUTE_MS,
      retentionMs: 15 * MINUTE_MS,
      warmUpMs: 16 * MINUTE_MS,
      sampleEveryMs: 10_000,
    });
  });

  it('have a shorter retention when it is short, but one that the product takes', () => {
    expect(soakTimes(60).retentionMs).toBe(10 * MINUTE_MS);
    expect(soakTimes(12)).toMatchObject({ retentionMs: 200_000, warmUpMs: 260_000 });
  });

  it('leave half of it to be measured, and look often enough', () => {
    expect(soakTimes(2)).toMatchObject({ warmUpMs: MINUTE_MS, sampleEveryMs: 2_000 });
  });
});
