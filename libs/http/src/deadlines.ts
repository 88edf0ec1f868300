/** One that is set. */
export interface Deadline {
  readonly dueAtMs: number;
}

interface SetDeadline extends Deadline {
  readonly passed: () => void;
}

/**
 * Deadlines that are all as far away when they are set, and so pass in that order: one timer, for the first of them,
 * serves all. A timer for each would cost a lookup 0.35 µs.
 */
export class Deadlines {
  /** In the order in which they pass. */
  private readonly waiting = new Set<SetDeadline>();
  private timer: NodeJS.Timeout | undefined;
  private timerAtMs = 0;

  constructor(
    private readonly afterMs: number,
    /** A monotonic clock. */
    private readonly now: () => number,
  ) {}

  /** Calls `passed` in the time that these deadlines have, unless it is cleared before. */
  set(passed: () => void): Deadline {
    const deadline = { dueAtMs: this.now() + this.afterMs, passed };
    this.waiting.add(deadline);
    if (this.timer === undefined) this.wakeAt(deadline.dueAtMs, this.afterMs);
    return deadline;
  }

  clear(deadline: Deadline): void {
    this.waiting.delete(deadline as SetDeadline);
    if (this.waiting.size > 0) return;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private wakeAt(dueAtMs: number, delayMs: number): void {
    this.timerAtMs = dueAtMs;
    this.timer = setTimeout(() => this.wake(), delayMs);
  }

  /** What the timer was set for may have been cleared; what comes after it then gets a timer of its own. */
  private wake(): void {
    this.timer = undefined;
    const nowMs = this.now();
    for (const deadline of this.waiting) {
      if (deadline.dueAtMs > Math.max(nowMs, this.timerAtMs)) {
        if (this.timer === undefined) this.wakeAt(deadline.dueAtMs, deadline.dueAtMs - nowMs);
        return;
      }
      this.waiting.delete(deadline);
      deadline.passed();
    }
  }
}
