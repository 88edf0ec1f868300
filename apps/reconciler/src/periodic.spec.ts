import { Periodic } from './periodic';

describe('Periodic', () => {
  let ends: (() => void)[];
  let periodic: Periodic;

  beforeEach(() => {
    jest.useFakeTimers();
    ends = [];
    periodic = new Periodic(async () => {
      await new Promise<void>((resolve) => ends.push(resolve));
      return 100;
    });
  });

  afterEach(() => jest.useRealTimers());

  it('works at once, and again after the time from the end of the work on', async () => {
    periodic.start();
    expect(ends).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await jest.advanceTimersByTimeAsync(99);
    expect(ends).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(ends).toHaveLength(2);
  });

  it('waits for the work under way when it is stopped, and does no more', async () => {
    periodic.start();
    let stopped = false;
    const stopping = periodic.stop().then(() => (stopped = true));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(stopped).toBe(false);
    ends[0]?.();
    await stopping;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(ends).toHaveLength(1);
  });
});
