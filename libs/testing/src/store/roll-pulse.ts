import type { LeasePolicy } from '@rollcall/domain';

/** Watches whether the roll is written without a gap, and says whether it is settled. */
export class RollPulse {
  private sinceMs = Number.NEGATIVE_INFINITY;
  private lastMs = Number.NEGATIVE_INFINITY;
  private resumedMs = Number.NEGATIVE_INFINITY;
  private settledUntilMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly policy: LeasePolicy) {}

  /**
   * Counts a write; returns whether the roll is settled with it. A pause of more than half a gap counts as a gap when
   * somebody could not write meanwhile (`hasFailed`).
   */
  beat(nowMs: number, hasFailed = false): boolean {
    const { gapMs, settleAfterMs } = this.policy;
    const pauseMs = nowMs - this.lastMs;
    if (pauseMs < 0 || pauseMs > gapMs) this.sinceMs = this.resumedMs = nowMs;
    else if (pauseMs > gapMs / 2) this.resumedMs = nowMs;
    if (hasFailed) this.sinceMs = Math.max(this.sinceMs, this.resumedMs);
    this.lastMs = nowMs;
    const settled = nowMs - this.sinceMs >= settleAfterMs;
    this.settledUntilMs = settled ? nowMs + gapMs : Number.NEGATIVE_INFINITY;
    return settled;
  }

  /** Whether every live agent has reported since the last gap; whoever asks knows by its own renewals that none followed. */
  get isHeard(): boolean {
    return this.lastMs - this.sinceMs >= this.policy.heardAfterMs;
  }

  /** Whether every live agent has reported since the last gap, and there was none since. */
  isHeardStill(nowMs: number): boolean {
    return this.isHeard && this.isWritten(nowMs);
  }

  /** Whether the roll is settled for so long that judges have had their turn. */
  isJudged(nowMs: number): boolean {
    return this.isWritten(nowMs) && this.lastMs - this.sinceMs >= this.policy.judgedAfterMs;
  }

  isSettled(nowMs: number): boolean {
    return nowMs <= this.settledUntilMs;
  }

  private isWritten(nowMs: number): boolean {
    return nowMs >= this.lastMs && nowMs - this.lastMs <= this.policy.gapMs;
  }
}
