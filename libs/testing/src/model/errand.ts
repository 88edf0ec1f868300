import { setImmediate as turn } from 'node:timers/promises';
import type { Gate } from './model-site';

/** Something an actor does that is under way: it waits before each piece until it is told to go on. */
export class Errand {
  private readonly waiting: (() => void)[] = [];
  private underWay = 0;
  private isFlowing = false;
  private ended = false;
  private failure: { readonly error: unknown } | undefined;

  constructor(readonly title: string) {}

  get isOver(): boolean {
    return this.ended;
  }

  readonly gate: Gate = async (piece) => {
    if (!this.isFlowing) await new Promise<void>((pass) => this.waiting.push(pass));
    this.underWay += 1;
    try {
      return await piece();
    } finally {
      this.underWay -= 1;
    }
  };

  /** Begins the work, up to its first gate. */
  async begin(work: () => Promise<void>): Promise<void> {
    void work()
      .catch((error: unknown) => (this.failure = { error }))
      .finally(() => (this.ended = true));
    await this.untilItWaits();
  }

  /** Lets one piece happen; of several that wait, the first. */
  async goOn(): Promise<void> {
    this.waiting.shift()?.();
    await this.untilItWaits();
  }

  /** Lets the rest happen. */
  async finish(): Promise<void> {
    this.isFlowing = true;
    while (!this.ended) await this.goOn();
  }

  private async untilItWaits(): Promise<void> {
    do await turn();
    while (this.underWay > 0 || (this.waiting.length === 0 && !this.ended));
    if (this.failure) throw this.failure.error;
  }
}
