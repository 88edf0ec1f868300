import { BackOff, pauseMs } from './back-off';

describe('the pause after a failure', () => {
  it('doubles up to a second, however long the outage', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 5_000].map((failures) => pauseMs(failures, 0));
    expect(pauses).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
  });

  it('is up to a fifth shorter, at random', () => {
    expect(pauseMs(1, 1)).toBe(80);
  });

  it('ends when the signal aborts, or has aborted before', async () => {
    const abort = new AbortController();
    const pause = new BackOff().pause(abort.signal);
    abort.abort();
    await pause;
    await new BackOff().pause(abort.signal);
  });
});
