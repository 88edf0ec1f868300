import type { LeasePolicy } from '@rollcall/domain';

/** A touch may leave the pulse as it was for so long. */
const PULSE_SHARE = 1 / 8;

/** For how long the roll was written without a gap: what can be said of it from outside. */
export class Settling {
  private lastMs = Number.NEGATIVE_INFINITY;
  private earliestSinceMs = Number.NEGATIVE_INFINITY;
  private latestSinceMs = Number.NEGATIVE_INFINITY;
  private lastSureMs = Number.NEGATIVE_INFINITY;
  /** The last write that there was for sure, also if there may have been a gap since. */
  private lastKnownMs = Number.NEGATIVE_INFINITY;
  /** Since when, and when last, something may have been written after the clock went back. */
  private perhapsSinceMs = Number.NEGATIVE_INFINITY;
  private perhapsLastMs = Number.NEGATIVE_INFINITY;
  /** Until when it may have been noted that the roll is settled; only a write takes that back. */
  private settledUntilMs = Number.NEGATIVE_INFINITY;
  private readonly doubtMs: number;

  constructor(private readonly policy: LeasePolicy) {
    this.doubtMs = Math.ceil(policy.gapMs * PULSE_SHARE);
  }

  /** Something was written, or not. */
  perhapsWritten(nowMs: number): void {
    if (this.mayBeginAnew(nowMs)) this.lastSureMs = Number.NEGATIVE_INFINITY;
    if (!this.wentBack(nowMs)) {
      this.extend(nowMs);
      this.settledUntilMs = Math.max(this.settledUntilMs, this.noteEndsAtMs());
      return;
    }
    if (!this.isWithinGap(this.perhapsLastMs, nowMs)) this.perhapsSinceMs = nowMs;
    this.perhapsLastMs = nowMs;
  }

  written(nowMs: number): void {
    if (this.mayBeginAnew(nowMs)) this.latestSinceMs = nowMs;
    this.extend(nowMs);
    this.settledUntilMs = this.noteEndsAtMs();
    this.lastSureMs = nowMs;
    this.lastKnownMs = nowMs;
  }

  /** What the last write has settled ends by itself, and does not come back with the clock: only the next write brings it. */
  timeIs(nowMs: number): void {
    if (nowMs - this.lastSureMs > this.policy.gapMs - this.doubtMs)
      this.lastSureMs = Number.NEGATIVE_INFINITY;
  }

  /** The roll may have to settle anew. */
  doubted(nowMs: number): void {
    this.latestSinceMs = nowMs;
  }

  /** Nothing is left of what was written. */
  lost(): void {
    this.lastMs = Number.NEGATIVE_INFINITY;
    this.lastSureMs = Number.NEGATIVE_INFINITY;
    this.lastKnownMs = Number.NEGATIVE_INFINITY;
    this.perhapsLastMs = Number.NEGATIVE_INFINITY;
    this.settledUntilMs = Number.NEGATIVE_INFINITY;
  }

  /** Whether it can be noted that the roll is settled, be it that the clock has come back to when it was. */
  mayBeSettled(nowMs: number): boolean {
    return nowMs <= this.settledUntilMs || this.mayBeWritten(this.policy.settleAfterMs, nowMs);
  }

  /** Whether the roll can have been written without a gap for so long. */
  mayBeWritten(forMs: number, nowMs: number): boolean {
    return this.lastMs - this.earliestSinceMs >= forMs && nowMs <= this.lastMs + this.policy.gapMs;
  }

  /** Whether it has to have been. */
  mustBeWritten(forMs: number, nowMs: number): boolean {
    const { gapMs } = this.policy;
    const sinceLastMs = nowMs - this.lastSureMs;
    return (
      this.lastSureMs - this.latestSinceMs >= forMs + this.doubtMs &&
      sinceLastMs >= 0 &&
      sinceLastMs <= gapMs - this.doubtMs
    );
  }

  private noteEndsAtMs(): number {
    const { settleAfterMs, gapMs } = this.policy;
    return this.mayBeWritten(settleAfterMs, this.lastMs)
      ? this.lastMs + gapMs
      : Number.NEGATIVE_INFINITY;
  }

  private extend(nowMs: number): void {
    if (this.wentBack(nowMs) || nowMs - this.lastMs > this.policy.gapMs)
      this.earliestSinceMs = nowMs;
    const perhapsMs = this.isWithinGap(this.perhapsLastMs, nowMs) ? this.perhapsSinceMs : nowMs;
    this.earliestSinceMs = Math.min(this.earliestSinceMs, perhapsMs);
    this.lastMs = nowMs;
  }

  private mayBeginAnew(nowMs: number): boolean {
    const sinceSureMs = nowMs - this.lastSureMs;
    return nowMs < this.lastMs || sinceSureMs < 0 || sinceSureMs > this.policy.gapMs - this.doubtMs;
  }

  /** Whether the clock went back for sure: behind what was only written perhaps it can be without the store's noticing. */
  private wentBack(nowMs: number): boolean {
    return nowMs < this.lastKnownMs - this.doubtMs;
  }

  private isWithinGap(beforeMs: number, nowMs: number): boolean {
    return nowMs >= beforeMs && nowMs - beforeMs <= this.policy.gapMs;
  }
}
