/** A probe that is due. */
export interface DueProbe {
  /** Two with the same key are the same probe. */
  readonly key: string;
  /** Handles its own errors. */
  run(): Promise<void>;
}

/** Runs a bounded number of probes at the same time, the most urgent first. */
export class ProbePool {
  private readonly underWay = new Map<string, Promise<void>>();
  private due: DueProbe[] = [];
  private next = 0;
  private stopped = false;

  constructor(private readonly concurrency: number) {}

  get running(): number {
    return this.underWay.size;
  }

  get waiting(): number {
    return this.due.length - this.next;
  }

  /** Whether the probe of this key has begun, and not ended. */
  isUnderWay(key: string): boolean {
    return this.underWay.has(key);
  }

  /** From now on these are due, the most urgent first; what was due before and has not begun is not any more. */
  replace(due: readonly DueProbe[]): void {
    this.due = due.filter(({ key }) => !this.isUnderWay(key));
    this.next = 0;
    this.fill();
  }

  /** Begins no more, and waits for those under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.due = [];
    this.next = 0;
    await Promise.all(this.underWay.values());
  }

  private fill(): void {
    while (!this.stopped && this.underWay.size < this.concurrency && this.waiting > 0) {
      const probe = this.due[this.next++];
      if (probe) this.begin(probe);
    }
  }

  private begin({ key, run }: DueProbe): void {
    const ended = run().finally(() => {
      this.underWay.delete(key);
      this.fill();
    });
    this.underWay.set(key, ended);
  }
}
