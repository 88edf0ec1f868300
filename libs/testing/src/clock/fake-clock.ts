import type { StoreClock } from './store-clock';

const SOME_MORNING_MS = Date.UTC(2026, 0, 5, 8);

/** A clock that stands still until a test moves it. */
export class FakeClock implements StoreClock {
  constructor(private nowMs: number = SOME_MORNING_MS) {}

  now(): number {
    return this.nowMs;
  }

  /** Lets so many milliseconds pass. */
  advance(ms: number): void {
    this.nowMs += ms;
  }

  /** Jumps to a moment, forwards or back, in milliseconds since 1970. */
  set(nowMs: number): void {
    this.nowMs = nowMs;
  }
}
