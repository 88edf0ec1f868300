import type { StoreObserver } from '@rollcall/session-store';

/** Hears of the store's connection before there is anybody to tell, as it is opened first. */
export class StoreWatch implements StoreObserver {
  private tell: (up: boolean) => void = () => undefined;

  constructor(private readonly metrics: Required<StoreObserver>) {}

  onConnectionChanged(tell: (up: boolean) => void): void {
    this.tell = tell;
  }

  commandFinished(command: string, seconds: number, ok: boolean): void {
    this.metrics.commandFinished(command, seconds, ok);
  }

  connectionChanged(up: boolean): void {
    this.metrics.connectionChanged(up);
    this.tell(up);
  }
}
