interface Purse {
  left: number;
  atMs: number;
}

export interface AllowancesOptions {
  /** What each may take at once. */
  readonly burst: number;
  /** What each gets back. */
  readonly perSecond: number;
  /** Holders that are remembered; beyond it the one that was heard of longest ago is forgotten. */
  readonly holdersMax: number;
  /** A monotonic clock. */
  readonly now: () => number;
}

/** So much per time for each that asks. Remembers only those that have taken something lately. */
export class Allowances {
  private readonly purses = new Map<string, Purse>();

  constructor(private readonly options: AllowancesOptions) {}

  /** How many have not got everything back yet, at most. */
  get holders(): number {
    return this.purses.size;
  }

  /** Whether the holder has one left, which is then taken. */
  take(holder: string): boolean {
    const left = this.leftOf(holder);
    // Last in the map is who was heard of last.
    this.purses.delete(holder);
    this.purses.set(holder, { left: left < 1 ? left : left - 1, atMs: this.options.now() });
    this.forgetTheFirst();
    return left >= 1;
  }

  private leftOf(holder: string): number {
    const { burst, perSecond, now } = this.options;
    const purse = this.purses.get(holder);
    if (!purse) return burst;
    return Math.min(burst, purse.left + ((now() - purse.atMs) / 1000) * perSecond);
  }

  /** Each call looks at two, so that in the long run those who have everything back are forgotten. */
  private forgetTheFirst(): void {
    const { burst, holdersMax } = this.options;
    for (const holder of [...firstOf(this.purses, 2)]) {
      if (this.leftOf(holder) >= burst || this.purses.size > holdersMax) this.purses.delete(holder);
    }
  }
}

function* firstOf(purses: ReadonlyMap<string, unknown>, count: number): Iterable<string> {
  for (const holder of purses.keys()) {
    if (count-- === 0) return;
    yield holder;
  }
}
