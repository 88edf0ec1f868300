import { RecordedLog } from '../testing/recorded-log';
import { ClockSkew } from './clock-skew';

const MINUTE_MS = 60_000;

describe('the skew of this host’s clock', () => {
  let log: RecordedLog;
  let skewMs: number | undefined;
  let looks: number;
  let shown: number[];
  let skew: ClockSkew;

  beforeEach(() => {
    log = RecordedLog.install();
    [skewMs, looks, shown] = [0, 0, []];
    const measure = async () => {
      looks += 1;
      return skewMs;
    };
    skew = new ClockSkew(measure, { clockSkewed: (ms) => shown.push(ms) });
  });

  it('is measured at once, and then once a minute', async () => {
    for (let nowMs = 0; nowMs < 2 * MINUTE_MS; nowMs += 5_000) await skew.lookIfDue(nowMs);
    expect(looks).toBe(2);
    expect(shown).toEqual([0, 0]);
  });

  it.each([
    [3_600_000, 'the clock of this host is 3600 s ahead of the store’s'],
    [-3_600_000, 'the clock of this host is 3600 s behind the store’s'],
  ])('of %i ms is told once, and once that it is over', async (offMs, sentence) => {
    skewMs = offMs;
    for (const minute of [0, 1, 2]) await skew.lookIfDue(minute * MINUTE_MS);
    expect(log.texts('warn')).toEqual([expect.stringContaining(sentence)]);
    skewMs = 200;
    for (const minute of [3, 4]) await skew.lookIfDue(minute * MINUTE_MS);
    expect(log.texts('log')).toEqual(['the clock of this host is right again']);
    expect(shown).toEqual([offMs, offMs, offMs, 200, 200]);
  });

  it('is not told while nobody can tell', async () => {
    skewMs = undefined;
    await skew.lookIfDue(0);
    expect(shown).toEqual([]);
  });
});
