import { InMemorySessionStore } from '@rollcall/testing';
import { RecordedLog } from './recorded-log';

/** Time is Jest's from here on: an empty store that goes by it, and a log that is recorded. */
export function onJestTime(): { log: RecordedLog; store: InMemorySessionStore } {
  jest.useFakeTimers();
  return {
    log: RecordedLog.install(),
    store: new InMemorySessionStore({ clock: { now: () => Date.now() } }),
  };
}

/** Lets Jest's time pass. */
export const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

/** Gives something after a while of it. */
export function later<T>(value: T, ms: number): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms));
}
