import { Deadlines } from './deadlines';

const AFTER_MS = 280;

describe('deadlines that are equally far away', () => {
  let deadlines: Deadlines;
  let passed: string[];

  beforeEach(() => {
    jest.useFakeTimers();
    passed = [];
    deadlines = new Deadlines(AFTER_MS, () => performance.now());
  });

  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  const set = (name: string) => deadlines.set(() => passed.push(name));

  it('pass in their order, each in its time, with one timer', () => {
    set('one');
    jest.advanceTimersByTime(100);
    set('two');
    set('three');
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(AFTER_MS - 101);
    expect(passed).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(passed).toEqual(['one']);
    jest.advanceTimersByTime(100);
    expect(passed).toEqual(['one', 'two', 'three']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('do not pass once cleared, and hold up none that comes after them', () => {
    const one = set('one');
    jest.advanceTimersByTime(100);
    set('two');
    deadlines.clear(one);
    jest.advanceTimersByTime(AFTER_MS - 1);
    expect(passed).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(passed).toEqual(['two']);
  });

  it('have one timer though none waits for long, and leave none behind', () => {
    const setTimeout = jest.spyOn(global, 'setTimeout');
    for (const name of ['one', 'two', 'three']) deadlines.clear(set(name));
    expect(setTimeout).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(AFTER_MS);
    expect(passed).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('pass in their time, though the timer was set for one that was cleared', () => {
    deadlines.clear(set('one'));
    jest.advanceTimersByTime(100);
    set('two');
    jest.advanceTimersByTime(AFTER_MS - 1);
    expect(passed).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(passed).toEqual(['two']);
  });

  it('keep no process alive', () => {
    const setTimeout = jest.spyOn(global, 'setTimeout');
    set('one');
    expect((setTimeout.mock.results[0]?.value as NodeJS.Timeout).hasRef()).toBe(false);
  });

  it('hold up none that are waiting when one that passes sets another', () => {
    deadlines.set(() => set('third'));
    jest.advanceTimersByTime(100);
    set('second');
    jest.advanceTimersByTime(AFTER_MS);
    expect(passed).toEqual(['second']);
    jest.advanceTimersByTime(AFTER_MS - 100);
    expect(passed).toEqual(['second', 'third']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('pass though one that passed before has thrown', () => {
    deadlines.set(() => {
      throw new Error('a bug');
    });
    set('two');
    expect(() => jest.advanceTimersByTime(AFTER_MS)).toThrow('a bug');
    set('three');
    jest.advanceTimersByTime(AFTER_MS);
    expect(passed).toEqual(['two', 'three']);
  });

  it('may be set by one that passes', () => {
    deadlines.set(() => set('next'));
    jest.advanceTimersByTime(AFTER_MS);
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(AFTER_MS);
    expect(passed).toEqual(['next']);
  });
});
