/** Does the same again and again, never twice at once. */
export class Periodic {
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> = Promise.resolve();
  private stopped = false;

  /** The work handles its own errors, and says how many milliseconds after its end it is to be done again. */
  constructor(private readonly work: () => Promise<number>) {}

  /** The first time is now. */
  start(): void {
    this.underWay = this.work().then((againInMs) => {
      if (!this.stopped) this.timer = setTimeout(() => this.start(), againInMs);
    });
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.underWay;
  }
}
