import type { EventReading } from './roll';

/**
 * Makes two moments of what a line of connections reports: a connection tells of every failed attempt, and one that no
 * longer answers is replaced; a person wants to hear of the loss, and of its end.
 */
export class ConnectionWatcher {
  private up = true;
  private newest = 0;
  private stopped = false;

  constructor(
    private readonly listener: Pick<EventReading, 'signal' | 'connectionLost' | 'connectionBack'>,
  ) {}

  /** What the next connection reports to; the one before it counts as lost, and is not heard any more. */
  ofNext(): (up: boolean) => void {
    const current = ++this.newest;
    if (current > 1) this.note(false);
    return (up) => {
      if (current === this.newest) this.note(up);
    };
  }

  /** What happens from now on is the end of the reading, and no loss. */
  stop(): void {
    this.stopped = true;
  }

  private note(up: boolean): void {
    if (this.stopped || this.listener.signal.aborted || up === this.up) return;
    this.up = up;
    if (up) this.listener.connectionBack();
    else this.listener.connectionLost();
  }
}
